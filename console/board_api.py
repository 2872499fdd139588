"""The wallboard's numbers, what rings until it is taken, and links for screens on the wall."""

from __future__ import annotations

from flask import current_app

from console import guards, state, tickets_api
from console.blueprint import api, problems
from console.guards import RANK, asker
from console.identity import BOARD_SCOPE
from console.problems import Problem
from console.wallboard import today
from console.wallboard.board import board
from console.wallboard.shapes import AlertsOut, BoardOut, KioskList, KioskOut, NewKiosk
from telephony.store import ledger
from telephony.store.ledger import ApiToken, Role, TicketState

KIOSK_PATH = "/wallboard/kiosk#"
LABEL = "kiosk: "


@api.get("/board")
@api.output(BoardOut)
@problems(401, 403, 503)
def show_board() -> BoardOut:
    """What happens now and happened today, by department; also open to kiosk links."""
    # The object that the request came through; `current_app` is only a stand-in for it.
    return board(current_app._get_current_object(), state.services())  # type: ignore[attr-defined]


@api.get("/board/alerts")
@api.output(AlertsOut)
@problems(401, 403, 503)
def show_alerts() -> AlertsOut:
    """Tickets that nobody has taken, and contacts that nobody will act for."""
    services = state.services()
    page = ledger.list_tickets(services.ledger, states=(TicketState.OPEN,), limit=50)
    return AlertsOut(
        tickets=[tickets_api.shown(each) for each in page.items],
        adrift=list(today.adrift(services)),
    )


@api.get("/board/kiosks")
@api.output(KioskList)
@problems(401, 403, 503)
def list_kiosks() -> KioskList:
    """Links that show the board on a wall and are still good, oldest first."""
    return KioskList(items=[_shown(each) for each in _kiosks()])


@api.post("/board/kiosks")
@api.input(NewKiosk)
@api.output(KioskOut, 201)
@problems(400, 401, 403, 413, 415, 422, 503)
def make_kiosk(json_data: NewKiosk) -> KioskOut:
    """Make a link that shows the board and nothing else. It is told only this once."""
    services = state.services()
    issued = ledger.issue_token(
        services.ledger,
        asker().name,
        LABEL + json_data.label,
        now=services.clock.now_ms(),
        scopes=(BOARD_SCOPE,),
    )
    guards.audit("kiosk_made", issued.token.id, {"label": json_data.label})
    # Behind the # a word never reaches a server log or a Referer header.
    return _shown(issued.token).model_copy(update={"path": KIOSK_PATH + issued.plain})


@api.delete("/board/kiosks/<kiosk_id>")
@problems(401, 403, 404, 503, empty="The link shows nothing any more.")
def end_kiosk(kiosk_id: str) -> tuple[str, int]:
    """End a link for good; any supervisor may, whoever made it."""
    services = state.services()
    if kiosk_id not in {each.id for each in _kiosks()}:
        raise Problem(404, "not_found", "There is no such link.")
    ledger.revoke_token(services.ledger, kiosk_id, now=services.clock.now_ms())
    guards.audit("kiosk_ended", kiosk_id, {})
    return "", 204


def _kiosks() -> list[ApiToken]:
    book = state.services().ledger
    makers = [each for each in ledger.all_users(book) if RANK[each.role] >= RANK[Role.SUPERVISOR]]
    found = [token for each in makers for token in ledger.tokens_of(book, each.name)]
    good = [each for each in found if BOARD_SCOPE in each.scopes and each.revoked_at is None]
    return sorted(good, key=lambda each: (each.created_at, each.id))


def _shown(token: ApiToken) -> KioskOut:
    return KioskOut(
        id=token.id,
        label=token.label.removeprefix(LABEL),
        by=token.user,
        created_at=token.created_at,
        last_used_at=token.last_used_at,
    )
