"""A supervisor listens to a conversation, whispers to the agent, or joins it."""

from __future__ import annotations

from enum import StrEnum

from console import guards, lookup, state
from console.answers import Out
from console.asks import In
from console.blueprint import api, problems
from console.guards import asker
from console.problems import Problem
from console.transfers_api import visible_contact
from telephony.contact.model import Contact, Leg, LegState, Role, Stage
from telephony.store.supervised import Supervision
from telephony.twilio import coaching
from telephony.twilio.coaching import Ear
from telephony.twilio.fates import Answer, Fate

TALKS = frozenset({Stage.TALKING, Stage.TRANSFER})


class Mode(StrEnum):
    """Who hears the supervisor: nobody, the agent only, or everybody."""

    LISTEN = "listen"
    WHISPER = "whisper"
    JOIN = "join"


class NewSupervision(In):
    mode: Mode


class SupervisionOut(Out):
    """`mode` null: nobody is there. `ready`: the supervisor's phone has been rung."""

    contact: str
    by: str | None
    mode: Mode | None
    since: int | None
    ready: bool


@api.get("/contacts/<contact_id>/supervision")
@api.output(SupervisionOut)
@problems(401, 403, 404, 503)
def show_supervision(contact_id: str) -> SupervisionOut:
    """Who listens to this contact, whispers or has joined."""
    if lookup.contact(state.services(), contact_id) is None:
        return _shown(contact_id, None)
    return _shown(contact_id, state.services().live.supervised.of(contact_id))


@api.post("/contacts/<contact_id>/supervision")
@api.input(NewSupervision)
@api.output(SupervisionOut, 202)
@problems(400, 401, 403, 404, 409, 413, 415, 422, 503)
def supervise(contact_id: str, json_data: NewSupervision) -> SupervisionOut:
    """Listen, whisper or join: my phone rings, or, if I am there already, the mode changes."""
    services = state.services()
    contact, agent = _conversation(contact_id)
    known = services.live.supervised.of(contact_id)
    if known is not None and known.by != asker().identity:
        raise Problem(409, "supervised")
    if known is not None and known.call:
        done = _change(known, json_data.mode, agent)
    else:
        done = _begin(contact, agent, json_data.mode)
    guards.audit("supervised", contact_id, {"mode": json_data.mode.value})
    return _shown(contact_id, done)


@api.delete("/contacts/<contact_id>/supervision")
@problems(401, 403, 404, 503, empty="My phone is let go; the conversation goes on.")
def end_supervision(contact_id: str) -> tuple[str, int]:
    """Leave the conversation."""
    services = state.services()
    known = services.live.supervised.of(contact_id)
    if known is None:
        raise Problem(404, "not_found", "Nobody supervises this contact.")
    if known.call:
        _good(services.rest.end_call(known.call), gone=True)
    services.live.supervised.end(contact_id)
    guards.audit("supervision_ended", contact_id, {})
    return "", 204


def _conversation(contact_id: str) -> tuple[Contact, Leg]:
    """The contact and the person of ours who has the customer."""
    contact = visible_contact(contact_id)
    if any(
        leg.address == asker().identity and leg.state is not LegState.ENDED for leg in contact.legs
    ):
        raise Problem(409, "already_so", "Your phone is on this contact already.")
    agent = talking_agent(contact)
    if agent is None:
        raise Problem(409, "not_talking", "Nobody talks with this customer now.")
    return contact, agent


def talking_agent(contact: Contact) -> Leg | None:
    """The person of ours whom a supervisor can hear and coach; None: there is no conversation."""
    if contact.stage not in TALKS:
        return None
    here = [leg for leg in contact.legs if leg.role is Role.AGENT and leg.state is LegState.JOINED]
    return next((leg for leg in here if leg.room and not leg.unwanted), None)


def _begin(contact: Contact, agent: Leg, mode: Mode) -> Supervision:
    services, who = state.services(), asker()
    new = Supervision(
        contact=contact.id,
        by=who.identity,
        mode=mode.value,
        since=services.clock.now_ms(),
        room=agent.room,
        coached=agent.call,
    )
    if not services.live.supervised.begin(new):
        raise Problem(409, "supervised")
    from_ = contact.dialled or lookup.company(services).caller_id
    ear = Ear(mode.value, agent.call)
    answer = coaching.dial(
        services.rest, agent.room, to=who.identity, from_=from_, name=who.name, ear=ear
    )
    if answer.fate is not Fate.DONE or not answer.value:
        services.live.supervised.end(contact.id)
        _good(answer)
    done = _with(new, call=answer.value or "")
    services.live.supervised.put(done)
    return done


def _change(known: Supervision, mode: Mode, agent: Leg) -> Supervision:
    services = state.services()
    _good(coaching.change(services.rest, known.room, known.call, Ear(mode.value, agent.call)))
    done = _with(known, mode=mode.value, coached=agent.call)
    services.live.supervised.put(done)
    return done


def _with(known: Supervision, *, mode: str = "", coached: str = "", call: str = "") -> Supervision:
    return Supervision(
        contact=known.contact,
        by=known.by,
        mode=mode or known.mode,
        since=known.since,
        room=known.room,
        coached=coached or known.coached,
        call=call or known.call,
    )


def _good(answer: Answer[str] | Answer[bool] | Answer[None], *, gone: bool = False) -> None:
    if answer.fate is Fate.DONE or (gone and answer.fate is Fate.GONE):
        return
    if answer.fate in {Fate.GONE, Fate.REFUSED}:
        raise Problem(409, "cannot_supervise", f"Twilio says: {answer.detail}")
    raise Problem(503, "unavailable", headers={"Retry-After": "2"})


def _shown(contact_id: str, known: Supervision | None) -> SupervisionOut:
    return SupervisionOut(
        contact=contact_id,
        by=known.by.removeprefix("client:") if known else None,
        mode=Mode(known.mode) if known else None,
        since=known.since if known else None,
        ready=bool(known and known.call),
    )
