"""Contacts."""

from typing import Any, cast

from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.api import answers, forms
from omnidesk.api.operations import Call
from omnidesk.desk.directory import linking, people, profile
from omnidesk.desk.directory.facts import Facts
from omnidesk.errors import Invalid
from omnidesk.keys import DATABASE, INBOXES
from omnidesk.store.db import Transaction
from omnidesk.store.ids import MAX_ID
from omnidesk.store.models import Contact, ContactPoint


async def find(call: Call, query: forms.ContactQuery) -> answers.ContactPage:
    """Contacts, the newest first."""
    cursor = row_of(query.cursor) if query.cursor else None
    async with call.app[DATABASE].session() as session:
        page = await people.list_people(
            session, call.viewer, question=query.q, cursor=cursor, limit=query.limit,
            organization_id=int(query.organization) if query.organization else None,
        )  # fmt: skip
    items = [_answer(entry.contact, entry.points, entry.hidden) for entry in page.entries]
    return answers.ContactPage(items=items, next=str(page.next) if page.next else None)


def row_of(cursor: str) -> int:
    """The row after which a page of such a list goes on. Raises Invalid."""
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 20 and int(cursor) <= MAX_ID):
        raise Invalid("This cursor is not one of ours; start again without it.", fields={"cursor": "invalid"})
    return int(cursor)


async def show(call: Call, id: int) -> answers.Contact:
    """A contact; one that was merged away says into whom."""
    async with call.app[DATABASE].session() as session:
        return await _shown(call, session, id)


async def _shown(call: Call, session: AsyncSession, id: int) -> answers.Contact:
    contact = await people.find(session, id)
    hidden = await people.hidden_cases(session, call.viewer, id)
    return _answer(contact, await people.points_of(session, id), hidden)


async def create(call: Call, tx: Transaction, body: forms.NewContact) -> answers.Contact:
    """A contact with its addresses."""
    named = body.model_dump(include=body.model_fields_set - {"points"})
    points = [_normal(call, number, point) for number, point in enumerate(body.points)]
    contact = await profile.create(tx, call.viewer, _facts(named), points)
    await tx.finish()
    return await _shown(call, tx.session, contact.id)


async def change(call: Call, id: int, body: forms.ContactChange) -> answers.Contact:
    """Change what is known of a person."""
    named = body.model_dump(include=body.model_fields_set - {"version"})
    async with call.app[DATABASE].transaction() as tx:
        await profile.change(tx, call.viewer, id, body.version, _facts(named))
    return await show(call, id)


async def merge(call: Call, id: int, body: forms.Merge) -> answers.Contact:
    """Give all addresses of another contact to this one, with the cases and the log that belong to them."""
    async with call.app[DATABASE].transaction() as tx:
        if await tx.session.get(Contact, int(body.source)) is None:
            raise Invalid(f"There is no contact {body.source}.", fields={"from": "unknown"})
        await linking.merge(tx, call.viewer, id, int(body.source))
    return await show(call, id)


def _normal(call: Call, number: int, point: forms.NewPoint) -> tuple[str, str]:
    """Channel and address of a new point, in the form in which the channel keeps addresses."""
    channels = call.app[INBOXES].channels
    if point.channel not in channels:
        fields = {f"points.{number}.channel": "unknown"}
        raise Invalid(f"There is no channel {point.channel}; choose one of {', '.join(channels)}.", fields=fields)
    address = channels[point.channel].normal_address(point.address)
    if address is None:
        fields = {f"points.{number}.address": "invalid"}
        raise Invalid(f"{point.address} can't be an address of {point.channel}; check it.", fields=fields)
    return point.channel, address


def _facts(said: dict[str, Any]) -> Facts:
    """What is said of a person; a null where nothing can't be is not said."""
    facts: dict[str, Any] = {}
    for name in ("language", "time_zone", "preferred_channel"):
        if name in said:
            facts[name] = said[name]
    for name in ("name", "region", "notes", "fields"):
        if said.get(name) is not None:
            facts[name] = said[name]
    if "organization" in said:
        facts["organization_id"] = int(said["organization"]) if said["organization"] else None
    return cast(Facts, facts)


def _answer(contact: Contact, points: list[ContactPoint], hidden: dict[str, int]) -> answers.Contact:
    return answers.Contact(
        id=str(contact.id), version=contact.version, name=contact.name, language=contact.language,
        time_zone=contact.time_zone, region=contact.region, fields=contact.fields, notes=contact.notes,
        organization=str(contact.organization_id) if contact.organization_id else None,
        preferred_channel=contact.preferred_channel,
        points=[answers.Point.model_validate(point, from_attributes=True) for point in points],
        merged_into=str(contact.merged_into_id) if contact.merged_into_id else None, hidden_cases=hidden,
        created_at=contact.created_at, updated_at=contact.updated_at,
    )  # fmt: skip
