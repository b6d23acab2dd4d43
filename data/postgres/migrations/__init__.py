"""Changes of the PostgreSQL schema, as Alembic runs them."""
