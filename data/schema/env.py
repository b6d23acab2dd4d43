"""Runs migrations on the connection that `migrating` has opened."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"])
# The transaction is the caller's: all revisions or none, its lock held throughout.
context.run_migrations()
