"""Organizations."""

from typing import Any

from omnidesk.api import answers, forms
from omnidesk.api.contacts import row_of
from omnidesk.api.operations import Call
from omnidesk.desk.directory import organizations
from omnidesk.desk.directory.organizations import Entry, Facts
from omnidesk.keys import DATABASE
from omnidesk.store.db import Transaction


async def find(call: Call, query: forms.OrganizationQuery) -> answers.OrganizationPage:
    """Organizations, the newest first."""
    cursor = row_of(query.cursor) if query.cursor else None
    async with call.app[DATABASE].session() as session:
        page = await organizations.list_organizations(session, question=query.q, cursor=cursor, limit=query.limit)
    return answers.OrganizationPage(items=list(map(_answer, page.entries)), next=str(page.next) if page.next else None)


async def show(call: Call, id: int) -> answers.Organization:
    """An organization; its people are found by `GET /contacts?organization=`."""
    async with call.app[DATABASE].session() as session:
        return _answer(await organizations.find(session, id))


async def create(call: Call, tx: Transaction, body: forms.NewOrganization) -> answers.Organization:
    """An organization with its domains."""
    made = await organizations.create(tx, call.viewer, _facts(body.model_dump()))
    await tx.finish()
    return _answer(await organizations.find(tx.session, made.id))


async def change(call: Call, id: int, body: forms.OrganizationChange) -> answers.Organization:
    """Change name, domains, notes and fields."""
    async with call.app[DATABASE].transaction() as tx:
        await organizations.change(tx, call.viewer, id, body.version, _facts(body.model_dump(exclude={"version"})))
    return await show(call, id)


def _facts(said: dict[str, Any]) -> Facts:
    facts: Facts = {}
    for name in ("name", "domains", "notes", "fields"):
        if said.get(name) is not None:
            facts[name] = said[name]
    return facts


def _answer(entry: Entry) -> answers.Organization:
    one = entry.organization
    return answers.Organization(
        id=str(one.id), version=one.version, name=one.name, domains=entry.domains, notes=one.notes, fields=one.fields,
        created_at=one.created_at, updated_at=one.updated_at,
    )  # fmt: skip
