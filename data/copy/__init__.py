"""Copying a plant from SQLite to PostgreSQL: all of it, again and again, until nothing differs."""
