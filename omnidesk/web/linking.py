"""This address belongs to …: search the person, see what would move, link, and undo."""

from aiohttp import web
from pydantic import BaseModel

from omnidesk.desk.directory import linking, people, unlinking
from omnidesk.desk.directory.names import called
from omnidesk.errors import NotFound
from omnidesk.keys import DATABASE
from omnidesk.store.models import ContactPoint
from omnidesk.web.contacts import question_of
from omnidesk.web.requests import Id, done, id_in, is_fragment, page, read, viewer_of

_CANDIDATES = 8
_CHANGED = "contact-changed, case-changed"


class Owner(BaseModel):
    """Whom the address is said to belong to, and whose it was when that was said."""

    contact: Id
    owner: Id


async def panel(request: web.Request) -> web.StreamResponse:
    """The search for whom an address belongs to."""
    return page(request, "contacts/owner.html", point_id=id_in(request, "point"))


async def candidates(request: web.Request) -> web.StreamResponse:
    """Who is found; nobody while nothing is asked for."""
    point_id, question = id_in(request, "point"), question_of(request)
    async with request.app[DATABASE].session() as session:
        point = await session.get(ContactPoint, point_id)
        if point is None:
            raise NotFound(f"There is no address {point_id} here.")
        found = await people.list_people(session, viewer_of(request), question=question, limit=_CANDIDATES)
    others = [entry for entry in found.entries if entry.contact.id != point.contact_id] if question.strip() else []
    return page(request, "contacts/candidates.html", point_id=point_id, found=others, question=question)


async def preview(request: web.Request) -> web.StreamResponse:
    """What would move."""
    text = request.query.get("contact", "")
    target = int(text) if text.isdecimal() and len(text) < 19 else 0
    async with request.app[DATABASE].session() as session:
        found = await linking.preview(session, viewer_of(request), id_in(request, "point"), target)
    return page(request, "contacts/preview.html", preview=found)


async def link(request: web.Request) -> web.StreamResponse:
    """Link the address; the toast offers to undo it."""
    form, viewer = await read(request, Owner), viewer_of(request)
    async with request.app[DATABASE].transaction() as tx:
        made = await linking.link(tx, viewer, id_in(request, "point"), form.contact, seen_at=form.owner)
        owner = await people.find(tx.session, made.to_contact_id)
        name = called(owner, await people.points_of(tx.session, owner.id))
    if not is_fragment(request):
        raise web.HTTPSeeOther(f"/contacts/{owner.id}")
    headers = {"HX-Retarget": "#toasts", "HX-Reswap": "beforeend", "HX-Trigger": _CHANGED}
    return page(request, "contacts/linked.html", headers=headers, link=made, called=name)


async def undo(request: web.Request) -> web.StreamResponse:
    """Take a link back."""
    async with request.app[DATABASE].transaction() as tx:
        made = await unlinking.undo(tx, viewer_of(request), id_in(request, "link"))
    return done(request, f"/contacts/{made.to_contact_id}", event=_CHANGED)
