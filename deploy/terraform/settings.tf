# The settings of all tools, and the passwords that deploy/make_secrets.sh made.
locals {
  files = [for name in ["common", var.environment] : file("${path.module}/../environments/${name}/settings.env")]
  settings = merge([
    for text in local.files : { for pair in regexall("(?m)^([A-Z0-9_]+)=(.*)$", text) : pair[0] => pair[1] }
  ]...)
  name    = "meltwatch-${var.environment}"
  secrets = coalesce(var.secrets, "${path.module}/../secrets/${var.environment}")
  lasting = var.environment == "production"

  # What each account of deploy/redis/users.acl may; its own password is left out.
  accounts = {
    for rule in regexall("(?m)^user (web|worker|ingest) on >[A-Z_]+ (.*)$", file("${path.module}/../redis/users.acl")) :
    rule[0] => rule[1]
  }
}
