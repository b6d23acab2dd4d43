variable "environment" {
  description = "Whose settings of deploy/environments are used."
  type        = string
  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "staging or production"
  }
}

variable "vpc_id" {
  description = "The network that has the subnets."
  type        = string
}

variable "private_subnet_ids" {
  description = "Subnets of the servers of PostgreSQL and Redis, in two availability zones at least."
  type        = list(string)
}

variable "public_subnet_id" {
  description = "Subnet of the machine that runs Meltwatch."
  type        = string
}

variable "image_id" {
  description = "Image (AMI) of Debian 12 for the machine."
  type        = string
}

variable "key_name" {
  description = "Key of whoever runs the playbook over SSH."
  type        = string
}

variable "viewers" {
  description = "Networks whose people may look (HTTPS)."
  type        = list(string)
}

variable "operators" {
  description = "Networks that may come in by SSH."
  type        = list(string)
}

variable "senders" {
  description = "Networks that may send readings (HTTP append, port 8086)."
  type        = list(string)
  default     = []
}

variable "secrets" {
  description = "Folder that deploy/make_secrets.sh made; default: deploy/secrets/ENVIRONMENT."
  type        = string
  default     = null
}
