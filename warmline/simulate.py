"""`warmline simulate`: the deterministic campaign, many calls with faults, checked at the end."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from rich.console import Console
from rich.progress import Progress

from telephony.errors import BadInput
from warmline.campaign.coverage import Missing, missing, table, wrong
from warmline.campaign.house import open_house
from warmline.campaign.plan import CALLERS, Plan, draw, names_of
from warmline.campaign.run import Sum, campaign, plans, replay_world, side_by_side
from warmline.campaign.shrink import keep, kept, smallest
from warmline.campaign.world import Result

SHRUNK = 3
"""So many failing worlds are made smaller; the others are named."""


@click.command()
@click.option("--calls", type=click.IntRange(1), default=120, show_default=True, help="Callers.")
@click.option("--seed", type=int, default=1, show_default=True, help="Decides everything.")
@click.option(
    "--faults",
    default="all",
    show_default=True,
    help="all, none, or NAME,NAME,… (all may be one of them)",
)
@click.option("--world", type=int, help="Play only this world, as a failed campaign named it.")
@click.option("--plan", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Play only the world in this file.")  # fmt: skip
@click.option("--trace", type=click.Path(dir_okay=False, path_type=Path), help="Write it here.")
@click.option("--keep", "folder", type=click.Path(file_okay=False, path_type=Path),
              default=Path("var/campaign"), show_default=True,
              help="Failing worlds are kept here, as small as they can be.")  # fmt: skip
@click.option("--processes", type=click.IntRange(1, 64), default=1, show_default=True,
              help="Play the worlds in so many processes side by side.")  # fmt: skip
@click.option("--aim", is_flag=True, help="Let most faults wait for a stage of a contact, so that "
              "seldom ones are struck, too.")  # fmt: skip
@click.option("--coverage", is_flag=True, help="Show which fault struck in which stage; fail if "
              "one struck too seldom where it can.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")
def command(
    calls: int,
    seed: int,
    faults: str,
    world: int | None,
    file: Path | None,
    trace: Path | None,
    folder: Path,
    processes: int,
    aim: bool,
    coverage: bool,
    as_json: bool,
) -> None:
    """Run many calls through all of Warmline in one process, with faults, and check them.

    Time is virtual and everything is decided by the seed: the same command gives the same trace,
    byte for byte. The calls come in small worlds of some callers each, so that what fails can be
    played again alone. Exit code 1 means that a promise was broken; the summary names the
    commands that show it again.
    """
    try:
        names = names_of(faults)
    except ValueError as error:
        raise BadInput("faults", str(error)) from error
    if file is not None:
        worlds = [_planned(file)]
    elif world is not None:
        worlds = [draw(world, min(calls, CALLERS), names, aim=aim)]
    else:
        worlds = list(plans(seed, calls, names, aim=aim))
    if trace is not None and processes > 1:
        raise BadInput("processes", "a trace is written by one process; leave one of the two out")
    total = Sum(seed, calls, faults, aim)
    if processes > 1:
        side_by_side(worlds, total, processes)
        worlds = []
    with (
        open_house() as house,
        _opened(trace) as out,
        _bar(worlds, as_json) as progress,
    ):
        if worlds:
            campaign(house, worlds, total, trace=out, progress=progress)
        small = [smallest(house, failed) for failed in total.failed[:SHRUNK]]
    kept_at = [keep(folder, result) for result in small]
    lacking = missing(total.stages, names, total.contacts) if coverage else []
    denied = wrong(total.stages)
    if as_json:
        lacks = {"missing": [vars(each) for each in lacking]} if coverage else {}
        click.echo(json.dumps(total.to_json() | lacks | {"wrong": denied}))
    else:
        _tell(total, small, kept_at)
        if coverage:
            _cover(total, names, lacking)
        for each in denied:
            click.secho(each, fg="red")
    sys.exit(1 if total.violations or lacking or denied else 0)


def _cover(total: Sum, names: tuple[str, ...], lacking: list[Missing]) -> None:
    click.echo(table(total.stages, names))
    for each in lacking:
        wanted = f"{each.struck} times in {each.stage}, and not {each.least}"
        click.secho(f"{each.fault} struck {wanted}", fg="red")


def _planned(file: Path) -> Plan:
    try:
        return kept(file)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        why = f"{file} holds no world that a campaign kept ({type(error).__name__}: {error})"
        raise BadInput("plan", why) from error


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise BadInput("trace", f"{path} cannot be written: {error.strerror}") from error
    with file:
        yield file


@contextmanager
def _bar(worlds: list[Plan], as_json: bool) -> Iterator[Callable[[Result], None]]:
    console = Console(stderr=True)
    shown = console.is_terminal and not as_json and len(worlds) > 1
    with Progress(console=console, disable=not shown, transient=True) as progress:
        task = progress.add_task("worlds", total=len(worlds))
        broken = 0

        def advance(result: Result) -> None:
            nonlocal broken
            broken += bool(result.violations)
            about = f"worlds, {broken} broken" if broken else "worlds"
            progress.update(task, advance=1, description=about)

        yield advance


def _tell(total: Sum, small: list[Result], kept_at: list[Path]) -> None:
    summary = total.to_json()
    click.echo(f"{total.contacts} contacts in {total.worlds} worlds, seed {total.seed}")
    for name in ("outcomes", "faults", "violations"):
        click.echo(f"{name}: {json.dumps(summary[name])}")
    click.echo(
        f"{summary['contacts_per_second']} contacts a second, "
        f"{summary['contacts_per_cpu_second']} a second of processor time"
    )
    for result, path in zip(small, kept_at, strict=True):
        plan = result.plan
        faults = ", ".join(f"{each.name} at {each.at}" for each in plan.faults) or "no faults"
        click.secho(f"\nbroken: {replay_world(plan, total.faults, aim=total.aim)}", fg="red")
        click.echo(f"still with {len(plan.callers)} callers and {faults}:")
        click.echo(f"  warmline simulate --plan {path}")
        for violation in result.violations[:5]:
            click.echo(f"  {violation.rule} at {violation.t:.1f} s {violation.contact}")
            click.echo(f"    {violation.why}")
