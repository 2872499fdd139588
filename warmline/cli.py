"""The `warmline` command. A subcommand's module is imported only when it is used.

To add one, write a click command in a module and name it in `COMMANDS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import IO, Any

import click

from telephony.errors import WarmlineError


@dataclass(frozen=True)
class Entry:
    """Where a subcommand is found (`module:attribute`), and one line for the overview."""

    place: str
    summary: str

    @property
    def exists(self) -> bool:
        """Whether the module is installed; the simulator, say, may be left out of production."""
        try:
            return find_spec(self.place.partition(":")[0]) is not None
        except ModuleNotFoundError:
            return False

    def load(self) -> click.Command:
        """Import it."""
        module, _, attribute = self.place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command


COMMANDS: Mapping[str, Entry] = {
    "up": Entry("warmline.up:command", "Run everything on this machine."),
    "demo": Entry("warmline.demo:command", "Play the stories, on a running or an own system."),
    "simulate": Entry("warmline.simulate:command", "Run many calls with faults and check them."),
    "simulator": Entry("simulator.cli:simulator", "Run the phone network in a box alone."),
    "verify-trace": Entry("warmline.verify_trace:command", "Judge what the phones went through."),
    "check-model": Entry("warmline.check_model:command", "Walk every reachable state of the core."),
    "routing": Entry("warmline.routing_cli:group", "Check, explain, export and import routing."),
    "doctor": Entry("warmline.doctor:command", "Say what is wrong and what to do."),
    "reconcile": Entry("warmline.reconcile:command", "Compare open contacts with Twilio, once."),
    "twilio": Entry("warmline.twilio_cli:group", "Set up the account at Twilio."),
    "user": Entry("warmline.user_cli:group", "The people who may sign in."),
    "bench": Entry("bench.cli:group", "Measure."),
}


class Problem(click.ClickException):
    """A `WarmlineError` on its way to the person: one sentence, and what to do."""

    exit_code = 2

    def __init__(self, error: WarmlineError) -> None:
        super().__init__(str(error))
        self.what_to_do = error.what_to_do

    def show(self, file: IO[Any] | None = None) -> None:
        """Print both sentences on standard error."""
        click.echo(click.style("Error: ", fg="red") + self.message, err=True)
        click.echo(self.what_to_do, err=True)


class Commands(click.Group):
    """Subcommands by name, imported when used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of those that are installed."""
        return [name for name, entry in COMMANDS.items() if entry.exists]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one."""
        entry = COMMANDS.get(cmd_name)
        return entry.load() if entry and entry.exists else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The overview, without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].summary) for name in self.list_commands(ctx)])

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and turn our own errors into a message with exit code 2."""
        try:
            return super().invoke(ctx)
        except WarmlineError as error:
            raise Problem(error) from error


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="warmline", prog_name="warmline")
def group() -> None:
    """Warm transfers and department routing for Twilio that never drop the customer.

    Settings come from WARMLINE_… variables; `warmline doctor` checks them.
    """


def main() -> None:
    """The entry point of the `warmline` script."""
    group(prog_name="warmline")
