"""The customer's phone: what is said at simulated inboxes, and what a made-up person says there."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from omnidesk.contract.channel import ChannelError
from omnidesk.desk import files, simulating
from omnidesk.desk.inboxes import LiveInbox
from omnidesk.desk.incoming.reception import Reception
from omnidesk.desk.simulating import Person, Said
from omnidesk.errors import Invalid
from omnidesk.keys import BLOBS, DATABASE, INBOXES, KEYS, LETTERS, RECEIVER
from omnidesk.store.models import SimulatedMessage
from omnidesk.web.requests import page

PEOPLE = {
    "mia": Person("Mia", "+905321234567"),
    "deniz": Person("Deniz Yıldız", "+905335550101"),
    "john": Person("John Carter", "+447700900123"),
}
_LARGEST_FILE = 20 * 1024 * 1024
_LONGEST = 20_000


@dataclass(frozen=True, slots=True)
class Screen:
    """What the phone shows: one inbox, seen by one person."""

    who: str
    inbox: LiveInbox
    messages: list[SimulatedMessage]

    @property
    def person(self) -> Person:
        """Whose phone it is."""
        return PEOPLE[self.who]

    @property
    def choices(self) -> list[dict[str, str]]:
        """Buttons that wait to be pressed: those of the last message."""
        last = self.messages[0] if self.messages else None
        return last.more.get("buttons", []) if last is not None and last.outgoing else []


def inboxes(request: web.Request) -> list[LiveInbox]:
    """The simulated inboxes that are in use."""
    now, person = request.app[DATABASE].now(), next(iter(PEOPLE.values()))
    simulated = [inbox for inbox in request.app[INBOXES].all() if inbox.row.simulated and inbox.row.enabled]
    return [inbox for inbox in simulated if _is_played(inbox, person, now)]


def _is_played(inbox: LiveInbox, person: Person, now: datetime) -> bool:
    """Some accounts only send, such as a gateway without a webhook for messages."""
    try:
        return bool(simulating.address_of(inbox, person, now))
    except ChannelError:
        return False


def _inbox(request: web.Request) -> LiveInbox:
    slug = request.match_info["slug"]
    found = next((inbox for inbox in inboxes(request) if inbox.row.slug == slug), None)
    if found is None:
        raise web.HTTPNotFound(text=f"There is no simulated inbox {slug} here.\n")
    return found


def who(request: web.Request) -> str:
    """Whose phone is asked for."""
    asked = request.query.get("as", "")
    return asked if asked in PEOPLE else next(iter(PEOPLE))


async def screen(request: web.Request, inbox: LiveInbox) -> Screen:
    """What a phone shows now; the desk learns that it was looked at."""
    database = request.app[DATABASE]
    address = simulating.address_of(inbox, PEOPLE[who(request)], database.now())
    async with database.session() as session:
        shown = await simulating.messages(session, inbox.row.id, address)
    await simulating.look(database, _desk(request, inbox), shown)
    return Screen(who(request), inbox, shown)


async def show(request: web.Request) -> web.StreamResponse:
    """The messages, which the page asks for every second."""
    return page(request, "simulator/messages.html", screen=await screen(request, _inbox(request)))


async def say(request: web.Request) -> web.StreamResponse:
    """The person says something: text and files, or presses a button."""
    inbox = _inbox(request)
    form = await request.clone(client_max_size=_LARGEST_FILE).post()
    said = Said(
        text=str(form.get("text", "")).strip()[:_LONGEST],
        button=str(form["button"])[:500] if form.get("button") else None,
        files=[await _upload(request, file) for file in form.getall("files", []) if isinstance(file, web.FileField)],
    )
    if said.text or said.files:
        try:
            await simulating.say(request.app[DATABASE], _desk(request, inbox), inbox, PEOPLE[who(request)], said)
        except ChannelError as error:
            raise Invalid(str(error), code="not_simulated") from error
    return page(request, "simulator/screen.html", screen=await screen(request, inbox), writes=True, ready="")


async def _upload(request: web.Request, file: web.FileField) -> files.Upload:
    async def chunks() -> AsyncIterator[bytes]:
        with file.file as content:
            while chunk := content.read(65536):
                yield chunk

    return await files.upload(
        request.app[BLOBS], request.app[KEYS], chunks(), limit=_LARGEST_FILE, filename=file.filename[:200],
        content_type=file.content_type,
    )  # fmt: skip


def _desk(request: web.Request, inbox: LiveInbox) -> Reception:
    return Reception(request.app[DATABASE], request.app[LETTERS], request.app[RECEIVER], inbox)
