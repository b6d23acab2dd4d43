resource "aws_instance" "machine" {
  ami                    = var.image_id
  instance_type          = local.settings["DEPLOY_VM"]
  key_name               = var.key_name
  subnet_id              = var.public_subnet_id
  vpc_security_group_ids = [aws_security_group.machine.id]
  ebs_optimized          = true
  monitoring             = local.lasting

  disable_api_termination = local.lasting

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = 30
    encrypted   = true
  }

  tags = { Name = local.name }

  lifecycle {
    # A newer image is taken when somebody wants it.
    ignore_changes = [ami]
  }
}

resource "aws_eip" "machine" {
  domain   = "vpc"
  instance = aws_instance.machine.id
}
