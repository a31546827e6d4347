"""Organizations: whom people belong to, what is written down of them, and the list with its search."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypedDict

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import audit, own_fields
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.changes import merged
from omnidesk.desk.directory import facts, finding
from omnidesk.desk.search import indexing
from omnidesk.errors import Conflict, NotFound
from omnidesk.store import dialect
from omnidesk.store.db import Transaction
from omnidesk.store.models import Contact, FieldSubject, Organization, OrganizationDomain, OrganizationWord, Role
from omnidesk.text.domains import PUBLIC, normal_domain
from omnidesk.text.folding import fold
from omnidesk.text.searching import words_of_address, words_of_name

_MOST_DOMAINS = 50


class Facts(TypedDict, total=False):
    """What is known of one; what is not named stays. `domains`: all; `fields`: those that change, None removes one."""

    name: str
    domains: Sequence[str]
    notes: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list."""

    organization: Organization
    domains: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """Some organizations, the newest first, and the cursor of what follows."""

    entries: list[Entry]
    next: int | None


async def create(tx: Transaction, viewer: Viewer, said: Facts) -> Organization:
    """A new organization. Raises NotAllowed, Invalid, and Conflict (`domain_taken`) for a domain of another one."""
    must_be(viewer, Role.AGENT)
    made = tx.new(Organization, name="", folded_name="", created_at=tx.now, updated_at=tx.now)
    await _write(tx, made, {"name": "", **said})
    return made


async def change(
    tx: Transaction, viewer: Viewer, organization_id: int, version: int, said: Facts
) -> Organization:  # fmt: skip
    """Change what is known. Raises as `create` does, NotFound, and Conflict when `version` is not the newest."""
    must_be(viewer, Role.AGENT)
    organization = await tx.get(Organization, organization_id)
    if organization.version != version:
        raise Conflict("Somebody changed this organization since you looked; read it again.", code="stale")
    await _write(tx, organization, said)
    organization.version += 1
    organization.updated_at = tx.now
    return organization


async def note_fields(tx: Transaction, viewer: Viewer, organization_id: int, fields: dict[str, Any]) -> Organization:
    """Write down fields, whatever else was changed since. Raises as `change` does."""
    organization = await tx.get(Organization, organization_id)
    return await change(tx, viewer, organization_id, organization.version, {"fields": fields})


async def remove(tx: Transaction, viewer: Viewer, organization_id: int) -> None:
    """Delete one that nobody belongs to. Raises NotFound, NotAllowed, and Conflict (`has_people`) for any other."""
    must_be(viewer, Role.AGENT)
    organization = await tx.get(Organization, organization_id)
    wholly = select(Organization.id).where(Organization.id == organization_id)
    await tx.session.exec(wholly.with_for_update())  # nobody joins meanwhile
    theirs = select(Contact.id).where(Contact.organization_id == organization_id).limit(1)
    if (await tx.session.exec(theirs)).first() is not None:
        raise Conflict("People belong to this organization; let them leave it first.", code="has_people")
    for model in (OrganizationDomain, OrganizationWord):
        await tx.session.exec(delete(model).where(col(model.organization_id) == organization_id))
    await tx.session.exec(delete(Organization).where(col(Organization.id) == organization_id))
    audit.note(tx, "organization.removed", str(organization_id), viewer.as_agent, name=organization.name)


async def _write(tx: Transaction, organization: Organization, said: Facts) -> None:
    if "name" in said:
        organization.name = _name(said["name"])
        organization.folded_name = fold(organization.name)
    if "notes" in said:
        organization.notes = said["notes"].strip()
        facts.must_be_short("notes", organization.notes, facts.LONGEST_NOTES)
    if fields := said.get("fields"):
        checked = await own_fields.checked(tx.session, FieldSubject.ORGANIZATION, fields)
        organization.fields = merged(organization.fields, checked)
    if "domains" in said or "name" in said:
        now = await domains_of(tx.session, [organization.id])
        before = now.get(organization.id, [])
        domains = _domains(said["domains"]) if "domains" in said else before
        await _own(tx, organization, before, domains)
        await _keep_words(tx, organization, domains)


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name:
        raise facts.wrong("name", "is empty; write what the organization is called", "no_name")
    facts.must_be_short("name", name, facts.LONGEST_NAME)
    return name


