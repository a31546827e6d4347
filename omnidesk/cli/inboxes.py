"""`omnidesk inbox`."""

import json
from typing import Annotated, Any

import typer

from omnidesk.cli.program import Program


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
    public_url = program.settings.public_url
    async with program.inboxes() as inboxes:
        return [
            {
                "slug": inbox.row.slug,
                "channel": inbox.row.channel,
                "enabled": inbox.row.enabled,
                "address": inbox.channel.address,
                "webhooks": {
                    route.name: public_url + route.path.replace("{slug}", inbox.row.slug)
                    for route in inbox.channel.routes()
                },
                "health": inbox.row.health or "ok",
            }
            for inbox in inboxes.all()
        ]
