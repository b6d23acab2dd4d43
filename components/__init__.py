"""What people see: values in, Dash tree out."""
