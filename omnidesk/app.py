"""The application: everything put together, started in order and ended in reverse."""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from functools import partial
from importlib.metadata import entry_points
from typing import Literal

from aiohttp import ClientSession, ClientTimeout, web
from sqlalchemy.exc import SQLAlchemyError
from yarl import URL

from omnidesk import clock as clocks
from omnidesk.api import routes as api_routes
from omnidesk.contract.channel import Channel
from omnidesk.contract.responder import Responder
from omnidesk.desk import configuration, fetching
from omnidesk.desk.bulk import Bulk
from omnidesk.desk.conversation import Conversation
from omnidesk.desk.filling_fields import FieldFilling
from omnidesk.desk.idempotency import ForgettingKeys
from omnidesk.desk.inboxes import Inboxes
from omnidesk.desk.incoming.intake import Intake
from omnidesk.desk.incoming.listening import Listeners
from omnidesk.desk.incoming.media import Media
from omnidesk.desk.incoming.overhearing import Overhearing
from omnidesk.desk.incoming.receiving import Receiver
from omnidesk.desk.incoming.reception import Reception
from omnidesk.desk.notices.forgetting import Forgetting
from omnidesk.desk.notices.mailer import Mailer
from omnidesk.desk.notices.mailing import NoticeMails
from omnidesk.desk.notices.pushing import Pusher, Pushes
from omnidesk.desk.outgoing import planned
from omnidesk.desk.outgoing.letters import Letters
from omnidesk.desk.outgoing.outbox import Outbox
from omnidesk.desk.outgoing.postponing import PlannedReplies
from omnidesk.desk.presence import PresenceClock
from omnidesk.desk.routing import Routing
from omnidesk.desk.search.indexing import Indexing
from omnidesk.desk.simulating import Stage, simulated
from omnidesk.desk.surveys import Surveys
from omnidesk.desk.upkeep import NextSteps, SlaClock
from omnidesk.events import Bus
from omnidesk.keys import (
    BLOBS,
    BUS,
    DATABASE,
    FETCHER,
    INBOXES,
    KEYS,
    LEASES,
    LETTERS,
    MAILER,
    PUSHER,
    RECEIVER,
    SETTINGS,
)
from omnidesk.settings import Settings, secret_of
from omnidesk.simulator.time import RunningTime
from omnidesk.store import migrating
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys
from omnidesk.store.leases import RENEW_SECONDS, Leases
from omnidesk.store.models import Role as AgentRole
from omnidesk.store.nudges import Nudges
from omnidesk.web import channel_routes, notice_letters, routes
from omnidesk.web.guard import Permission
from omnidesk.web.middleware import MIDDLEWARES
from omnidesk.web.pages import PAGES, Pages
from omnidesk.workers import Worker, Workers

Role = Literal["web", "workers"]
"""What a process does: pages, routes and sockets; or workers and listeners."""

log = logging.getLogger(__name__)

HTTP = web.AppKey("http", ClientSession)
RESPONDER = web.AppKey("responder", Responder)
NUDGES = web.AppKey("nudges", Nudges)
LISTENERS = web.AppKey("listeners", Listeners)

_FORM_SIZE = 1024 * 1024


def installed_channels() -> dict[str, type[Channel]]:
    """The channels that are installed, by name."""
    return {point.name: point.load() for point in entry_points(group="omnidesk.channels")}


def installed_responder() -> Responder:
    """The kind of bot that is installed."""
    (point,) = entry_points(group="omnidesk.responders")
    responder: Responder = point.load()()
    return responder


def create_app(
    settings: Settings,
    channels: Mapping[str, type[Channel]],
    responder: Responder,
    *,
    clock: clocks.Clock | None = None,
    only: Role | None = None,
    simulator: Permission = AgentRole.ADMIN,
) -> web.Application:
    """The application of one process; nothing is opened before it starts. `only` gives it a part of the work.

    `simulator`: who may use the simulator's page, where it is enabled.
    """
    app = web.Application(middlewares=MIDDLEWARES, client_max_size=_FORM_SIZE)
    bus = Bus()
    time = RunningTime(settings.data_dir) if settings.simulator.enabled else None
    clock = clock or time or clocks.now
    app[SETTINGS] = settings
    app[BUS] = bus
    app[DATABASE] = database = Database(settings.store_url, bus=bus, clock=clock)
    app[KEYS] = keys = Keys(secret_of(settings))
    app[BLOBS] = blobs = Blobs(settings.blob_store)
    app[LEASES] = Leases(database)
    app[LETTERS] = Letters(database, blobs, keys, settings.public_url)
    app[RECEIVER] = Receiver(database, blobs)
    stage = Stage(database, blobs, keys, settings.public_url)
    app[INBOXES] = Inboxes(database, keys, channels, partial(simulated, stage) if time else None)
    app[RESPONDER] = responder
    app[MAILER] = Mailer(settings.mail, clock)
    threaded = {name for name, kind in channels.items() if kind.capabilities.join == "thread"}
    app[PAGES] = Pages(settings, threaded=threaded)
    app[LISTENERS] = Listeners(
        app[INBOXES], app[LEASES],
        partial(Reception, database, app[LETTERS], app[RECEIVER], inboxes=app[INBOXES]), listens=only != "web",
    )  # fmt: skip
    app[NUDGES] = Nudges(database, bus, works=only != "web")
    app.cleanup_ctx.extend([_store, _desk, _nudges, _http, _fetcher])
    if only != "web":
        app.cleanup_ctx.append(_workers)
    app.cleanup_ctx.append(_listeners)
    app.on_shutdown.append(_stop_listening)
    if only == "workers":
        routes.register(app, routes.HEALTH)
        return app
    channel_routes.register(app, channels.values())
    routes.setup(app)
    if time:
        from omnidesk.simulator import pages  # a desk in use does not pay for it

        pages.setup(app, time, simulator)
    api_routes.setup(app)
    return app


