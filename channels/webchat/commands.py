"""`omnidesk chat …`: identities of a web chat, for tests."""

import asyncio
import json
import time
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from omnidesk.contract.command import Host


def commands(host: "Host") -> typer.Typer:
    """The commands around the web chat."""
    app = typer.Typer(help="Try the web chat.", no_args_is_help=True)

    @app.callback()
    def chat() -> None:
        """Try the web chat."""

    @app.command("identity")
    def identity(
        inbox: Annotated[str, typer.Option(help="The slug of the inbox.")],
        id: Annotated[str, typer.Option(help="The user's id on the host's site.")],
        name: Annotated[str, typer.Option(help="The user's name.")] = "",
        email: Annotated[str, typer.Option(help="The user's email address, proven by the signature.")] = "",
        phone: Annotated[str, typer.Option(help="The user's phone number, proven by the signature.")] = "",
        as_jwt: Annotated[bool, typer.Option("--jwt", help="A JWT that is good for an hour.")] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    ) -> None:
        """Print an identity as the host's server would make it for a logged-in user."""
        said = {"id": id, "name": name, "email": email, "phone": phone}
        given: dict[str, str] = {key: value for key, value in said.items() if value}
        made = _made(_secret(host, inbox), given, as_jwt=as_jwt)
        if as_json:
            typer.echo(json.dumps({"identity": made}, ensure_ascii=False))
        else:
            typer.echo(made if isinstance(made, str) else json.dumps(made, ensure_ascii=False))

    return app


def _secret(host: "Host", inbox: str) -> str:
    from channels.webchat.settings import WebChatSettings

    settings = asyncio.run(host.inbox_settings(inbox))
    if not isinstance(settings, WebChatSettings):
        raise typer.BadParameter(f"{inbox} is no web chat", param_hint="--inbox")
    if settings.identity_secret is None:
        raise typer.BadParameter(f"{inbox} has no identity_secret; set one first", param_hint="--inbox")
    return settings.identity_secret.get_secret_value()


def _made(secret: str, given: dict[str, str], *, as_jwt: bool) -> str | dict[str, str]:
    from channels.webchat.identity import hash_of, token_of

    if as_jwt:
        claims = {("sub" if key == "id" else key): value for key, value in given.items()}
        return token_of(secret, {**claims, "exp": int(time.time()) + 3600})
    return {**given, "hash": hash_of(secret, *(given.get(key, "") for key in ("id", "name", "email", "phone")))}
