"""`warmline user`: the first person, new passwords, and tokens for programs."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import click

from console.identity import SESSION_LABEL
from telephony.errors import StoreUnavailable
from telephony.store.floor import Presence
from telephony.store.ledger import (
    Ledger,
    Role,
    add_user,
    issue_token,
    link,
    migrate,
    open_ledger,
    revoke_labelled,
    set_enabled,
    set_password,
    user,
)
from telephony.store.live import Live
from warmline.running import settings_here

_password = click.option(
    "--password",
    envvar="WARMLINE_NEW_PASSWORD",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when not given; better not on the command line, where others can read it.",
)
_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@contextmanager
def _people() -> Iterator[Ledger]:
    with closing(open_ledger(settings_here().database_url)) as ledger:
        migrate(ledger)
        yield ledger


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


@click.group()
def group() -> None:
    """The people who may sign in."""


@group.command()
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice([role.value for role in Role]),
    default=Role.AGENT.value,
    show_default=True,
)
@click.option("--display", default="", help="How colleagues see the name.")
@_password
@_as_json
def add(name: str, role: str, display: str, password: str, as_json: bool) -> None:
    """Add a person who may sign in as NAME."""
    with _people() as ledger:
        new = add_user(ledger, name, Role(role), password, now=_now_ms(), display=display)
    if as_json:
        click.echo(json.dumps({"name": new.name, "role": new.role, "identity": new.identity}))
    else:
        click.echo(f"{new.name} may sign in as {new.role}; the softphone is {new.identity}.")


@group.command()
@click.argument("name")
@_password
def password(name: str, password: str) -> None:
    """Give NAME a new password, and end every session that began with the old one."""
    with _people() as ledger:
        set_password(ledger, name, password)
        revoke_labelled(ledger, name, SESSION_LABEL, now=_now_ms())
    click.echo(f"{name} signs in with the new password from now on, everywhere anew.")


@group.command()
@click.argument("name")
def disable(name: str) -> None:
    """Keep NAME out: no sign-in, and no session, token or link of theirs opens anything.

    A softphone that is open keeps Twilio's own access token for up to an hour: what it dials is
    rejected, what it accepts is passed on, and departments do not ring it any more.
    """
    with _people() as ledger:
        set_enabled(ledger, name, False)
        revoke_labelled(ledger, name, SESSION_LABEL, now=_now_ms())
        phone = user(ledger, name).identity
    click.echo(f"{name} is kept out; `warmline user enable {name}` lets them in again.")
    try:
        with closing(Live.at(settings_here().redis_url)) as live:
            live.floor.set_presence(phone.removeprefix("client:"), Presence.OFFLINE, _now_ms())
    except StoreUnavailable as error:
        click.echo(f"{phone} may be rung in vain for up to an hour: {error}", err=True)


@group.command()
@click.argument("name")
def enable(name: str) -> None:
    """Let NAME in again, with the password and the programs' tokens of before."""
    with _people() as ledger:
        set_enabled(ledger, name, True)
    click.echo(f"{name} may sign in again.")


@group.command("link")
@click.argument("name")
@click.argument("subject")
def link_command(name: str, subject: str) -> None:
    """Let NAME sign in with the company's account SUBJECT (the issuer, a blank, its word)."""
    with _people() as ledger:
        link(ledger, name, subject)
    click.echo(f"{name} may sign in as {subject}.")


@group.command()
@click.argument("name")
@click.option("--label", default="command line", show_default=True, help="What it is for.")
@_as_json
def token(name: str, label: str, as_json: bool) -> None:
    """Make a bearer token with which a program asks the JSON API as NAME.

    It is shown only this once, and holds until `DELETE /api/v1/session` is asked with it.
    """
    with _people() as ledger:
        issued = issue_token(ledger, name, label, now=_now_ms())
    click.echo(
        json.dumps({"token": issued.plain, "id": issued.token.id, "user": name})
        if as_json
        else issued.plain
    )
