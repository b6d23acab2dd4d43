resource "aws_db_subnet_group" "store" {
  name       = local.name
  subnet_ids = var.private_subnet_ids
}

resource "aws_db_instance" "store" {
  identifier     = local.name
  engine         = "postgres"
  engine_version = "15"
  instance_class = local.settings["DEPLOY_DATABASE"]
  db_name        = "meltwatch"
  username       = "meltwatch"

  # Not kept in the state. Another password: make it anew, and raise the version.
  password_wo         = file("${local.secrets}/postgres_password")
  password_wo_version = 1

  storage_type          = "gp3"
  allocated_storage     = tonumber(local.settings["DEPLOY_DATABASE_GB"])
  max_allocated_storage = tonumber(local.settings["DEPLOY_DATABASE_GB"]) * 4
  storage_encrypted     = true

  multi_az               = tobool(local.settings["DEPLOY_MULTI_AZ"])
  db_subnet_group_name   = aws_db_subnet_group.store.name
  vpc_security_group_ids = [aws_security_group.servers.id]
  publicly_accessible    = false

  backup_retention_period      = local.lasting ? 14 : 1
  auto_minor_version_upgrade   = true
  performance_insights_enabled = local.lasting
  deletion_protection          = local.lasting
  skip_final_snapshot          = !local.lasting
  final_snapshot_identifier    = local.lasting ? "${local.name}-last" : null
}
