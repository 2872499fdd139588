"""`warmline verify-trace`: judges a trace of the phone network, whoever's application ran on it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from telephony.errors import WarmlineError
from warmline.verify import INVARIANTS, Checker, Options, Report
from warmline.verify.ground import Line

SHOWN = 20
_EVERY = 5_000


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as one JSON object.")
@click.option("--accept-keys", default="1", show_default=True, help="The keys that accept a call.")
@click.option("--told", multiple=True, help="More words by which a customer knows what comes next.")
def command(file: Path, as_json: bool, accept_keys: str, told: tuple[str, ...]) -> None:
    """Check the trace FILE against every invariant (docs/reliability.md says what they are).

    FILE is what `--trace` wrote: one JSON object a line. Exit code 0 when nothing is violated, 1
    when something is, 2 when FILE is not a trace.
    """
    own = Options()
    more = tuple(word.lower() for word in told)
    checker = Checker(Options(frozenset(accept_keys), (*own.told, *more), own.promised))
    for line in _lines(file, quiet=as_json):
        try:
            checker.feed(line)
        except (KeyError, TypeError) as error:
            raise WarmlineError(
                f"A line of {file} is not as documented: {error} in {str(line)[:200]}",
                what_to_do="docs/simulator.md describes the lines of a trace.",
            ) from error
    report = checker.finish()
    if as_json:
        click.echo(json.dumps(report.as_json()))
    else:
        _tell(report)
    sys.exit(0 if report.clean else 1)


def _lines(file: Path, *, quiet: bool) -> Iterator[Line]:
    """The lines as objects, with a bar on a terminal."""
    size = file.stat().st_size
    hidden = quiet or not sys.stderr.isatty()
    with (
        file.open(encoding="utf-8") as source,
        click.progressbar(length=size, label="Checking", file=sys.stderr, hidden=hidden) as bar,
    ):
        unseen = 0
        for number, text in enumerate(source, 1):
            unseen += len(text)
            if number % _EVERY == 0:
                bar.update(unseen)
                unseen = 0
            if text.strip():
                yield _parsed(file, number, text)


def _parsed(file: Path, number: int, text: str) -> Line:
    try:
        line = json.loads(text)
    except ValueError as error:
        raise WarmlineError(
            f"Line {number} of {file} is not JSON: {error}",
            what_to_do="Give a file that `warmline simulator --trace FILE` wrote.",
        ) from error
    if not isinstance(line, dict):
        raise WarmlineError(
            f"Line {number} of {file} is not a JSON object.",
            what_to_do="Give a file that `warmline simulator --trace FILE` wrote.",
        )
    return line


def _tell(report: Report) -> None:
    for violation in report.violations[:SHOWN]:
        click.secho(str(violation), fg="red")
    if len(report.violations) > SHOWN:
        click.echo(f"... and {len(report.violations) - SHOWN} more; --json has all of them.")
    for name, meaning in INVARIANTS.items():
        found = report.by_invariant[name]
        verdict = f"{found} violations" if found else "holds"
        if name in report.not_judged:
            verdict = f"not judged: {report.not_judged[name]}" if not found else verdict
        click.echo(f"{name:>3}  {verdict:<12}  {meaning}")
    counts = ", ".join(f"{value} {name}" for name, value in report.counts.items())
    click.echo(f"Seen: {counts}")
    if report.outcomes:
        click.echo("Outcomes: " + ", ".join(f"{n} {name}" for name, n in report.outcomes.items()))
