"""The tables of the ledger. All times are whole milliseconds since the epoch, UTC.

The migrations in `migrations/versions` make these tables; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)

# SQLite numbers rows by itself only in a column that is called exactly INTEGER.
_SERIAL = BigInteger().with_variant(Integer, "sqlite")
_OPEN = text("state = 'open'")
_PUBLISHED = text("published")

promises = Table(
    "promises",
    metadata,
    Column("id", Text, primary_key=True),
    Column("contact_id", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("due_from", BigInteger, nullable=False),
    Column("due_until", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("max_attempts", Integer, nullable=False),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("note", Text, nullable=False),
    Column("context", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Index(
        "promises_one_open",
        "customer",
        "department",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
    Index("promises_due", "state", "due_from", "id"),
    Index("promises_contact", "contact_id"),
)

tickets = Table(
    "tickets",
    metadata,
    Column("id", Text, primary_key=True),
    Column("contact_id", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("department", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("taken_by", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("taken_at", BigInteger),
    Column("closed_at", BigInteger),
    Column("closed_by", Text),
    Index("tickets_state", "state", "created_at", "id"),
)

journal = Table(
    "journal",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("stream_id", Text, nullable=False, unique=True),
    Column("contact_id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Index("journal_timeline", "contact_id", "at", "version", "id"),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("customer", Text, nullable=False),
    Column("dialled", Text, nullable=False),
    Column("department", Text),
    Column("language", Text),
    Column("state", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("outcome", Text),
    Column("agent", Text),
    Column("attempts", Integer, nullable=False),
    Column("waited_ms", BigInteger, nullable=False),
    Column("transfers", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("lost", Text, nullable=False, server_default=""),
    Column("unanswered", Integer, nullable=False, server_default="0"),
    Index("contacts_started", "started_at", "id"),
    Index("contacts_customer", "customer", "started_at", "id"),
    Index("contacts_department", "department", "started_at", "id"),
    Index("contacts_state", "state", "started_at", "id"),
    Index(
        "contacts_open",
        "started_at",
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

transfers = Table(
    "transfers",
    metadata,
    Column("id", Text, primary_key=True),
    Column("contact_id", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("to", Text, nullable=False),
    Column("outcome", Text),
    Column("requested_at", BigInteger, nullable=False),
    Column("ended_at", BigInteger),
    Column("version", Integer, nullable=False),
    Index("transfers_contact", "contact_id", "requested_at"),
    Index("transfers_requested", "requested_at", "id"),
)

wrap_ups = Table(
    "wrap_ups",
    metadata,
    Column("contact_id", Text, primary_key=True),
    Column("agent", Text, primary_key=True),
    Column("department", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("took_ms", BigInteger, nullable=False, server_default="0"),
    Index("wrap_ups_at", "at", "code"),
)

routing_versions = Table(
    "routing_versions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("base", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("published", Boolean, nullable=False),
    # Two admins who publish from the same base: the database itself lets only one through.
    Index(
        "routing_one_successor",
        "base",
        unique=True,
        sqlite_where=_PUBLISHED,
        postgresql_where=_PUBLISHED,
    ),
)

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("display", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("identity", Text, nullable=False, unique=True),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("subject", Text),
    Index("users_subject", "subject", unique=True),
)

preferences = Table(
    "preferences",
    metadata,
    Column("user", Text, ForeignKey("users.name"), primary_key=True),
    Column("softphone_keys", JSON, nullable=False),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user", Text, ForeignKey("users.name"), nullable=False, index=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("last_used_at", BigInteger),
    Column("revoked_at", BigInteger),
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("user", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("request_hash", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
    UniqueConstraint("user", "key"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", _SERIAL, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("data", JSON, nullable=False),
    Index("audit_target", "target", "id"),
)
