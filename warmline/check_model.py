"""`warmline check-model`: walk every reachable state of the core and check what must hold.

The walks are named: each begins somewhere and lets some part of the world be as bad as it can be.
Together they cover what one walk with all of it at once would need days for.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import click

from telephony.contact.model import Contact
from telephony.contact.plans import RungKind
from warmline.walk.happenings import Bounds
from warmline.walk.search import Walk, consulting, ringing_in, talking, walk

RECORD = Path(__file__).parent / "walk" / "counted.json"
"""How many states and transitions the short walks have; a test fails when a change alters them."""


@dataclass(frozen=True)
class Route:
    """One walk: where it begins, what the world may do, and how deep the short one goes."""

    contact: Contact
    bounds: Bounds
    short: int


PLAIN = (RungKind.CALLBACK,)


def routes() -> dict[str, Route]:
    """All walks by name."""
    here, busy = talking(), Bounds(transfers=1, ladder=(RungKind.AGENT, *PLAIN))
    two = Bounds(members=2, rounds=2, transfers=0, ladder=(RungKind.OVERFLOW, *PLAIN))
    broken = Bounds(transfers=1, ladder=PLAIN, broken=True)
    late = Bounds(transfers=1, ladder=PLAIN, late=True, machines=True, looks=True)
    return {
        "a call": Route(ringing_in(), Bounds(transfers=0, ladder=PLAIN), 10),
        "two members and overflow": Route(ringing_in(), two, 7),
        "a transfer": Route(here, busy, 6),
        "a consultation": Route(consulting(), busy, 5),
        "two transfers": Route(here, replace(busy, transfers=2, ladder=PLAIN), 5),
        "an agent's hold and promise": Route(here, replace(busy, asks=True, broken=True), 5),
        "broken commands": Route(here, broken, 4),
        "late, doubled and contradicting news": Route(here, late, 4),
    }


def short_walks() -> dict[str, Walk]:
    """Every walk, cut short: some seconds."""
    return {
        name: walk(route.contact, replace(route.bounds, depth=route.short))
        for name, route in routes().items()
    }


def counted(walks: dict[str, Walk]) -> dict[str, dict[str, int]]:
    """What is recorded of walks."""
    return {
        name: {"states": found.states, "transitions": found.transitions, "depth": found.depth}
        for name, found in walks.items()
    }


@click.command(name="check-model")
@click.option("--short", is_flag=True, help="Only the short walks that the tests take.")
@click.option("--depth", type=click.IntRange(min=1), help="Go no deeper than so many happenings.")
@click.option("--only", help="The one walk with this name.")
@click.option("--record", is_flag=True, help="Note the counts of the short walks for the tests.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(short: bool, depth: int | None, only: str | None, record: bool, as_json: bool) -> None:
    """Walk every reachable state of the core and check that nobody can be dropped.

    Exits with 1 when a rule is broken, and prints the shortest way to it.
    """
    known = routes()
    if only is not None and only not in known:
        raise click.BadParameter(f"there are: {', '.join(known)}", param_hint="--only")
    walks = {}
    for name, route in known.items():
        if only in {None, name}:
            deep = route.short if short or record else depth or route.bounds.depth
            walks[name] = _walked(name, route, deep, quiet=as_json)
    if record and only is None:
        RECORD.write_text(json.dumps(counted(walks), indent=1) + "\n", encoding="utf-8")
    wrongs = sum(len(found.wrongs) for found in walks.values())
    if as_json:
        click.echo(json.dumps({"wrong": wrongs, "walks": _shown(walks)}))
    sys.exit(1 if wrongs else 0)


def _shown(walks: dict[str, Walk]) -> dict[str, Any]:
    return {name: asdict(found) | {"per_second": _speed(found)} for name, found in walks.items()}


def _speed(found: Walk) -> int:
    return round(found.transitions / found.seconds) if found.seconds else 0


def _walked(name: str, route: Route, depth: int, *, quiet: bool) -> Walk:
    def progress(found: Walk) -> None:
        if not quiet and sys.stderr.isatty():
            click.echo(f"\r{name}: depth {found.depth}, {found.states} states", err=True, nl=False)

    found = walk(route.contact, replace(route.bounds, depth=depth), progress)
    if not quiet:
        if sys.stderr.isatty():
            click.echo("\r\033[K", err=True, nl=False)
        _print(name, found)
    return found


def _print(name: str, found: Walk) -> None:
    extent = "all of it" if found.whole else "cut off there"
    click.echo(
        f"{name}: {found.states:,} states, {found.transitions:,} transitions, depth {found.depth} "
        f"({extent}), {_speed(found):,} transitions/s, {len(found.wrongs)} wrong"
    )
    for wrong in found.wrongs:
        click.echo(click.style(f"  WRONG: {wrong.what}", fg="red"))
        for happened in wrong.way:
            click.echo(f"    {happened}")
