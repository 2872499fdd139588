"""`warmline routing`: check, explain, export and import who is rung when.

Without a FILE the commands look at the published routing, or at the example that ships with
Warmline as long as nothing has been published. Exit codes: 0 as wished, 1 the linter found
errors, 2 the input cannot be used.
"""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from typing import IO

import click

from telephony.bootstrap import build
from telephony.routing import plain_yaml
from telephony.routing.errors import RoutingInvalid
from telephony.routing.example import EXAMPLE_FILE
from telephony.routing.explain import as_data, as_text, explain
from telephony.routing.hours import zone_of
from telephony.routing.lint import Finding, Severity, lint
from telephony.routing.model import Company
from telephony.routing.summary import changes, describe
from telephony.routing.text import from_yaml, to_data, to_yaml
from telephony.store.ledger import current_routing, migrate, open_ledger, publish_routing
from warmline.running import settings_here

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}

_as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
_file = click.argument("file", type=click.File("rb"), required=False)


@click.group()
def group() -> None:
    """Check, explain, export and import routing."""


@group.command("lint")
@_file
@click.option("--at", "moment", metavar="ISO", help="As of this moment instead of now.")
@_as_json
def lint_command(file: IO[bytes] | None, moment: str | None, as_json: bool) -> None:
    """Look for what would not serve customers, in FILE or the published routing.

    Exit code 0: no errors (there may be warnings). 1: errors. 2: the routing cannot be read.
    """
    try:
        company = _company(file)
    except RoutingInvalid as error:
        if not as_json:
            raise
        problems = [asdict(problem) for problem in error.problems]
        click.echo(json.dumps({"valid": False, "problems": problems}, indent=2))
        sys.exit(2)
    findings = lint(company, _moment(moment, company, None))
    if as_json:
        found = [asdict(finding) for finding in findings]
        click.echo(json.dumps({"valid": True, "findings": found}, indent=2))
    else:
        _show(findings)
    sys.exit(1 if _errors(findings) else 0)


@group.command("explain")
@click.argument("department")
@click.option("--at", "moment", metavar="ISO", help="When, e.g. 2026-11-24T17:55; default now.")
@click.option("--busy", multiple=True, metavar="KEY", help="A member on another call; repeatable.")
@click.option("--language", help="The customer's language; default the company's first.")
@click.option("--passed-on", is_flag=True, help="An agent passes the customer on and waits.")
@click.option("--file", type=click.File("rb"), help="A routing file instead of the published one.")
@_as_json
def explain_command(
    department: str,
    moment: str | None,
    busy: tuple[str, ...],
    language: str | None,
    passed_on: bool,
    file: IO[bytes] | None,
    as_json: bool,
) -> None:
    """Who rings in DEPARTMENT at a moment, if nobody answers: step by step, with seconds.

    A moment without a time zone is meant by the department's own clock.
    """
    company = _company(file)
    at = _moment(moment, company, department)
    known = {member.key for each in company.departments.values() for member in each.members}
    for key in busy:
        if key not in known:
            raise click.BadParameter(f"{key!r} is nobody's key.", param_hint="--busy")
    answer = explain(
        company, department, at, frozenset(busy), language=language, passed_on=passed_on
    )
    click.echo(json.dumps(as_data(answer), indent=2) if as_json else as_text(answer))


@group.command("describe")
@_file
@_as_json
def describe_command(file: IO[bytes] | None, as_json: bool) -> None:
    """Tell what each department does, in plain words."""
    company = _company(file)
    told = {key: describe(company, each) for key, each in company.departments.items()}
    click.echo(json.dumps(told, indent=2) if as_json else "\n".join(told.values()))


@group.command("export")
@_file
@_as_json
def export_command(file: IO[bytes] | None, as_json: bool) -> None:
    """Print the published routing (or FILE, in the usual form) as YAML."""
    company = _company(file)
    if as_json:
        click.echo(json.dumps(to_data(company), indent=2, ensure_ascii=False))
    else:
        click.echo(to_yaml(company), nl=False)


@group.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--author", default="command line", show_default=True, help="Shown in the history.")
@click.option("--note", default="", help="Why; shown in the history.")
@click.option("--anyway", is_flag=True, help="Publish although the linter found errors.")
@_as_json
def import_command(file: IO[bytes], author: str, note: str, anyway: bool, as_json: bool) -> None:
    """Check FILE and publish it: the next call is routed by it."""
    document = _bytes(file)
    company = from_yaml(document)
    findings = lint(company, datetime.now(UTC))
    if _errors(findings) and not anyway:
        _show(findings)
        click.echo("Not published. Correct the errors, or give --anyway.", err=True)
        sys.exit(1)
    with closing(build(settings_here())) as services:
        migrate(services.ledger)
        current = current_routing(services.ledger)
        version = publish_routing(
            services.ledger,
            document.decode(),
            author,
            note,
            current.number if current else 0,
            now=time.time_ns() // 1_000_000,
        )
        # Tells Redis as well, where running processes look before the next call is routed.
        services.routing.refresh()
    different = _changes(current.document, company) if current else ()
    if as_json:
        published = {"version": version.number, "changes": different, "findings": len(findings)}
        click.echo(json.dumps(published, indent=2))
    else:
        click.echo("\n".join((*different, f"Version {version.number} is now in force.")))


def _changes(before: str, company: Company) -> tuple[str, ...]:
    try:
        return changes(from_yaml(before), company)
    except RoutingInvalid:
        return ("The version before was written for another Warmline and cannot be compared.",)


def _company(file: IO[bytes] | None) -> Company:
    return from_yaml(_published() if file is None else _bytes(file))


def _bytes(file: IO[bytes]) -> bytes:
    # One byte more than is allowed, so that the reader can refuse it.
    return file.read(plain_yaml.MAX_BYTES + 1)


def _published() -> bytes:
    with closing(open_ledger(settings_here().database_url)) as ledger:
        migrate(ledger)
        current = current_routing(ledger)
    if current is not None:
        return current.document.encode()
    click.echo("Nothing has been published yet; this is the example company.", err=True)
    return EXAMPLE_FILE.read_bytes()


def _moment(text: str | None, company: Company, department: str | None) -> datetime:
    if text is None:
        return datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no moment such as 2026-11-24T17:55.", param_hint="--at"
        ) from None
    if at.tzinfo is not None:
        return at
    known = company.departments.get(department or company.operator)
    return at.replace(tzinfo=zone_of(company, known)) if known else at.replace(tzinfo=UTC)


def _errors(findings: tuple[Finding, ...]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _show(findings: tuple[Finding, ...]) -> None:
    for finding in findings:
        severity = click.style(f"{finding.severity}", fg=_COLOURS[finding.severity])
        click.echo(f"{severity} {finding.path}: {finding.sentence} {finding.what_to_do}")
    if not findings:
        click.echo("Nothing to complain about.")
