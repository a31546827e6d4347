"""Contacts: the list of people with its search, and the page of one person."""

from typing import Any
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import timeline
from omnidesk.desk.directory import contacts, people, profile
from omnidesk.errors import Invalid
from omnidesk.keys import DATABASE
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Case, Contact
from omnidesk.web import rail
from omnidesk.web.lines import Line, lines
from omnidesk.web.requests import Number, done, id_in, is_fragment, page, read, viewer_of, zone_of

_AT_FIRST = 60
_LONGEST_QUESTION = 200


class Profile(BaseModel):
    """What the page sends of a person."""

    version: Number
    name: str = Field(default="", max_length=200)
    language: str | None = Field(default=None, pattern="^[a-z]{2,3}$")


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
    question, cursor = question_of(request), _id(request, "cursor")
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
        said = await _log(request, session, contact, before=_id(request, "before"))
    return page(request, "contacts/earlier.html", lines=said, of_person=contact)


async def _log(
    request: web.Request, session: AsyncSession, contact: Contact, before: int | None = None
) -> list[tuple[Line, Case | None]]:
    found = await timeline.person_timeline(session, viewer_of(request), contact.id, before=before, limit=_AT_FIRST)
    rows = [row for row, _ in found]
    said = lines(rows, zone_of(request), await timeline.unseen(session, viewer_of(request), rows))
    return list(zip(said, (case for _, case in found), strict=True))


async def change(request: web.Request) -> web.StreamResponse:
    """Write down name and language."""
    form, contact_id = await read(request, Profile), id_in(request, "contact")
    async with request.app[DATABASE].transaction() as tx:
        await profile.change(
            tx, viewer_of(request), contact_id, form.version, {"name": form.name, "language": form.language}
        )  # fmt: skip
    return done(request, f"/contacts/{contact_id}", event="contact-changed")


async def works_again(request: web.Request) -> web.StreamResponse:
    """An address works, whatever came back from it."""
    async with request.app[DATABASE].transaction() as tx:
        point = await contacts.works_again(tx, viewer_of(request), id_in(request, "point"))
    return done(request, f"/contacts/{point.contact_id}", event="contact-changed, case-changed")


def _id(request: web.Request, name: str) -> int | None:
    text = request.query.get(name, "")
    if not text:
        return None
    if not (text.isdecimal() and len(text) <= 19 and 0 < int(text) <= MAX_ID):
        raise Invalid("This cursor is not one of ours; start again without it.", fields={name: "invalid"})
    return int(text)
