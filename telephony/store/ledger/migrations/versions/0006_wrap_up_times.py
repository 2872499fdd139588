"""How long agents took to wrap up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A default in the database, because old processes go on writing rows without this column.
    op.add_column(
        "wrap_ups", sa.Column("took_ms", sa.BigInteger(), nullable=False, server_default="0")
    )
