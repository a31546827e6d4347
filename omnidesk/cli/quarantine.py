"""`omnidesk quarantine`."""

import json
import sys
import zlib
from typing import Annotated, Any

import typer

from omnidesk.cli.program import Program
from omnidesk.store.ids import MAX_ID

Message = Annotated[int, typer.Argument(help="The number that `list` shows.", min=0, max=MAX_ID)]


def commands(program: Program) -> typer.Typer:
    """The commands on messages that could not be understood."""
    app = typer.Typer(no_args_is_help=True)

    @app.command("list", help="What is in quarantine, newest first.")
    def list_(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
        held = program.run(_list(program))
        if as_json:
            print(json.dumps(held, ensure_ascii=False, indent=2))
            return
        for message in held:
            print(f"{message['id']}  {message['received_at']}  {message['size']:>9} bytes  {message['reason']}")

    @app.command(help="Write a message as it came to standard output.")
    def show(message: Message) -> None:
        sys.stdout.buffer.write(program.run(_body(program, message)))

    @app.command(help="Process a message again.")
    def retry(message: Message) -> None:
        program.run(_retry(program, message))
        print("it will be processed again")

    return app


async def _list(program: Program) -> list[dict[str, Any]]:
    from omnidesk.desk.incoming import quarantine

    async with program.store() as database, database.session() as session:
        return [
            {
                "id": str(row.id),
                "inbox_id": str(row.inbox_id),
                "received_at": row.received_at.isoformat(),
                "size": row.size,
                "attempts": row.attempts,
                "reason": row.reason,
            }
            for row in await quarantine.list_quarantined(session)
        ]


async def _body(program: Program, raw_id: int) -> bytes:
    from omnidesk.desk.incoming import quarantine
    from omnidesk.store.blobs import Blobs

    async with program.store() as database, database.session() as session:
        row = await quarantine.find(session, raw_id)
        return await Blobs(program.settings.blob_store).get(row.blob) if row.blob else zlib.decompress(row.body)


async def _retry(program: Program, raw_id: int) -> None:
    from omnidesk.desk.incoming import quarantine

    async with program.store() as database, database.transaction() as tx:
        await quarantine.process_again(tx, raw_id)
