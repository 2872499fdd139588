"""`warmline bench`: what Warmline costs and how quick it is, on the machine at hand."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

import click


@click.group()
def group() -> None:
    """Measure. A figure holds for this machine and this moment; the load is printed with it."""


@group.command()
@click.option("--seconds", type=click.FloatRange(0.2, 60), default=2.0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def webhooks(seconds: float, as_json: bool) -> None:
    """The busiest webhook against a bare Flask view; a round takes about --seconds."""
    from bench import webhooks as bench

    result = bench.measure(seconds)
    tell(bench.sentences(result), asdict(result), as_json)


@group.command()
@click.option("--count", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def handover(count: int, as_json: bool) -> None:
    """From accept, and from complete, to the customer hearing people; on a system of its own."""
    from bench import handover as bench

    with click.progressbar(length=count, label="Hand-overs", file=sys.stderr) as bar:
        times = bench.measure(count, lambda done: bar.update(1))
    tell(bench.sentences(times), bench.data(times), as_json)


@group.command()
@click.option("--count", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--seconds", type=click.FloatRange(0.2, 60), default=2.0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def screen(count: int, seconds: float, as_json: bool) -> None:
    """From a decision to the softphone's screen, and webhooks, beside 200 live-event streams."""
    from bench import screen as bench

    result = bench.measure(count, seconds)
    tell(bench.sentences(result), bench.data(result), as_json)


@group.command()
@click.option("--seconds", type=click.FloatRange(0.5, 60), default=4.0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of words.")
def core(seconds: float, as_json: bool) -> None:
    """The parts of one step: form, signature, codec, step, changes; as ratios to reading JSON."""
    from bench import core as bench

    measured = bench.measure(seconds)
    tell(bench.sentences(measured), bench.data(measured), as_json)


def tell(sentences: list[str], data: dict[str, Any], as_json: bool) -> None:
    """Print for people or for programs."""
    click.echo(json.dumps(data) if as_json else "\n".join(sentences))
