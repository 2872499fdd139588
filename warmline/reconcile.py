"""`warmline reconcile`: compare open contacts with Twilio, once, and heal what differs."""

from __future__ import annotations

import json
import os
from dataclasses import asdict

import click

from telephony.bootstrap import build
from telephony.clock import ANCHOR
from warmline.running import find_running, settings_here
from workers.reconciler import Report, Watch, look

_UNREACHABLE = 1


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """Compare our open contacts with Twilio's calls and rooms, once.

    Contacts that differ are told what Twilio says; contacts and promises whose record is lost are
    rebuilt. Ends with 1 when Twilio cannot be asked. A stray phone is only ended by the running
    reconciler, which sees it twice.
    """
    settings = settings_here()
    running = find_running(settings.data_dir)
    if running is not None and ANCHOR in running.environment:
        # Where time runs faster, it began for all processes of that system at one moment.
        os.environ.setdefault(ANCHOR, running.environment[ANCHOR])
    services = build(settings)
    try:
        report = look(services, Watch())
    finally:
        services.close()
    if as_json:
        click.echo(json.dumps(asdict(report)))
    else:
        for line in _lines(report):
            click.echo(line)
    if not report.reachable:
        context.exit(_UNREACHABLE)


def _lines(report: Report) -> list[str]:
    if not report.reachable:
        return ["Twilio cannot be asked now; nothing was compared."]
    lines = [f"{name}: differed; told what Twilio says" for name in report.differed]
    lines += [f"{name}: its record was lost; rebuilt from Twilio" for name in report.rebuilt]
    lines += [
        f"{name}: its record is lost; no customer is on the line" for name in report.unrebuilt
    ]
    lines += [f"{call}: rang for nobody; ended" for call in report.ended]
    if report.promises:
        lines.append(f"{report.promises} promises had no contact; they are waited for again")
    if report.given_up:
        lines.append(f"{report.given_up} contacts are over and were not known to be; closed")
    return lines or ["Everything agrees."]
