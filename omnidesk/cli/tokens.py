"""`omnidesk token`."""

import json
from typing import Annotated, Any

import typer

from omnidesk.cli.program import Program


def commands(program: Program) -> typer.Typer:
    """The commands on tokens."""
    app = typer.Typer(no_args_is_help=True)

    @app.command(help="Make a token; it is printed once, alone on the last line.")
    def create(
        name: Annotated[str, typer.Option(help="What the program is called; it stands in the log.")],
        agent: Annotated[str | None, typer.Option(help="The e-mail of the agent it acts as; none: for itself.")] = None,
        scope: Annotated[list[str] | None, typer.Option(help="What it may do; may be repeated. Default: all.")] = None,
    ) -> None:
        print(program.run(_create(program, name, agent, scope or [])))

    @app.command("list", help="The tokens, what they may do, and when they were last used.")
    def list_(as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False) -> None:
        found = program.run(_list(program))
        if as_json:
            print(json.dumps(found, ensure_ascii=False, indent=2))
            return
        for token in found:
            used = token["used_at"] or "never used"
            print(f"{token['id']:20} {token['name']:24} {token['agent'] or '-':28} {used}  {' '.join(token['scopes'])}")

    @app.command(help="End a token, at once.")
    def revoke(
        token_id: Annotated[int, typer.Argument(metavar="ID", help="As `omnidesk token list` shows it.")],
    ) -> None:
        program.run(_revoke(program, token_id))

    return app


async def _create(program: Program, name: str, agent: str | None, scopes: list[str]) -> str:
    from omnidesk.desk import tokens

    async with program.store() as database, database.transaction() as tx:
        return await tokens.create(tx, name, agent=agent, scopes=scopes)


async def _list(program: Program) -> list[dict[str, Any]]:
    from omnidesk.desk import tokens

    async with program.store() as database, database.session() as session:
        return [
            {
                "id": str(token.id), "name": token.name, "agent": email, "scopes": token.scopes.split(),
                "created_at": token.created_at.isoformat(),
                "used_at": token.used_at.isoformat() if token.used_at else None,
            }
            for token, email in await tokens.find_all(session)
        ]  # fmt: skip


async def _revoke(program: Program, token_id: int) -> None:
    from omnidesk.desk import tokens

    async with program.store() as database, database.transaction() as tx:
        await tokens.revoke(tx, token_id)
