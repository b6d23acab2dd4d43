terraform {
  required_version = ">= 1.11" # passwords that are written and not kept in the state
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.100"
    }
  }
}

provider "aws" {
  default_tags {
    tags = { application = "meltwatch", environment = var.environment }
  }
}
