"""Of which organization a person is: chosen by typing, made in place, or none."""

from aiohttp import web
from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.directory import organizations, people, profile
from omnidesk.desk.directory.organizations import Entry
from omnidesk.errors import Conflict
from omnidesk.keys import DATABASE
from omnidesk.store.models import Contact
from omnidesk.text.folding import fold
from omnidesk.web.contacts import CHANGED, question_of
from omnidesk.web.requests import Id, done, id_in, page, read, viewer_of

_CANDIDATES = 8


class Belonging(BaseModel):
    """Which organization, a new one by its name, or none. `asked`: what the shown list was searched by."""

    organization: Id | None = None
    new: str = Field(default="", max_length=1000)
    q: str = ""
    asked: str = ""


async def panel(request: web.Request) -> web.StreamResponse:
    """The search for an organization, and the way out of one."""
    async with request.app[DATABASE].session() as session:
        contact = await people.find(session, id_in(request, "contact"))
        found = await _found(session, contact, "")
        current = await people.organization_of(session, contact)
    return page(
        request, "contacts/organization.html", contact=contact, found=found, current=current, question="", known=True
    )  # fmt: skip


async def candidates(request: web.Request) -> web.StreamResponse:
    """The organizations that could be meant, and whether one is called so already."""
    question = question_of(request)
    async with request.app[DATABASE].session() as session:
        contact = await people.find(session, id_in(request, "contact"))
        found = await _found(session, contact, question)
    name = " ".join(question.split())
    known = not name or any(entry.organization.folded_name == fold(name) for entry in found)
    return page(
        request, "contacts/organizations.html", contact=contact, found=found, question=question, name=name, known=known
    )  # fmt: skip


async def _found(session: AsyncSession, contact: Contact, question: str) -> list[Entry]:
    listed = await organizations.list_organizations(session, question=question, limit=_CANDIDATES)
    return [entry for entry in listed.entries if entry.organization.id != contact.organization_id]


async def choose(request: web.Request) -> web.StreamResponse:
    """Belong to it. The Enter key takes the first of the list, which must be the one for what is typed."""
    form, viewer, contact_id = await read(request, Belonging), viewer_of(request), id_in(request, "contact")
    if form.q.split() != form.asked.split():
        raise Conflict("The list was searched by other words; choose again.", code="list_changed")
    async with request.app[DATABASE].transaction() as tx:
        organization_id = form.organization
        if form.new:
            made = await organizations.create(tx, viewer, {"name": form.new})
            await tx.flush()
            organization_id = made.id
        await profile.belong(tx, viewer, contact_id, organization_id)
    return done(request, f"/contacts/{contact_id}", event=CHANGED)
