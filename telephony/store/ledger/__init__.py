"""The SQL ledger: what must outlive every process and every live store.

Promises, tickets, the journal, summaries and reports, routing versions, people and their tokens,
stored answers and the audit. SQLite (WAL) embedded, PostgreSQL in production; the same functions.
Times are whole milliseconds since the epoch, UTC. Every function may raise StoreUnavailable.
"""

from __future__ import annotations

from telephony.store.ledger.audit import AuditEntry, append_audit, list_audit
from telephony.store.ledger.engine import Ledger, open_ledger, ping
from telephony.store.ledger.figures import TARGET_MS, Figure, figure_contacts
from telephony.store.ledger.idempotency import (
    StoredResponse,
    forget_responses,
    store_response,
    stored_response,
)
from telephony.store.ledger.journal import JournalEntry, append_journal, timeline
from telephony.store.ledger.migrate import check_schema, migrate
from telephony.store.ledger.paging import Page
from telephony.store.ledger.promises import (
    CountedAttempt,
    NewPromise,
    PromiseRecord,
    PromiseState,
    WrittenPromise,
    close_promise,
    count_attempt,
    move_promise,
    open_promises,
    promise,
    promise_by_token,
    promise_token,
    write_promise,
)
from telephony.store.ledger.reports import (
    ContactReport,
    PromiseReport,
    contact_report,
    promise_report,
    transfer_report,
)
from telephony.store.ledger.routing import (
    RoutingVersion,
    current_routing,
    draft_routing,
    publish_routing,
    routing_history,
    routing_version,
)
from telephony.store.ledger.series import Bucket, report_series
from telephony.store.ledger.summaries import (
    ContactRecord,
    TransferRecord,
    contact,
    find_contacts,
    transfers_of,
    upsert_contacts,
    upsert_transfers,
)
from telephony.store.ledger.tickets import (
    NewTicket,
    TicketRecord,
    TicketState,
    close_ticket,
    list_tickets,
    open_ticket,
    take_ticket,
    ticket,
)
from telephony.store.ledger.tokens import (
    ApiToken,
    IssuedToken,
    TokenUser,
    issue_token,
    revoke_token,
    tokens_of,
    user_for_token,
)
from telephony.store.ledger.users import (
    Role,
    User,
    add_user,
    all_users,
    check_password,
    set_enabled,
    set_password,
    set_role,
    user,
)

__all__ = [
    "TARGET_MS",
    "ApiToken",
    "AuditEntry",
    "Bucket",
    "ContactRecord",
    "ContactReport",
    "CountedAttempt",
    "Figure",
    "IssuedToken",
    "JournalEntry",
    "Ledger",
    "NewPromise",
    "NewTicket",
    "Page",
    "PromiseRecord",
    "PromiseReport",
    "PromiseState",
    "Role",
    "RoutingVersion",
    "StoredResponse",
    "TicketRecord",
    "TicketState",
    "TokenUser",
    "TransferRecord",
    "User",
    "WrittenPromise",
    "add_user",
    "all_users",
    "append_audit",
    "append_journal",
    "check_password",
    "check_schema",
    "close_promise",
    "close_ticket",
    "contact",
    "contact_report",
    "count_attempt",
    "current_routing",
    "draft_routing",
    "figure_contacts",
    "find_contacts",
    "forget_responses",
    "issue_token",
    "list_audit",
    "list_tickets",
    "migrate",
    "move_promise",
    "open_ledger",
    "open_promises",
    "open_ticket",
    "ping",
    "promise",
    "promise_by_token",
    "promise_report",
    "promise_token",
    "publish_routing",
    "report_series",
    "revoke_token",
    "routing_history",
    "routing_version",
    "set_enabled",
    "set_password",
    "set_role",
    "store_response",
    "stored_response",
    "take_ticket",
    "ticket",
    "timeline",
    "tokens_of",
    "transfer_report",
    "transfers_of",
    "upsert_contacts",
    "upsert_transfers",
    "user",
    "user_for_token",
    "write_promise",
]
