"""What Alembic runs for each migration command; the connection comes from `migrate`."""

from __future__ import annotations

from alembic import context

from telephony.store.ledger.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite's table changes are part of a transaction like any other, because the engine sends
    # BEGIN itself.
    transactional_ddl=True,
)
context.run_migrations()
