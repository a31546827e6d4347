"""The demo: a starter desk, and the simulator's page that plays the customer, open to anyone.

Mail is real: what is written on the page goes by SMTP to the desk's own port, and the desk's mails arrive by SMTP at a
sink that the demo runs.
"""

import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import web
from sqlmodel import col, select
from yarl import URL

from omnidesk.app import create_app, installed_channels, installed_responder
from omnidesk.desk import agents, configuration
from omnidesk.keys import DATABASE, KEYS
from omnidesk.server import serve
from omnidesk.settings import Settings, Simulator
from omnidesk.simulator.mailbox import MAILBOX, Mailbox
from omnidesk.store.db import Database, Transaction
from omnidesk.store.models import Agent, Inbox, Role
from omnidesk.web.guard import ANYONE

LOOPBACK = "127.0.0.1"


async def run_demo(settings: Settings, folder: Path) -> None:
    """Serve the starter desk; on an empty store it is made first."""
    settings = with_free_port(settings)
    app = make_demo(settings, folder)

    async def ready() -> None:
        sys.stdout.write(await _greeting(app[DATABASE], settings.public_url))
        sys.stdout.flush()

    await serve(app, settings.http.host, settings.http.port, ready)


def make_demo(settings: Settings, folder: Path) -> web.Application:
    """The application with the starter desk, the customer's page and the mail sink."""
    settings = settings.model_copy(update={"simulator": Simulator(enabled=True)})
    app = create_app(settings, installed_channels(), installed_responder(), simulator=ANYONE)
    app[MAILBOX] = Mailbox(settings.data_dir / "demo-mail")

    async def prepare(app: web.Application) -> AsyncIterator[None]:
        await _prepare(app, folder)
        async with app[MAILBOX].listening():
            yield

    # after the store (the first context), before what a server makes of an empty one, and before inboxes are loaded
    app.cleanup_ctx.insert(1, prepare)
    app.router.add_get("/demo", _moved)
    return app


async def _moved(request: web.Request) -> web.Response:
    """Where the page was before."""
    raise web.HTTPFound(URL("/simulator").with_query(request.query))


async def _prepare(app: web.Application, folder: Path) -> None:
    """Make the starter desk where nobody answers yet; then find ports that are free today."""
    async with app[DATABASE].transaction() as tx:
        if (await tx.session.exec(select(Agent.id).limit(1))).first() is None:
            files, bots = configuration.read(folder)
            await configuration.bring_in(tx, app[KEYS], installed_channels(), files, bots)
        await tx.flush()
        await _settle_ports(tx, app[MAILBOX])


async def _settle_ports(tx: Transaction, mailbox: Mailbox) -> None:
    """The mail inbox of the starter desk receives and sends on ports of this machine."""
    inbox = (await tx.session.exec(select(Inbox).where(Inbox.slug == "mail"))).first()
    if inbox is None:
        return
    incoming = free_port(inbox.settings["listen_port"])
    outgoing = free_port(inbox.settings["smtp"]["port"], not_this=incoming)
    smtp = {**inbox.settings["smtp"], "host": LOOPBACK, "port": outgoing}
    inbox.settings = {**inbox.settings, "listen": LOOPBACK, "listen_port": incoming, "smtp": smtp}
    mailbox.use(desk=inbox.settings["address"], incoming=incoming, outgoing=outgoing)


def free_port(wanted: int, not_this: int = -1) -> int:
    """The wanted port of this machine, or any free one."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, wanted if wanted != not_this else 0))
        except OSError:
            probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def with_free_port(settings: Settings) -> Settings:
    """The settings with the next free HTTP port when the usual one is taken and nobody asked for another."""
    if "port" in settings.http.model_fields_set or settings.http.host != LOOPBACK:
        return settings
    http = settings.http.model_copy(update={"port": free_port(settings.http.port)})
    return settings.model_copy(update={"http": http})


async def _greeting(database: Database, public_url: str) -> str:
    async with database.transaction() as tx:
        first = select(Agent).where(Agent.role == Role.ADMIN).order_by(col(Agent.id)).limit(1)
        admin = (await tx.session.exec(first)).one()
        link = await agents.make_sign_in_link(tx, admin.id)
    return (
        "\nOmnidesk is running.\n\n"
        f"  1. Be the customer:  {public_url}/simulator\n"
        f"  2. Be the agent:     {public_url}/sign-in/{link}\n"
        f"     (signs {admin.name} in, once; it is good for a day)\n\n"
        "Ctrl+C ends it; everything is kept for the next time.\n\n"
    )
