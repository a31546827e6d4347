"""Contacts: the list of people with its search, and the page of one person."""

from functools import cache
from typing import Any, cast
from urllib.parse import quote

from aiohttp import web
from babel import Locale
from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import timeline
from omnidesk.desk.directory import contacts, facts, people, profile
from omnidesk.desk.directory.facts import Facts
from omnidesk.errors import Invalid
from omnidesk.keys import DATABASE
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Case, Contact
from omnidesk.text.folding import fold
from omnidesk.web import rail
from omnidesk.web.lines import Line, lines
from omnidesk.web.pages import sentence
from omnidesk.web.requests import Number, done, id_in, is_fragment, language_for, page, read, viewer_of, zone_of

_AT_FIRST = 60
_LONGEST_QUESTION = 200
CHANGED = "contact-changed, case-changed"


class Profile(BaseModel):
    """What the page sends of a person."""

    version: Number
    name: str = ""
    language: str | None = Field(default=None, pattern="^[a-z]{2,3}$")
    time_zone: str | None = Field(default=None, max_length=64)
    region: str = ""
    preferred_channel: str | None = Field(default=None, pattern="^[a-z][a-z0-9_]{1,30}$")
    notes: str = ""


def question_of(request: web.Request) -> str:
    """What is searched for."""
    return request.query.get("q", "")[:_LONGEST_QUESTION]


async def show_list(request: web.Request) -> web.StreamResponse:
    """The people that are searched for, or all."""
    async with request.app[DATABASE].session() as session:
        listed, waiting = await _list(request, session), await rail.counts(request, session)
    return page(request, "contacts/list.html", place="contacts", **waiting, **listed)


async def rows(request: web.Request) -> web.StreamResponse:
    """The same as rows alone: while one types, and from a cursor on."""
    question = question_of(request)
    address = f"/contacts?q={quote(question)}" if question else "/contacts"
    headers = {} if "cursor" in request.query else {"HX-Replace-Url": address}
    async with request.app[DATABASE].session() as session:
        listed = await _list(request, session)
    return page(request, "contacts/rows.html", headers=headers, **listed)


async def _list(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    question, cursor = question_of(request), id_asked(request, "cursor")
    listed = await people.list_people(session, viewer_of(request), question=question, cursor=cursor)
    return {"question": question, "listed": listed}


async def show(request: web.Request) -> web.StreamResponse:
    """A person; one who was merged leads to who took over."""
    viewer = viewer_of(request)
    async with request.app[DATABASE].session() as session:
        contact = await people.find(session, id_in(request, "contact"))
        if contact.merged_into_id is not None:
            raise web.HTTPSeeOther(f"/contacts/{contact.merged_into_id}")
        person = await people.person(session, viewer, contact)
        said = await _log(request, session, contact)
        waiting = await rail.counts(request, session)
    values: dict[str, Any] = {"person": person, "lines": said, "of_person": contact}
    if is_fragment(request):
        return page(
            request, "contacts/person.html", headers={"HX-Replace-Url": f"/contacts/{contact.id}"}, **values
        )  # fmt: skip
    return page(request, "contacts/page.html", place="contacts", **waiting, **values)


async def earlier(request: web.Request) -> web.StreamResponse:
    """The rows of a person's log before one of them."""
    async with request.app[DATABASE].session() as session:
        contact = await people.find(session, id_in(request, "contact"))
        said = await _log(request, session, contact, before=id_asked(request, "before"))
    return page(request, "contacts/earlier.html", lines=said, of_person=contact)


async def _log(
    request: web.Request, session: AsyncSession, contact: Contact, before: int | None = None
) -> list[tuple[Line, Case | None]]:
    found = await timeline.person_timeline(session, viewer_of(request), contact.id, before=before, limit=_AT_FIRST)
    rows = [row for row, _ in found]
    said = lines(rows, zone_of(request), await timeline.unseen(session, viewer_of(request), rows))
    return list(zip(said, (case for _, case in found), strict=True))


async def change(request: web.Request) -> web.StreamResponse:
    """Write down what is known of a person; what the form does not send stays."""
    form, contact_id = await read(request, Profile), id_in(request, "contact")
    sent = set(await request.post())
    said = cast(Facts, form.model_dump(include=sent - {"version"}))
    async with request.app[DATABASE].transaction() as tx:
        await profile.change(tx, viewer_of(request), contact_id, form.version, said)
    return done(request, f"/contacts/{contact_id}", event=CHANGED)


async def edit(request: web.Request) -> web.StreamResponse:
    """The form for what is known of a person."""
    async with request.app[DATABASE].session() as session:
        contact = await people.find(session, id_in(request, "contact"))
        points = await people.points_of(session, contact.id)
    names = known_languages(language_for(request))
    channels = sorted({point.channel for point in points} | {contact.preferred_channel or ""} - {""})
    return page(
        request, "contacts/profile_form.html", contact=contact, channels=channels, languages=names,
        zones=sorted(facts.time_zones()),
    )  # fmt: skip


@cache
def known_languages(language: str) -> list[tuple[str, str]]:
    """The codes and names of languages, in alphabetical order; English and Turkish first."""
    locale = Locale(language)
    names = {code: locale.languages.get(code, code) for code in facts.languages() if len(code) == 2}
    rest = sorted((fold(name), code, name) for code, name in names.items() if code not in ("en", "tr"))
    return [("en", names["en"]), ("tr", names["tr"]), *((code, sentence(name, language)) for _, code, name in rest)]


async def works_again(request: web.Request) -> web.StreamResponse:
    """An address works, whatever came back from it."""
    async with request.app[DATABASE].transaction() as tx:
        point = await contacts.works_again(tx, viewer_of(request), id_in(request, "point"))
    return done(request, f"/contacts/{point.contact_id}", event="contact-changed, case-changed")


def id_asked(request: web.Request, name: str) -> int | None:
    """The id that the query carries, such as a cursor. Raises Invalid for one that no row can have."""
    text = request.query.get(name, "")
    if not text:
        return None
    if not (text.isdecimal() and len(text) <= 19 and 0 < int(text) <= MAX_ID):
        raise Invalid("This cursor is not one of ours; start again without it.", fields={name: "invalid"})
    return int(text)
