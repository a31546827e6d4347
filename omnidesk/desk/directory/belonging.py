"""Belonging: which organization a person is of, by an agent's word or by the domain of an email address."""

from collections.abc import Iterable

from sqlmodel import col, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, Contact, ContactPoint, Organization, OrganizationDomain
from omnidesk.text.domains import domain_of


async def by_address(session: AsyncSession, addresses: Iterable[str]) -> dict[str, int]:
    """The organizations whose domains these addresses have, by address; in one query, in none where no email is."""
    domains = {address: domain for address in addresses if (domain := domain_of(address))}
    if not domains:
        return {}
    owned = select(OrganizationDomain.domain, OrganizationDomain.organization_id).where(
        col(OrganizationDomain.domain).in_(set(domains.values()))
    )
    owners: dict[str, int] = dict((await session.exec(owned)).all())
    return {address: owners[domain] for address, domain in domains.items() if domain in owners}


async def must_be_there(session: AsyncSession, organization_id: int | None) -> None:
    """Raise Invalid for an organization that is not; one that is can't be deleted until the end."""
    there = select(Organization.id).where(Organization.id == organization_id).with_for_update(read=True, key_share=True)
    if organization_id is not None and (await session.exec(there)).first() is None:
        raise Invalid(
            f"organization: there is no organization {organization_id}; make it first.",
            code="no_organization", fields={"organization": "unknown"},
        )  # fmt: skip


async def lock(tx: Transaction, contact_id: int) -> None:
    """Before the contact is locked: let no message arrive meanwhile, whose case would be the old organization's."""
    theirs = select(ContactPoint.id).where(ContactPoint.contact_id == contact_id).order_by(col(ContactPoint.id))
    await tx.session.exec(theirs.with_for_update(key_share=True))


async def put(tx: Transaction, contact: Contact, organization_id: int | None) -> None:
    """A locked contact belongs to this organization, or to none; so do the cases."""
    if contact.organization_id == organization_id:
        return
    contact.organization_id = organization_id
    theirs = update(Case).where(col(Case.contact_id) == contact.id).values(organization_id=organization_id)
    await tx.session.exec(theirs.execution_options(synchronize_session=False))
