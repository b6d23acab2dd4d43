output "address" {
  description = "Of the machine: the inventory of the playbook, and what DEPLOY_SITE's name must lead to."
  value       = aws_eip.machine.public_ip
}

output "database" {
  description = "DATABASE for deploy/make_secrets.sh."
  value       = "${aws_db_instance.store.endpoint}/meltwatch?sslmode=require"
}

output "redis" {
  description = "REDIS for deploy/make_secrets.sh."
  value       = "rediss://${aws_elasticache_replication_group.windows.primary_endpoint_address}:6379/0"
}
