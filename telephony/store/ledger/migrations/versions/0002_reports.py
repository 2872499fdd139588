"""What the reports need of each contact: why it ended, whom we lost, who rang in vain."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Defaults in the database, because old processes go on writing rows without these columns.
    op.add_column("contacts", sa.Column("reason", sa.Text(), nullable=False, server_default=""))
    op.add_column("contacts", sa.Column("lost", sa.Text(), nullable=False, server_default=""))
    op.add_column(
        "contacts", sa.Column("unanswered", sa.Integer(), nullable=False, server_default="0")
    )
    # The wallboard asks every few seconds who has not ended; they are few among very many.
    op.create_index(
        "contacts_open",
        "contacts",
        ["started_at"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
