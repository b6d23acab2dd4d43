"""How the schema of any store is brought up to date: with Alembic, in one transaction.

Slow to import: only for stores that are not up to date.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic import op
from alembic.config import Config
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from data.errors import StoreError

# Its lines about each revision are for who writes migrations.
logging.getLogger("alembic").setLevel(logging.WARNING)


@contextmanager
def migrating(dialect: str, db: object, versions: Path, first: Sequence[str]) -> Iterator[Config]:
    """What Alembic's commands take to migrate within one transaction on the connection `db`.

    `versions` is the folder of the migrations; the statements `first` begin the transaction, or
    take the lock of whoever upgrades. Raises StoreError, and nothing has changed.
    """
    config = Config()
    options = {
        "script_location": str(Path(__file__).parent),
        "version_locations": str(versions),
        "path_separator": "newline",
    }
    for name, value in options.items():
        config.set_main_option(name, value.replace("%", "%%"))
    engine = create_engine(dialect, creator=lambda: db, poolclass=StaticPool)
    try:
        with engine.begin() as connection:
            for statement in first:
                connection.exec_driver_sql(statement)
            config.attributes["connection"] = connection
            yield config
    except SQLAlchemyError as error:
        told = error.orig if isinstance(error, DBAPIError) else error
        raise StoreError(f"the upgrade of the schema failed: {told}") from error


def run_statements(statements: Sequence[str]) -> None:
    """For migrations. Not op.execute: it would take the colons of the SQL for parameters."""
    for statement in statements:
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
