"""What happens when people act: one module per page."""
