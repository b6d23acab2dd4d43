"""Who may do what: people, their roles, and tokens for what is no person."""
