"""What people like: the keys of their softphone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("user", sa.Text(), nullable=False),
        sa.Column("softphone_keys", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("user", name="preferences_pkey"),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name="preferences_user_fkey"),
    )
