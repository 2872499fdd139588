"""`warmline user add`: the first person has to come from somewhere."""

from __future__ import annotations

import time
from contextlib import closing

import click

from telephony.store.ledger import Role, add_user, migrate, open_ledger
from warmline.running import settings_here


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
@click.option(
    "--password",
    envvar="WARMLINE_NEW_PASSWORD",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when not given; better not on the command line, where others can read it.",
)
def add(name: str, role: str, display: str, password: str) -> None:
    """Add a person who may sign in as NAME."""
    with closing(open_ledger(settings_here().database_url)) as ledger:
        migrate(ledger)
        now = time.time_ns() // 1_000_000
        user = add_user(ledger, name, Role(role), password, now=now, display=display)
    click.echo(f"{user.name} may sign in as {user.role}; the softphone is {user.identity}.")
