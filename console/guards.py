"""Who may do what: one table of routes and least roles, and the checks before every request.

An agent sees and acts on contacts only where their own phone has or had a part. What is not theirs
does not exist for them (404), and the attempt is audited.
"""

from __future__ import annotations

import logging
from typing import cast

from flask import Response, g, request
from werkzeug.exceptions import BadRequest

from console import identity, state
from console.identity import Asker
from console.problems import Problem
from console.veil import veil_for
from telephony.contact.model import Contact
from telephony.errors import StoreUnavailable
from telephony.store import ledger
from telephony.store.ledger import Role

ANYBODY = None

LEAST_ROLE: dict[str, Role | None] = {
    "sign_in": ANYBODY,
    "openapi_document": ANYBODY,
    "list_reasons": ANYBODY,
    "sign_out": Role.AGENT,
    "me": Role.AGENT,
    "set_presence": Role.AGENT,
    "softphone_token": Role.AGENT,
    "show_line": Role.AGENT,
    "set_line": Role.AGENT,
    "act_on_line": Role.AGENT,
    "list_agents": Role.AGENT,
    "list_departments": Role.AGENT,
    "show_department": Role.AGENT,
    "list_contacts": Role.AGENT,
    "show_contact": Role.AGENT,
    "show_timeline": Role.AGENT,
    "hold_customer": Role.AGENT,
    "resume_customer": Role.AGENT,
    "callback_times": Role.AGENT,
    "promise_callback": Role.AGENT,
    "softphone_keys": Role.AGENT,
    "save_softphone_keys": Role.AGENT,
    "wrap_up_codes": Role.AGENT,
    "list_wrap_ups": Role.AGENT,
    "wrap_up": Role.AGENT,
    "start_transfer": Role.AGENT,
    "show_transfer": Role.AGENT,
    "complete_transfer": Role.AGENT,
    "cancel_transfer": Role.AGENT,
    "swap_transfer": Role.AGENT,
    "merge_transfer": Role.AGENT,
    "list_promises": Role.AGENT,
    "move_promise": Role.AGENT,
    "cancel_promise": Role.AGENT,
    "live_events": Role.AGENT,
    "list_tickets": Role.SUPERVISOR,
    "take_ticket": Role.SUPERVISOR,
    "close_ticket": Role.SUPERVISOR,
    "explain_routing": Role.SUPERVISOR,
    "show_board": Role.SUPERVISOR,
    "show_alerts": Role.SUPERVISOR,
    "list_kiosks": Role.SUPERVISOR,
    "make_kiosk": Role.SUPERVISOR,
    "end_kiosk": Role.SUPERVISOR,
    "show_report": Role.SUPERVISOR,
    "contacts_behind": Role.SUPERVISOR,
    "wrap_up_report": Role.SUPERVISOR,
    "show_supervision": Role.SUPERVISOR,
    "supervise": Role.SUPERVISOR,
    "end_supervision": Role.SUPERVISOR,
    "show_routing": Role.ADMIN,
    "show_draft": Role.ADMIN,
    "save_draft": Role.ADMIN,
    "import_routing": Role.ADMIN,
    "discard_draft": Role.ADMIN,
    "check_routing": Role.ADMIN,
    "publish_draft": Role.ADMIN,
    "routing_history": Role.ADMIN,
    "show_version": Role.ADMIN,
    "restore_version": Role.ADMIN,
    "export_routing": Role.ADMIN,
    "show_uses": Role.ADMIN,
}

# Tokens with scopes open these routes and nothing else.
SCOPES = {"show_board": identity.BOARD_SCOPE}

