"""`omnidesk agent`."""

import sys
from typing import Annotated

import typer

from omnidesk.cli.program import Program


def commands(program: Program) -> typer.Typer:
    """The commands on agents."""
    app = typer.Typer(no_args_is_help=True)

    @app.command(help="Make an agent; without a password a sign-in link is printed.")
    def create(
        email: Annotated[str, typer.Option(help="The address to sign in with.")],
        name: Annotated[str, typer.Option(help="What customers and colleagues see.")],
        role: Annotated[str, typer.Option(help="admin, supervisor, agent or viewer")] = "agent",
        team: Annotated[list[str] | None, typer.Option(help="The slug of a team; may be repeated.")] = None,
        password_stdin: Annotated[bool, typer.Option(help="Read the password from standard input.")] = False,
    ) -> None:
        password = sys.stdin.readline().rstrip("\n") if password_stdin else None
        print(program.run(_create(program, email, name, role, team or [], password)))

    @app.callback()
    def group() -> None:
        """Keep `create` a subcommand, though it is the only one."""

    return app


async def _create(
    program: Program, email: str, name: str, role: str, teams: list[str], password: str | None
) -> str:  # fmt: skip
    from omnidesk.desk import agents, audit
    from omnidesk.errors import Invalid
    from omnidesk.store.models import Role

    if role not in list(Role):
        raise Invalid(f"role: {role!r} is none of {', '.join(Role)}; choose one")
    password_hash = await agents.Passwords().hash(password) if password is not None else ""
    async with program.store() as database, database.transaction() as tx:
        agent = await agents.create(tx, email=email, name=name, role=Role(role), team_slugs=teams)
        agent.password_hash = password_hash
        audit.note(tx, "agent.create", agent.email)
        if password is not None:
            return f"{agent.email} can sign in at {program.settings.public_url}/sign-in"
        link = await agents.make_sign_in_link(tx, agent.id)
        return f"{program.settings.public_url}/sign-in/{link}"
