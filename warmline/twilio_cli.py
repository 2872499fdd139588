"""`warmline twilio setup`: what has to be set at Twilio is shown, then set. Safe to repeat."""

from __future__ import annotations

import json
from contextlib import closing

import click

from telephony.errors import SettingsError, WarmlineError
from telephony.routing.text import from_yaml
from telephony.settings import Settings, variable
from telephony.store.ledger import current_routing, open_ledger
from telephony.twilio.urls import Urls
from warmline import provision
from warmline.running import settings_here


@click.group()
def group() -> None:
    """Set up the account at Twilio."""


@group.command()
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--number", "numbers", multiple=True, help="Instead of the routing's; repeatable.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def setup(dry_run: bool, numbers: tuple[str, ...], as_json: bool) -> None:
    """Point the numbers and the softphone's application at Warmline.

    The numbers are those of the published routing. An API key for the softphone is made when
    none is set; its secret is shown once.
    """
    settings = settings_here()
    account = _account(settings)
    changes = provision.plan(
        account,
        Urls(settings.public_url),
        numbers=numbers or _published_numbers(settings),
        fallback_url=settings.fallback_url,
        application_sid=settings.twilio_application_sid,
    )
    made: dict[str, str] = {}
    if not dry_run:
        provision.apply(account, changes)
        made = _softphone(account, settings)
    if as_json:
        listed = [{"what": one.what, "set": dict(one.form)} for one in changes]
        click.echo(json.dumps({"applied": not dry_run, "changes": listed, "settings": made}))
        return
    _tell(changes, made, dry_run=dry_run, key_missing=not settings.twilio_api_key_sid)


def _account(settings: Settings) -> provision.Account:
    if not settings.twilio_configured:
        names = ("twilio_account_sid", "twilio_auth_token")
        problems = tuple(f"{variable(name)}: must be set" for name in names)
        raise SettingsError("No Twilio account is set: " + "; ".join(problems), problems=problems)
    token = settings.twilio_auth_token.get_secret_value()
    return provision.Account(
        settings.twilio_account_sid, token, settings.twilio_base_url, settings.rest_timeout
    )


def _published_numbers(settings: Settings) -> tuple[str, ...]:
    with closing(open_ledger(settings.database_url)) as ledger:
        version = current_routing(ledger)
    if version is None:
        raise WarmlineError(
            "No routing is published, so it is not known which numbers are meant.",
            what_to_do="Publish one on the admin page, or name the numbers with --number.",
        )
    return tuple(from_yaml(version.document.encode()).numbers)


def _softphone(account: provision.Account, settings: Settings) -> dict[str, str]:
    """The settings that still have to be put into the environment."""
    made = {}
    app = provision.application(account, settings.twilio_application_sid)
    if app is not None and not settings.twilio_application_sid:
        made[variable("twilio_application_sid")] = str(app["sid"])
    if not settings.twilio_api_key_sid:
        key = account.post("Keys", {"FriendlyName": provision.NAME})
        made[variable("twilio_api_key_sid")] = str(key["sid"])
        made[variable("twilio_api_key_secret")] = str(key["secret"])
    return made


def _tell(
    changes: list[provision.Change], made: dict[str, str], *, dry_run: bool, key_missing: bool
) -> None:
    for change in changes:
        click.echo(f"{'would set' if dry_run else 'set'} {change.what}:")
        for name, value in change.form.items():
            click.echo(f"    {name}: {value or '(empty)'}")
    if not changes:
        click.echo("The numbers and the application are set as they should be.")
    if dry_run and key_missing:
        click.echo("would make an API key for the softphone")
    if made:
        click.echo("Put these into the environment; the secret is not shown again:")
        for name, value in made.items():
            click.echo(f"    {name}={value}")