RANK = {Role.AGENT: 1, Role.SUPERVISOR: 2, Role.ADMIN: 3}
MAX_BODY = 64 * 1024
# What strangers did that is written down, of each kind, in one window of the throttle.
MOST_NOTED = 50
LONGEST_NOTED = 200
# A whole routing has at most 1 MB as a file, and escaped as JSON up to some more.
ROUTING_BODY = 3 * 1024 * 1024
LARGER_BODY = {
    "save_draft": ROUTING_BODY,
    "import_routing": ROUTING_BODY,
    "check_routing": ROUTING_BODY,
}
_log = logging.getLogger(__name__)
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def check_request() -> Response | None:
    """Before every API request: who asks, may they, and is the body one that we read."""
    name = (request.endpoint or "").rpartition(".")[2]
    request.max_content_length = LARGER_BODY.get(name, MAX_BODY)
    least = LEAST_ROLE[name]
    if request.method in _UNSAFE:
        _refuse_other_sites()
    if least is not ANYBODY:
        asker = identity.identify(SCOPES.get(name, ""))
        g.asker = asker
        if RANK[asker.role] < RANK[least]:
            audit("role_refused", request.path, {"role": asker.role.value, "needs": least.value})
            raise Problem(403, "not_allowed", f"This needs the role {least.value}.")
        if asker.by_cookie and request.method in _UNSAFE:
            identity.check_csrf(asker)
    if request.method in _UNSAFE:
        _read_body()
    return None


def asker() -> Asker:
    """Who sent this request."""
    return cast(Asker, g.asker)


def sees(who: Asker, contact: Contact) -> bool:
    """Whether this person may know of the contact."""
    if RANK[who.role] > RANK[Role.AGENT]:
        return True
    return any(leg.address == who.identity for leg in contact.legs)


def audit(what: str, target: str, data: dict[str, object]) -> None:
    """Write down what somebody tried or did; in the log when SQL does not answer."""
    services = state.services()
    known = getattr(g, "asker", None)
    who = known.name if known is not None else "anonymous"
    now = services.clock.now_ms()
    try:
        ledger.append_audit(services.ledger, at=now, who=who, what=what, target=target, data=data)
    except StoreUnavailable as error:
        # What was refused stays refused, and what was done stays done, with or without its entry.
        _log.warning("audit entry not in SQL (%s): %s %s %s %s", error, who, what, target, data)


def note_stranger(what: str, data: dict[str, str]) -> None:
    """Audit what anybody could send by the thousand: shortened, and only so many in one window,
    for the ledger is not theirs to fill.
    """
    if state.throttle().count(f"note:{what}", identity.WINDOW_S) <= MOST_NOTED:
        short = {name: value[:LONGEST_NOTED] for name, value in data.items()}
        audit(what, request.path[:LONGEST_NOTED], dict(short))


def hidden(what: str, target: str) -> Problem:
    """Not theirs: audited, and answered as if it did not exist."""
    audit("contact_refused", target, {"what": what, "path": request.path})
    return Problem(404, "not_found", f"There is no {what} {target}.")


def cover_numbers(answer: Response) -> Response:
    """After every API request: an agent's answer, with as much of customers' numbers as they may
    see. Live events are streamed and covered one by one.
    """
    who = getattr(g, "asker", None)
    if who is None or answer.is_streamed:
        return answer
    veil = veil_for(state.services(), who.role)
    if veil is not None:
        answer.set_data(veil.over(answer.get_data(as_text=True)))
    return answer


def refuse_search(customer: str | None) -> None:
    """Who does not see numbers cannot try them out either. Raises a 403 problem."""
    if customer is not None and veil_for(state.services(), asker().role) is not None:
        raise Problem(403, "not_allowed", "Customers' numbers are hidden from agents.")


def _refuse_other_sites() -> None:
    # Browsers set this header and pages cannot change it (Fetch Metadata, W3C).
    if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
        note_stranger("cross_site_refused", {"origin": request.headers.get("Origin", "")})
        raise Problem(403, "cross_site")


def _read_body() -> None:
    if not request.content_length and "Transfer-Encoding" not in request.headers:
        return
    if request.mimetype != "application/json":
        # A form or a text can be sent by any page without asking first; JSON cannot.
        raise Problem(415, "not_json")
    try:
        request.get_json()
    except BadRequest:
        raise Problem(400, "bad_json") from None
    except RecursionError:
        # Python's parser follows nesting with its own stack; a deep enough body exhausts it.
        raise Problem(400, "bad_json", "The body is nested too deeply.") from None
