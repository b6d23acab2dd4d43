resource "aws_security_group" "machine" {
  name        = "${local.name}-machine"
  description = "The machine that runs Meltwatch"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "viewers" {
  for_each          = toset(var.viewers)
  security_group_id = aws_security_group.machine.id
  description       = "Pages"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

resource "aws_vpc_security_group_ingress_rule" "operators" {
  for_each          = toset(var.operators)
  security_group_id = aws_security_group.machine.id
  description       = "Playbook"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 22
  to_port           = 22
}

resource "aws_vpc_security_group_ingress_rule" "senders" {
  for_each          = toset(var.senders)
  security_group_id = aws_security_group.machine.id
  description       = "Readings that are sent"
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 8086
  to_port           = 8086
}

# Packages, sources, who is told of alarms.
resource "aws_vpc_security_group_egress_rule" "machine" {
  security_group_id = aws_security_group.machine.id
  description       = "Anywhere"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_security_group" "servers" {
  name        = "${local.name}-servers"
  description = "PostgreSQL and Redis, for that machine only"
  vpc_id      = var.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "servers" {
  for_each                     = { postgresql = 5432, redis = 6379 }
  security_group_id            = aws_security_group.servers.id
  description                  = each.key
  referenced_security_group_id = aws_security_group.machine.id
  ip_protocol                  = "tcp"
  from_port                    = each.value
  to_port                      = each.value
}
