"""Who a person is at the company's own sign-in (OpenID Connect): the issuer, and its word."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Empty for everybody with a password; old processes go on adding people without it.
    op.add_column("users", sa.Column("subject", sa.Text(), nullable=True))
    op.create_index("users_subject", "users", ["subject"], unique=True)
