"""People: signing in and out, who I am, presence, the softphone's token, all agents."""

from __future__ import annotations

from console import identity, lookup, state
from console.answers import (
    AgentList,
    AgentOut,
    MeOut,
    ReasonList,
    ReasonOut,
    SessionOut,
    SoftphoneTokenOut,
)
from console.asks import NewPresence, SignIn
from console.blueprint import api, problems
from console.guards import asker
from console.problems import Problem
from console.reasons import REASONS
from telephony.errors import SettingsError
from telephony.presence import presence_now
from telephony.store import ledger
from telephony.store.floor import Presence
from telephony.twilio import tokens


@api.post("/session")
@api.input(SignIn)
@api.output(SessionOut, 201)
@problems(400, 401, 403, 413, 415, 422, 429, 503)
def sign_in(json_data: SignIn) -> SessionOut:
    """Begin a session: a cookie, and the CSRF word that goes with every change."""
    who = identity.sign_in(json_data.name, json_data.password)
    return SessionOut(
        name=who.name,
        display=who.display,
        role=who.role.value,
        identity=who.identity,
        csrf=identity.csrf_token(who),
        expires_at=who.expires_at or 0,
    )


@api.delete("/session")
@problems(401, 403, 503, empty="The session or the token that was used has ended for good.")
def sign_out() -> tuple[str, int]:
    """End the session, or the bearer token, that this request came with."""
    identity.sign_out(asker())
    return "", 204


@api.get("/me")
@api.output(MeOut)
@problems(401, 503)
def me() -> MeOut:
    """Who I am, and the contacts that my phone has a part in now."""
    return _me()


def _me() -> MeOut:
    who, services = asker(), state.services()
    now = services.clock.now_ms()
    present = presence_now(services.live, lookup.company(services), now)
    found = present.get(lookup.softphone(who.identity))
    return MeOut(
        name=who.name,
        display=who.display,
        role=who.role.value,
        identity=who.identity,
        presence=found.state if found else Presence.OFFLINE,
        presence_since=found.since if found else None,
        presence_until=(found.until or None) if found else None,
        csrf=identity.csrf_token(who) if who.by_cookie else None,
        contacts=lookup.contacts_of_phone(services, who.identity),
        now=now,
    )


@api.put("/agents/me/presence")
@api.input(NewPresence)
@api.output(MeOut)
@problems(400, 401, 403, 413, 415, 422, 503)
def set_presence(json_data: NewPresence) -> MeOut:
    """Say whether I am there."""
    services = state.services()
    phone = lookup.softphone(asker().identity)
    services.live.floor.set_presence(phone, json_data.presence, services.clock.now_ms())
    return _me()


@api.get("/agents")
@api.output(AgentList)
@problems(401, 503)
def list_agents() -> AgentList:
    """Everybody who may sign in, with what they say of themselves and whether they talk."""
    services = state.services()
    present = presence_now(services.live, lookup.company(services), services.clock.now_ms())
    claims = services.live.claims()
    items = []
    for person in ledger.all_users(services.ledger):
        if person.enabled:
            found = present.get(lookup.softphone(person.identity))
            items.append(
                AgentOut(
                    name=person.name,
                    display=person.display,
                    identity=person.identity,
                    role=person.role.value,
                    presence=found.state if found else Presence.OFFLINE,
                    since=found.since if found else None,
                    on_contact=person.identity in claims,
                )
            )
    return AgentList(items=items)


@api.post("/softphone/token")
@api.output(SoftphoneTokenOut, 201)
@problems(401, 403, 503)
def softphone_token() -> SoftphoneTokenOut:
    """A token with which my browser becomes my softphone for an hour."""
    services, who = state.services(), asker()
    name = lookup.softphone(who.identity)
    try:
        token = tokens.softphone_token(services.settings, name)
    except SettingsError as error:
        raise Problem(503, "softphone_not_set_up", what_to_do=error.what_to_do) from error
    ends = services.clock.now_ms() + tokens.TTL_SECONDS * 1000
    return SoftphoneTokenOut(token=token, identity=name, expires_at=ends)


@api.get("/reasons")
@api.output(ReasonList)
def list_reasons() -> ReasonList:
    """Every typed reason: what it means and what to do about it."""
    items = [
        ReasonOut(reason=word, title=told.title, meaning=told.meaning, what_to_do=told.what_to_do)
        for word, told in REASONS.items()
    ]
    return ReasonList(items=items)
