"""`omnidesk inbox`."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from omnidesk.cli.program import Program

if TYPE_CHECKING:
    from omnidesk.desk.inboxes import Inboxes
    from omnidesk.store.models import Inbox


def commands(program: Program) -> typer.Typer:
    """The commands on inboxes."""
    app = typer.Typer(no_args_is_help=True)

    @app.command("list", help="The inboxes, their addresses, and whether they work.")
    def list_(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
        inboxes = program.run(_list(program))
        if as_json:
            print(json.dumps(inboxes, ensure_ascii=False, indent=2))
            return
        for inbox in inboxes:
            state = inbox["health"] if inbox["enabled"] else "off"
            print(f"{inbox['slug']:20} {inbox['channel']:10} {inbox['address']:32} {state}")

    @app.callback()
    def group() -> None:
        """Keep `list` a subcommand, though it is the only one."""

    return app


async def _list(program: Program) -> list[dict[str, Any]]:
    """All rows: an inbox that can't be used is the one somebody looks for here."""
    from sqlmodel import col, select

    from omnidesk.store.models import Inbox

    async with program.inboxes() as inboxes, inboxes.database.session() as session:
        rows = await session.exec(select(Inbox).order_by(col(Inbox.slug)))
        return [_shown(row, inboxes, program.settings.public_url) for row in rows]


def _shown(row: "Inbox", inboxes: "Inboxes", public_url: str) -> dict[str, Any]:
    problem = inboxes.problems.get(row.id)
    channel = None if problem else inboxes.by_id(row.id).channel
    return {
        "slug": row.slug,
        "channel": row.channel,
        "enabled": row.enabled,
        "address": channel.address if channel else "",
        "webhooks": channel.webhooks(public_url, row.slug) if channel else {},
        "health": problem or row.health or row.sending_health or "ok",
    }
