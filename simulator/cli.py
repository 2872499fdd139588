"""`warmline simulator`: the phone network alone, for anybody's Twilio application."""

from __future__ import annotations

import errno
import json
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

import click

from simulator.server import SimulatorServer

USUAL_PORT = 4010
ACCOUNT_SID = re.compile(r"AC[0-9a-fA-F]{32}\Z")


def _account_sid(context: click.Context, option: click.Parameter, value: str | None) -> str:
    del context, option
    if value and not ACCOUNT_SID.match(value):
        raise click.BadParameter("must be AC and 32 hexadecimal digits.")
    return value or ""


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=USUAL_PORT,
    show_default=True,
    help="Where to listen; 0 takes any free port. If it is in use, another one is taken.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--account-sid", callback=_account_sid, help="The account to play (default: a new one)."
)
@click.option("--auth-token", default="", help="The account's token (default: a new one).")
@click.option(
    "--trace",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Append what happens to this file, one JSON object a line.",
)
@click.option(
    "--speed",
    type=click.FloatRange(0.01, 1000),
    default=1.0,
    show_default=True,
    help="How much faster than life phones ring, speak and wait.",
)
@click.option(
    "--calls-per-second",
    type=click.FloatRange(0, 1000),
    default=1.0,
    show_default=True,
    help="Calls that REST may start in a second; 0 for no limit.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the addresses as one JSON object.")
def simulator(
    port: int,
    host: str,
    account_sid: str,
    auth_token: str,
    trace: Path | None,
    speed: float,
    calls_per_second: float,
    as_json: bool,
) -> None:
    """Run a phone network in a box that speaks Twilio's REST API and TwiML.

    Point the Twilio SDK at the printed base URL (client.api.base_url = ...), and open the
    printed page to pick up phones by hand. Ctrl-C ends it.
    """
    listen = partial(
        SimulatorServer,
        host=host,
        account_sid=account_sid,
        auth_token=auth_token,
        trace_path=trace,
        speed=speed,
        calls_per_second=calls_per_second,
    )
    try:
        server = _on_port(listen, port)
    except OSError as error:
        raise click.ClickException(
            f"Cannot listen on {host} port {port}, or cannot write the trace: {error}."
        ) from error
    with _until_ended() as ended, server:
        _announce(server, port, as_json)
        ended.wait()
    if not as_json:
        click.echo("The phone network has ended.")


def _on_port(listen: Callable[..., SimulatorServer], port: int) -> SimulatorServer:
    """A server on the wished port, or on a free one if that is taken."""
    try:
        return listen(port=port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE or port == 0:
            raise
    return listen(port=0)


@contextmanager
def _until_ended() -> Iterator[threading.Event]:
    """An event that Ctrl-C and a polite kill set, for as long as the block lasts."""
    ended = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        del number, frame
        ended.set()

    before = [(number, signal.signal(number, end)) for number in (signal.SIGINT, signal.SIGTERM)]
    try:
        yield ended
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def _announce(server: SimulatorServer, wished: int, as_json: bool) -> None:
    addresses = {
        "base_url": server.base_url,
        "account_sid": server.account_sid,
        "auth_token": server.auth_token,
        "page": f"{server.base_url}/sim/",
    }
    if as_json:
        click.echo(json.dumps(addresses))
        return
    if wished not in (0, server.port):
        click.echo(f"Port {wished} is in use; this network listens on {server.port}.")
    click.echo(f"Base URL     {addresses['base_url']}")
    click.echo(f"Account SID  {addresses['account_sid']}")
    click.echo(f"Auth token   {addresses['auth_token']}")
    click.echo(f"Page         {addresses['page']}")
    click.echo("Ctrl-C ends it.")
