"""`warmline bench`: what Warmline costs and how quick it is, on the machine at hand."""

from __future__ import annotations

import json
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


def tell(sentences: list[str], data: dict[str, Any], as_json: bool) -> None:
    """Print for people or for programs."""
    click.echo(json.dumps(data) if as_json else "\n".join(sentences))
