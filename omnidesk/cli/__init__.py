"""The command line. What is heavy is imported only by the command that needs it."""

import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated

import typer

from omnidesk import __version__
from omnidesk.cli import agents, configuration, database, inboxes, quarantine, serving, sla, tokens
from omnidesk.cli.program import Program
from omnidesk.errors import OmnideskError
from omnidesk.settings import SettingsError


def main() -> None:
    """Run one command. Exit 0 done, 1 the answer is no or a check failed, 2 wrong use or bad input."""
    try:
        make()()
    except (SettingsError, OmnideskError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


def make() -> typer.Typer:
    """All commands: ours, and those that channels and bots bring."""
    program = Program()
    app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

    @app.callback(help="Omnidesk: a self-hosted, conversational, omnichannel service desk.")
    def options(
        config: Annotated[Path | None, typer.Option(help="The folder with omnidesk.toml, desk/ and bots/.")] = None,
        version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
    ) -> None:
        program.config = config
        if version:
            print(__version__)
            raise typer.Exit

    serving.add(app, program)
    configuration.add(app, program)
    app.add_typer(database.commands(program), name="db", help="The database's tables.")
    app.add_typer(agents.commands(program), name="agent", help="Who answers.")
    app.add_typer(tokens.commands(program), name="token", help="Keys for programs that use the JSON API.")
    app.add_typer(inboxes.commands(program), name="inbox", help="The accounts of the channels.")
    app.add_typer(quarantine.commands(program), name="quarantine", help="Messages that could not be understood.")
    app.add_typer(sla.commands(), name="sla", help="Deadlines and working time.")
    for point in entry_points(group="omnidesk.commands"):
        app.add_typer(point.load()(program), name=point.name)
    return app
