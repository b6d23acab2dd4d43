"""Alembic's environment: every change of the PostgreSQL schema."""
