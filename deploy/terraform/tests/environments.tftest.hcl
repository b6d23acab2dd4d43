# `terraform test`: a plan of each environment, with a cloud that is made up.
mock_provider "aws" {}

variables {
  vpc_id             = "vpc-1"
  private_subnet_ids = ["subnet-1", "subnet-2"]
  public_subnet_id   = "subnet-3"
  image_id           = "ami-1"
  key_name           = "plant"
  viewers            = ["10.0.0.0/8"]
  operators          = ["10.1.0.0/16"]
  secrets            = "tests/secrets"
}

run "staging" {
  command = plan
  variables {
    environment = "staging"
  }
  assert {
    condition     = aws_instance.machine.instance_type == "t3.medium" && !aws_db_instance.store.deletion_protection
    error_message = "staging is small and can be thrown away"
  }
}

run "production" {
  command = plan
  variables {
    environment = "production"
  }
  assert {
    condition     = aws_db_instance.store.multi_az && aws_db_instance.store.deletion_protection
    error_message = "the store of production is kept twice and not deleted by mistake"
  }
  assert {
    condition     = keys(aws_elasticache_user.account) == ["ingest", "web", "worker"]
    error_message = "an account for each process"
  }
  assert {
    condition     = !strcontains(aws_elasticache_user.account["web"].access_string, "PASSWORD")
    error_message = "rules without a password"
  }
}

run "nothing_else" {
  command = plan
  variables {
    environment = "laptop"
  }
  expect_failures = [var.environment]
}
