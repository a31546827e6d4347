"""`omnidesk apply` and `omnidesk export`."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from omnidesk.cli.program import Program
from omnidesk.errors import Invalid
from omnidesk.settings import secret_of

if TYPE_CHECKING:
    from omnidesk.desk.configuration import Installed, Plan

Folder = Annotated[Path, typer.Argument(help="The folder with desk/*.yaml and bots/*.yaml.")]


def add(app: typer.Typer, program: Program) -> None:
    """Add the commands."""

    @app.command(help="Make the desk what files describe: shows the difference, asks, changes.")
    def apply(
        folder: Folder,
        yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
        force: Annotated[bool, typer.Option("--force", help="Also change what was changed here since.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print the difference as one JSON document.")] = False,
    ) -> None:
        made = program.run(_plan(program, folder, force=force))
        _show(made, as_json=as_json)
        if not made.changes:
            return
        if not yes and not (sys.stdin.isatty() and _agreed(made)):
            raise typer.Exit(1)
        count = program.run(_apply(program, folder, force=force))
        sys.stderr.write(f"{count} changes are made.\n")

    @app.command(help="Write the desk as files that `apply` reads back.")
    def export(folder: Folder) -> None:
        for path in program.run(_export(program, folder)):
            print(path)


def _show(made: "Plan", *, as_json: bool) -> None:
    if as_json:
        shown = [{**asdict(change), "text": str(change)} for change in made.changes]
        print(json.dumps({"changes": shown, "unnamed": made.unnamed}, ensure_ascii=False, indent=2))
        return
    for change in made.changes:
        print(change)
    if not made.changes:
        print("= nothing to change")
    if made.unnamed:
        sys.stderr.write(f"{made.unnamed} entries here are named by no file; they stay.\n")


def _agreed(made: "Plan") -> bool:
    return typer.confirm(f"Make these {sum(not change.kept for change in made.changes)} changes?", err=True)


def _installed(program: Program) -> "Installed":
    from omnidesk.app import installed_channels, installed_responder
    from omnidesk.desk.configuration import Installed
    from omnidesk.store.keys import Keys

    return Installed(Keys(secret_of(program.settings)), installed_channels(), installed_responder())


async def _plan(program: Program, folder: Path, *, force: bool) -> "Plan":
    from omnidesk.desk import configuration

    files, bots = configuration.read(folder)
    async with program.store() as database, database.session() as session:
        return await configuration.plan(session, _installed(program), files, bots, force=force)


async def _apply(program: Program, folder: Path, *, force: bool) -> int:
    """Compare again, in the transaction that changes: somebody may have changed something while we asked."""
    from omnidesk.desk import configuration

    files, bots = configuration.read(folder)
    installed = _installed(program)
    async with program.store() as database, database.transaction() as tx:
        made = await configuration.plan(tx.session, installed, files, bots, force=force)
        await configuration.apply(tx, installed, made)
    return sum(not change.kept for change in made.changes)


async def _export(program: Program, folder: Path) -> list[Path]:
    from omnidesk.desk import configuration

    installed = _installed(program)
    async with program.store() as database, database.session() as session:
        present = await configuration.read_rows(session, installed.keys, installed.channels)
    files = configuration.export(present, installed.channels, folder)
    try:
        configuration.write(folder, files)
    except OSError as error:
        raise Invalid(f"{folder}: can't be written ({error.strerror}); name another folder") from error
    return [folder / path for path in files]
