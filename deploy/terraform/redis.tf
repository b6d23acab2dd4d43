resource "aws_elasticache_subnet_group" "windows" {
  name       = local.name
  subnet_ids = var.private_subnet_ids
}

# Nobody may forget a key: a queue that is evicted loses its jobs.
resource "aws_elasticache_parameter_group" "windows" {
  name   = local.name
  family = "valkey8"

  parameter {
    name  = "maxmemory-policy"
    value = "noeviction"
  }
}

# Passwords of these accounts are in the state: keep it encrypted.
resource "aws_elasticache_user" "account" {
  for_each      = local.accounts
  user_id       = "${local.name}-${each.key}"
  user_name     = each.key
  engine        = "valkey"
  access_string = "on ${each.value}"

  authentication_mode {
    type      = "password"
    passwords = [file("${local.secrets}/${each.key}_redis_password")]
  }
}

resource "aws_elasticache_user_group" "accounts" {
  user_group_id = local.name
  engine        = "valkey"
  user_ids      = [for account in aws_elasticache_user.account : account.user_id]
}

resource "aws_elasticache_replication_group" "windows" {
  replication_group_id = local.name
  description          = "Windows and queue of Meltwatch"
  engine               = "valkey"
  engine_version       = "8.0"
  node_type            = local.settings["DEPLOY_REDIS"]
  parameter_group_name = aws_elasticache_parameter_group.windows.name
  port                 = 6379

  num_cache_clusters         = tobool(local.settings["DEPLOY_MULTI_AZ"]) ? 2 : 1
  automatic_failover_enabled = tobool(local.settings["DEPLOY_MULTI_AZ"])
  multi_az_enabled           = tobool(local.settings["DEPLOY_MULTI_AZ"])

  subnet_group_name          = aws_elasticache_subnet_group.windows.name
  security_group_ids         = [aws_security_group.servers.id]
  user_group_ids             = [aws_elasticache_user_group.accounts.user_group_id]
  transit_encryption_enabled = true
  at_rest_encryption_enabled = true
  apply_immediately          = true
}