async def _store(app: web.Application) -> AsyncIterator[None]:
    """The newest tables, and a worker number for as long as the process lives."""
    database, leases = app[DATABASE], app[LEASES]
    await migrating.upgrade(database.url)
    await leases.start()
    renewing = asyncio.create_task(_renew(leases))
    yield
    renewing.cancel()
    await leases.end()
    await database.close()


async def _desk(app: web.Application) -> AsyncIterator[None]:
    """Something to write to, where nothing is."""
    await configuration.found(app[DATABASE], app[KEYS], app[INBOXES].channels)
    yield


async def _nudges(app: web.Application) -> AsyncIterator[None]:
    """Events of other processes, where there may be some."""
    work = Overhearing(app[DATABASE]).run() if app[DATABASE].is_sqlite else app[NUDGES].run()
    carrying = [asyncio.create_task(work)]
    yield
    for task in carrying:
        task.cancel()
    await asyncio.gather(*carrying, return_exceptions=True)


async def _renew(leases: Leases) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        try:
            await leases.renew()
        except (SQLAlchemyError, OSError) as error:  # the database is away: what we hold ends, unless it is back soon
            log.warning("the leases could not be renewed: %s", error)


async def _http(app: web.Application) -> AsyncIterator[None]:
    """The shared session of the channels, which are made with it."""
    async with ClientSession(timeout=ClientTimeout(total=30)) as session:
        app[INBOXES].use(session)
        await app[INBOXES].load()
        yield


async def _fetcher(app: web.Application) -> AsyncIterator[None]:
    """The way to addresses that strangers name."""
    async with fetching.opened() as app[FETCHER]:
        app[PUSHER] = Pusher(app[DATABASE], app[KEYS], app[FETCHER], _contact_of(app[SETTINGS]))
        yield


def _contact_of(settings: Settings) -> str:
    """Whom a push service may write to about us; it wants an address, whether anybody reads there or not."""
    return settings.mail.sender or f"desk@{URL(settings.public_url).host}"


async def _workers(app: web.Application) -> AsyncIterator[None]:
    workers = Workers(
        app[BUS], make_workers(app), poll_seconds=app[SETTINGS].workers.poll_seconds, now=app[DATABASE].now
    )
    workers.start()
    yield
    await workers.stop()


def make_workers(app: web.Application) -> list[Worker]:
    """The timed jobs, one line each."""
    database, inboxes, how = app[DATABASE], app[INBOXES], app[SETTINGS].workers
    holder = app[LEASES].holder
    intake = partial(Intake, database, app[BLOBS], app[KEYS], inboxes, holder=holder, batch=how.batch)
    outbox = Outbox(database, inboxes, app[LETTERS], holder=holder, attempts=how.delivery_attempts)
    bot = Conversation(database, app[RESPONDER], silence=timedelta(minutes=how.bot_silence_minutes))
    surveys, clock, steps = Surveys(database, inboxes), SlaClock(database), NextSteps(database)
    replies = PlannedReplies(database, app[KEYS], inboxes)
    presence, pages = PresenceClock(database), app[PAGES]
    pushes = Pushes(database, app[PUSHER], partial(notice_letters.push, pages, database.now))
    mails = NoticeMails(database, app[MAILER], partial(notice_letters.letter, pages, database.now))
    media = Media(database, app[BLOBS], inboxes)
    return [
        Worker("intake", intake(large=False).run),
        # where several may write at once, one computes while the other waits for the database
        *([] if database.is_sqlite else [Worker("intake_more", intake(hand="more", large=False).run)]),
        Worker("intake_large", intake(hand="large", large=True).run),
        Worker("routing", Routing(database).run),
        Worker("bot", bot.run),
        Worker("media", media.run, media.next_due),
        Worker("search", Indexing(database).run, pause=0.2),
        Worker(planned.WORKER, replies.run, replies.next_due),
        Worker("outbox", outbox.run, outbox.next_due, outbox.finish),
        Worker("sla", clock.run, clock.next_due, pause=0.2),
        Worker("bulk", Bulk(database).run),
        Worker("fields", FieldFilling(database).run),
        Worker("surveys", surveys.run, surveys.next_due),
        Worker("next_steps", steps.run, steps.next_due),
        Worker("presence", presence.run, presence.next_due, pause=0.2),
        Worker("notices_push", pushes.run, pushes.next_due, pause=0.2),
        Worker("notices_old", Forgetting(database).run),
        Worker("keys_old", ForgettingKeys(database).run),
        Worker("notices_mail", mails.run, mails.next_due, pause=0.2),
    ]


async def _listeners(app: web.Application) -> AsyncIterator[None]:
    await app[LISTENERS].start()
    yield


async def _stop_listening(app: web.Application) -> None:
    await app[LISTENERS].stop()
