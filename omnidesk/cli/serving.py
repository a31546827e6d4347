"""`omnidesk serve` and `omnidesk demo`."""

import gc
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, Literal

import typer

from omnidesk.cli.program import Program
from omnidesk.settings import Settings

log = logging.getLogger(__name__)

Host = Annotated[str | None, typer.Option(help="The address to listen on.")]
Only = Annotated[
    Literal["web", "workers"] | None,
    typer.Option(help="Only pages and routes, or only workers and listeners; another process does the rest."),
]
Port = Annotated[int | None, typer.Option(help="The port to listen on.", min=0, max=65535)]


def add(app: typer.Typer, program: Program) -> None:
    """Add the commands that serve."""

    @app.command(help="Serve until told to end: the pages, the channels and the workers.")
    def serve(host: Host = None, port: Port = None, only: Only = None) -> None:
        gc.disable()  # a start makes hundreds of thousands of objects that stay; `server.serve` turns it on again
        from omnidesk.app import create_app, installed_channels, installed_responder
        from omnidesk.server import serve as run

        settings = listening(program.settings, host, port)

        async def work() -> None:
            application = create_app(settings, installed_channels(), installed_responder(), only=only)
            await run(application, settings.http.host, settings.http.port)

        serve_until_told(program, settings, work)

    @app.command(help="Serve a starter desk with a page that plays the customer.")
    def demo(host: Host = None, port: Port = None) -> None:
        gc.disable()
        from omnidesk.demo import run_demo

        settings = listening(program.settings, host, port)
        serve_until_told(program, settings, lambda: run_demo(settings, program.folder))


def listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with what the command line says of host and port."""
    given = {name: value for name, value in {"host": host, "port": port}.items() if value is not None}
    return settings.model_copy(update={"http": settings.http.model_copy(update=given)})


def serve_until_told(program: Program, settings: Settings, work: Callable[[], Awaitable[None]]) -> None:
    """Run a server; a port that can't be had ends the program with a word on it."""

    async def begin() -> None:
        if settings.http.public_url_is_missing:
            log.warning(
                "http.public_url is not set: links say %s, which only this machine reaches", settings.public_url
            )
        await work()

    try:
        program.run(begin())
    except OSError as error:
        sys.stderr.write(f"http.port: {settings.http.port} can't be used ({error.strerror}); choose another: --port\n")
        sys.exit(2)