def _domains(said: Iterable[str]) -> list[str]:
    found: dict[str, None] = {}
    for text in said:
        domain = normal_domain(text)
        if domain is None:
            why = f"{text[:60]} is no domain; write one such as example.com"
            raise facts.wrong("domains", why, "not_domain", said=text[:60])
        if domain in PUBLIC:
            why = f"{domain} gives mailboxes to anybody; leave it out"
            raise facts.wrong("domains", why, "public_domain", said=domain)
        found[domain] = None
        if len(found) > _MOST_DOMAINS:
            raise facts.wrong("domains", f"these are too many; write at most {_MOST_DOMAINS}", "many_domains")
    return list(found)


async def _own(tx: Transaction, organization: Organization, before: Sequence[str], domains: Sequence[str]) -> None:
    """The domains are the organization's from now on."""
    added = [one for one in domains if one not in before]
    await dialect.take_turns(await tx.session.connection(), [f"domain:{one}" for one in added])
    taken = (
        select(OrganizationDomain.domain, Organization.name)
        .join(Organization, col(Organization.id) == col(OrganizationDomain.organization_id))
        .where(col(OrganizationDomain.domain).in_(added))
    )
    for domain, name in await tx.session.exec(taken):
        raise Conflict(
            f"The domain {domain} belongs to {name} already; take it away there first.", code="domain_taken",
            fields={"domains": "taken"}, values={"domain": domain, "name": name},
        )  # fmt: skip
    gone = [one for one in before if one not in domains]
    if gone:
        await tx.session.exec(delete(OrganizationDomain).where(col(OrganizationDomain.domain).in_(gone)))
    for domain in added:
        tx.add_row(OrganizationDomain, {"domain": domain, "organization_id": organization.id})


async def _keep_words(tx: Transaction, organization: Organization, domains: Sequence[str]) -> None:
    theirs = col(OrganizationWord.organization_id) == organization.id
    await tx.session.exec(delete(OrganizationWord).where(theirs))
    words = [*words_of_name(organization.name), *(word for domain in domains for word in words_of_address(domain))]
    for word in dict.fromkeys(words):
        tx.add_row(OrganizationWord, {"word": word, "organization_id": organization.id})
    indexing.wait(tx, organization.id)


async def domains_of(session: AsyncSession, organization_ids: Iterable[int]) -> dict[int, list[str]]:
    """The domains of organizations, by name."""
    found: dict[int, list[str]] = {}
    theirs = select(OrganizationDomain).where(col(OrganizationDomain.organization_id).in_(organization_ids))
    for row in await session.exec(theirs.order_by(col(OrganizationDomain.domain))):
        found.setdefault(row.organization_id, []).append(row.domain)
    return found


async def find(session: AsyncSession, organization_id: int) -> Entry:
    """An organization with its domains. Raises NotFound."""
    organization = await session.get(Organization, organization_id)
    if organization is None:
        raise NotFound(f"There is no organization {organization_id} here.")
    return Entry(organization, (await domains_of(session, [organization_id])).get(organization_id, []))


async def list_organizations(
    session: AsyncSession, *, question: str = "", cursor: int | None = None, limit: int = 50
) -> OrganizationPage:
    """The organizations that `question` finds, or all."""
    statement = select(Organization).where(*await finding.matching(session, question, finding.ORGANIZATIONS))
    if cursor is not None:
        statement = statement.where(col(Organization.id) < cursor)
    found = list(await session.exec(statement.order_by(col(Organization.id).desc()).limit(limit + 1)))
    domains = await domains_of(session, [one.id for one in found[:limit]])
    entries = [Entry(one, domains.get(one.id, [])) for one in found[:limit]]
    return OrganizationPage(entries, found[limit - 1].id if len(found) > limit else None)
