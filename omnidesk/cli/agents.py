"""`omnidesk agent`."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from omnidesk.cli.program import Program

if TYPE_CHECKING:
    from omnidesk.store.db import Transaction
    from omnidesk.store.models import Agent


FromStdin = Annotated[bool, typer.Option(help="Read the password from standard input.")]


def commands(program: Program) -> typer.Typer:
    """The commands on agents."""
    app = typer.Typer(no_args_is_help=True)

    @app.command(help="Make an agent; without a password a sign-in link is printed.")
    def create(
        email: Annotated[str, typer.Option(help="The address to sign in with.")],
        name: Annotated[str, typer.Option(help="What customers and colleagues see.")],
        role: Annotated[str, typer.Option(help="admin, supervisor, agent or viewer")] = "agent",
        team: Annotated[list[str] | None, typer.Option(help="The slug of a team; may be repeated.")] = None,
        password_stdin: FromStdin = False,
    ) -> None:
        print(program.run(_create(program, email, name, role, team or [], _read_password(password_stdin))))

    @app.command(help="Set an agent's password, which ends all sessions; without one a sign-in link is printed.")
    def password(
        email: Annotated[str, typer.Option(help="The address the agent signs in with.")],
        password_stdin: FromStdin = False,
    ) -> None:
        print(program.run(_password(program, email, _read_password(password_stdin))))

    return app


def _read_password(from_stdin: bool) -> str | None:
    return sys.stdin.readline().rstrip("\n") if from_stdin else None


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
        return await _way_in(program, tx, agent, password)


async def _password(program: Program, email: str, password: str | None) -> str:
    from omnidesk.desk import agents, audit

    password_hash = await agents.Passwords().hash(password) if password is not None else ""
    async with program.store() as database, database.transaction() as tx:
        agent = await agents.find(tx.session, email)
        if password is not None:
            await agents.set_password(tx, agent.id, password_hash)
        audit.note(tx, "agent.password" if password is not None else "agent.sign_in_link", agent.email)
        return await _way_in(program, tx, agent, password)


async def _way_in(program: Program, tx: "Transaction", agent: "Agent", password: str | None) -> str:
    """What to tell who made the agent or the password; without a password a link."""
    from omnidesk.desk import agents

    if password is not None:
        return f"{agent.email} can sign in at {program.settings.public_url}/sign-in"
    link = await agents.make_sign_in_link(tx, agent.id)
    return f"{program.settings.public_url}/sign-in/{link}"
