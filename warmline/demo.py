"""`warmline demo`: plays the story set on a running system, or on one of its own."""

from __future__ import annotations

import json
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from console.seed import PASSWORD
from telephony.errors import WarmlineError
from warmline.own_system import own_system
from warmline.running import Running, find_running
from warmline.stories import STORIES
from warmline.stories.play import Played, Theatre, play
from warmline.tour import set_the_stage

FOLDER = Path("var/demo")
"""The demo's own data: thrown away before each run, so that every run starts clean."""


@click.command()
@click.option("--once", is_flag=True, help="End after the stories; exit 0 if all went as told.")
@click.option("--tour", "only_tour", is_flag=True, help="No stories: go to the tour at once.")
@click.option("--speed", type=click.FloatRange(0.1, 100), default=1.0, show_default=True)
@click.option(
    "--story",
    "numbers",
    type=click.IntRange(1, len(STORIES)),
    multiple=True,
    help="Only these stories.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON summary instead of words.")
@click.option("--data-dir", type=click.Path(file_okay=False, path_type=Path), default=FOLDER)
def command(
    once: bool,
    only_tour: bool,
    speed: float,
    numbers: tuple[int, ...],
    as_json: bool,
    data_dir: Path,
) -> None:
    """Play the stories, with a narration of who is on the line and who hears what.

    A system that runs in the data folder is used; otherwise one is started, on free ports where
    the usual ones are taken. Without --once it stays up afterwards, until Ctrl-C, and prints a
    tour of one minute through its pages.
    """
    if once and only_tour:
        raise click.UsageError("--once ends before the tour; give one of the two.")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    chosen = [story for story in STORIES if not numbers or story.number in numbers]
    chosen = [] if only_tour else chosen
    try:
        with _system(data_dir, speed) as running:
            played = []
            if not as_json and not only_tour:
                _addresses(running, once)
            theatre = _theatre(running)
            for story in chosen:
                played.append(_told(theatre, story, quiet=as_json))
            if not only_tour:
                _summary(played, as_json)
            if not once:
                _stay(running)
    except KeyboardInterrupt:
        click.echo("\nEverything is stopped.")
        sys.exit(0 if not once else 130)
    sys.exit(0 if all(each.as_told for each in played) else 1)


@contextmanager
def _system(folder: Path, speed: float) -> Iterator[Running]:
    running = find_running(folder.resolve())
    if running is not None:
        yield running
        return
    if folder.resolve() == FOLDER.resolve():
        shutil.rmtree(folder, ignore_errors=True)
    options = () if speed == 1 else ("--speed", f"{speed:g}")
    with own_system(folder, *options, environ={"WARMLINE_DEMO_MODE": "true"}) as running:
        yield running


def _theatre(running: Running) -> Theatre:
    if not running.simulator_url:
        raise WarmlineError(
            "The running system talks to Twilio itself, and stories are for the simulator.",
            what_to_do="Stop it, or name another folder with --data-dir.",
        )
    speed = float(running.environment.get("WARMLINE_SPEED", "1"))
    return Theatre(running.simulator_url, running.web_url, speed, PASSWORD)


def _addresses(running: Running, once: bool) -> None:
    click.echo(f"Warmline            {running.web_url}")
    click.echo(f"Phones (simulator)  {running.simulator_url}/sim/")
    if not once:
        click.echo("First the stories, as fast as life; then a tour for you to walk.")
        click.echo("At once: make demo ARGS=--tour")


def _told(theatre: Theatre, story: Any, quiet: bool) -> Played:
    def tell(sentence: str) -> None:
        if not quiet:
            click.echo(f"   {sentence}")

    if not quiet:
        click.secho(f"\n{story.number}. {story.title}", bold=True)
    result = play(theatre, story, tell)
    if not quiet:
        if result.as_told:
            click.secho(f"   as told, in {result.seconds:.1f} s", fg="green")
        else:
            click.secho(f"   NOT as told: {result.failure}", fg="red")
    return result


def _summary(played: list[Played], as_json: bool) -> None:
    good = sum(each.as_told for each in played)
    if as_json:
        stories = [vars_of(each) for each in played]
        click.echo(json.dumps({"stories": stories, "as_told": good, "of": len(played)}))
        return
    click.echo(f"\n{good} of {len(played)} stories ended as told.")


def vars_of(each: Played) -> dict[str, object]:
    return {
        "number": each.number,
        "title": each.title,
        "as_told": each.as_told,
        "seconds": round(each.seconds, 2),
        "failure": each.failure,
    }


def _stay(running: Running) -> None:
    click.echo(f"\n{set_the_stage(running)}\n\nCtrl-C stops everything.")
    signal.pause()
