"""Organizations: the list with its search, and the page of one with its people and cases."""

import re
from typing import Any
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import own_fields
from omnidesk.desk.directory import organization_cases, organizations, people
from omnidesk.desk.directory.organizations import Facts
from omnidesk.keys import DATABASE
from omnidesk.store.models import FieldSubject
from omnidesk.web import rail
from omnidesk.web.contacts import id_asked, question_of
from omnidesk.web.requests import Number, done, id_in, is_fragment, page, read, viewer_of

_OPTIONS = 20


class Card(BaseModel):
    """What the page sends of an organization; the domains as one text."""

    version: Number = 0
    name: str = ""
    domains: str = Field(default="", max_length=20_000)
    notes: str = ""

    @property
    def facts(self) -> Facts:
        """As the desk takes it."""
        return {"name": self.name, "domains": re.findall(r"[^\s,;]+", self.domains), "notes": self.notes}


async def show_list(request: web.Request) -> web.StreamResponse:
    """The organizations that are searched for, or all."""
    async with request.app[DATABASE].session() as session:
        listed, waiting = await _list(request, session), await rail.counts(request, session)
    return page(request, "organizations/list.html", place="contacts", **waiting, **listed)


async def rows(request: web.Request) -> web.StreamResponse:
    """The same as rows alone: while one types, and from a cursor on."""
    question = question_of(request)
    address = f"/organizations?q={quote(question)}" if question else "/organizations"
    headers = {} if "cursor" in request.query else {"HX-Replace-Url": address}
    async with request.app[DATABASE].session() as session:
        listed = await _list(request, session)
    return page(request, "organizations/rows.html", headers=headers, **listed)


async def _list(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    question, cursor = question_of(request), id_asked(request, "cursor")
    listed = await organizations.list_organizations(session, question=question, cursor=cursor)
    return {"question": question, "listed": listed}


async def options(request: web.Request) -> web.StreamResponse:
    """Those that a list can be filtered by and whose names begin so."""
    async with request.app[DATABASE].session() as session:
        found = await organizations.list_organizations(session, question=question_of(request), limit=_OPTIONS)
    return page(request, "organizations/options.html", found=found.entries)


async def show(request: web.Request) -> web.StreamResponse:
    """An organization with its people and its cases, as far as the viewer may see them."""
    viewer, organization_id = viewer_of(request), id_in(request, "organization")
    async with request.app[DATABASE].session() as session:
        values: dict[str, Any] = {
            "entry": await organizations.find(session, organization_id),
            "people": await people.list_people(session, viewer, organization_id=organization_id),
            "cases": await organization_cases.list_cases(session, viewer, organization_id),
            "hidden": await organization_cases.hidden_cases(session, viewer, organization_id),
            "most_hidden": organization_cases.MOST_HIDDEN,
            "fields": await own_fields.definitions(session, FieldSubject.ORGANIZATION),
        }
        waiting = await rail.counts(request, session)
    if is_fragment(request):
        return page(request, "organizations/organization.html", **values)
    return page(request, "organizations/page.html", place="contacts", **waiting, **values)


async def more_people(request: web.Request) -> web.StreamResponse:
    """Its people from a cursor on."""
    organization_id, cursor = id_in(request, "organization"), id_asked(request, "cursor")
    async with request.app[DATABASE].session() as session:
        entry = await organizations.find(session, organization_id)
        found = await people.list_people(session, viewer_of(request), cursor=cursor, organization_id=organization_id)
    return page(request, "organizations/people.html", entry=entry, people=found)


async def more_cases(request: web.Request) -> web.StreamResponse:
    """Its cases from a cursor on."""
    organization_id, cursor = id_in(request, "organization"), id_asked(request, "cursor")
    async with request.app[DATABASE].session() as session:
        entry = await organizations.find(session, organization_id)
        found = await organization_cases.list_cases(session, viewer_of(request), organization_id, cursor=cursor)
    return page(request, "organizations/cases.html", entry=entry, cases=found)


async def create(request: web.Request) -> web.StreamResponse:
    """A new organization; its page opens."""
    form = await read(request, Card)
    async with request.app[DATABASE].transaction() as tx:
        made = await organizations.create(tx, viewer_of(request), form.facts)
    if is_fragment(request):
        return web.Response(status=204, headers={"HX-Redirect": f"/organizations/{made.id}"})
    raise web.HTTPSeeOther(f"/organizations/{made.id}")


async def edit(request: web.Request) -> web.StreamResponse:
    """The form for what is known of an organization."""
    async with request.app[DATABASE].session() as session:
        entry = await organizations.find(session, id_in(request, "organization"))
    return page(request, "organizations/form.html", entry=entry)


async def change(request: web.Request) -> web.StreamResponse:
    """Write down name, domains and notes."""
    form, organization_id = await read(request, Card), id_in(request, "organization")
    async with request.app[DATABASE].transaction() as tx:
        await organizations.change(tx, viewer_of(request), organization_id, form.version, form.facts)
    return done(request, f"/organizations/{organization_id}", event="organization-changed")


async def remove(request: web.Request) -> web.StreamResponse:
    """Delete an organization that nobody belongs to."""
    async with request.app[DATABASE].transaction() as tx:
        await organizations.remove(tx, viewer_of(request), id_in(request, "organization"))
    if is_fragment(request):
        return web.Response(status=204, headers={"HX-Redirect": "/organizations"})
    raise web.HTTPSeeOther("/organizations")
