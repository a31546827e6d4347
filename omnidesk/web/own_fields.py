"""Own fields in place, beside a case, a person and an organization, and the own status of a case."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from sqlmodel import col, select

from omnidesk.desk import actions, changes, own_fields
from omnidesk.desk.directory import organizations, profile
from omnidesk.errors import Invalid, NotFound
from omnidesk.keys import DATABASE
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, Contact, FieldDefinition, FieldSubject, Organization
from omnidesk.web.posting import posted
from omnidesk.web.requests import done, id_in, is_fragment, language_for, page, viewer_of

_Write = Callable[[Transaction, dict[str, Any]], Awaitable[Case | Contact | Organization]]


async def set_status(request: web.Request) -> web.StreamResponse:
    """Give the case a status: a category, or one of the desk's own."""
    viewer, number = viewer_of(request), int(request.match_info["number"])
    wanted = str((await posted(request)).get("status", ""))
    async with request.app[DATABASE].transaction() as tx:
        await changes.set_status(tx, viewer, await actions.for_work(tx, viewer, number), wanted)
    return done(request, f"/cases/{number}", event="case-changed")


async def of_case(request: web.Request) -> web.StreamResponse:
    """Write down one field of a case."""
    viewer, number = viewer_of(request), int(request.match_info["number"])

    async def write(tx: Transaction, fields: dict[str, Any]) -> Case:
        case = await actions.for_work(tx, viewer, number)
        await changes.note_fields(tx, viewer, case, fields)
        return case

    return await _write(request, FieldSubject.CASE, write, f"/cases/{number}", "case-changed")


async def of_contact(request: web.Request) -> web.StreamResponse:
    """Write down one field of a person."""
    viewer, contact_id = viewer_of(request), id_in(request, "contact")

    async def write(tx: Transaction, fields: dict[str, Any]) -> Contact:
        return await profile.note_fields(tx, viewer, contact_id, fields)

    return await _write(request, FieldSubject.CONTACT, write, f"/contacts/{contact_id}", "contact-changed")


async def of_organization(request: web.Request) -> web.StreamResponse:
    """Write down one field of an organization."""
    viewer, organization_id = viewer_of(request), id_in(request, "organization")

    async def write(tx: Transaction, fields: dict[str, Any]) -> Organization:
        return await organizations.note_fields(tx, viewer, organization_id, fields)

    place = f"/organizations/{organization_id}"
    return await _write(request, FieldSubject.ORGANIZATION, write, place, "organization-changed")


async def _write(
    request: web.Request, subject: FieldSubject, write: _Write, place: str, event: str
) -> web.StreamResponse:  # fmt: skip
    """Write down what was typed; what can't be taken stays in its place, with the reason."""
    slug, said = request.match_info["field"], await _said(request)
    field = await _field(request, subject, slug)
    try:
        async with request.app[DATABASE].transaction() as tx:
            row = await write(tx, {slug: own_fields.typed(field, said, language_for(request))})
            value = row.fields.get(slug)
    except Invalid as error:
        return _wrong(request, place, field, said, error)
    return _kept(request, place, field, value, event)


async def _said(request: web.Request) -> str:
    """A box that is not ticked sends its hidden no alone; ticked, its yes comes last."""
    return str([*(await posted(request)).getall("value", [""])][-1])


async def _field(request: web.Request, subject: FieldSubject, slug: str) -> FieldDefinition:
    wanted = select(FieldDefinition).where(col(FieldDefinition.subject) == subject, FieldDefinition.slug == slug)
    async with request.app[DATABASE].session() as session:
        field = (await session.exec(wanted)).first()
    if field is None:
        raise NotFound(f"There is no field {slug} here.")
    return field


def _kept(request: web.Request, place: str, field: FieldDefinition, value: Any, event: str) -> web.Response:
    if not is_fragment(request):
        raise web.HTTPSeeOther(place)
    return page(request, "fields/form.html", headers={"HX-Trigger": event}, field=field, value=value, place=place)


def _wrong(request: web.Request, place: str, field: FieldDefinition, said: str, error: Invalid) -> web.Response:
    """The field with what was written in it, and what is wrong with it."""
    wrong = error.fields.get(f"fields.{field.slug}")
    if wrong is None or not is_fragment(request):
        raise error
    return page(request, "fields/form.html", status=422, field=field, value=said, place=place, wrong=wrong)
