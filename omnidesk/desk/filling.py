"""What the variables of a case's texts stand for."""

from collections.abc import Mapping
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer
from omnidesk.errors import Conflict
from omnidesk.store.models import Case, Contact, ContactPoint, Inbox, Team
from omnidesk.text import variables

NAMES = (
    "contact.name", "contact.first_name", "contact.email", "case.number", "case.subject", "agent.name",
    "agent.first_name", "team.name", "inbox.name",
)  # fmt: skip
"""Beside them, `case.fields.…` and `contact.fields.…` name any field."""

EXAMPLES = {
    "contact.name": "Mia Yıldız", "contact.first_name": "Mia", "contact.email": "mia@example.com",
    "case.number": "1042", "case.subject": "…", "team.name": "Support", "inbox.name": "Mail",
}  # fmt: skip
"""What previews without a case show."""


async def values_of(session: AsyncSession, viewer: Viewer, case: Case) -> dict[str, str]:
    """What the variables stand for on a case, for the agent who writes."""
    contact = await session.get_one(Contact, case.contact_id)
    point = await session.get_one(ContactPoint, case.contact_point_id)
    team = await session.get_one(Team, case.team_id)
    inbox = await session.get_one(Inbox, case.inbox_id)
    name = contact.name or point.name
    return {
        "contact.name": name, "contact.first_name": first_name(name),
        "contact.email": point.address if "@" in point.address else "",
        "case.number": str(case.number), "case.subject": case.subject,
        "agent.name": viewer.name, "agent.first_name": first_name(viewer.name),
        "team.name": team.name, "inbox.name": inbox.name,
        **_fields("case", case.fields), **_fields("contact", contact.fields),
    }  # fmt: skip


def first_name(name: str) -> str:
    """The first word of a name."""
    return name.split()[0] if name.split() else ""


def _fields(noun: str, fields: Mapping[str, Any]) -> dict[str, str]:
    plain = {name: value for name, value in fields.items() if isinstance(value, str | int | float)}
    return {f"{noun}.fields.{name}": str(value) for name, value in plain.items()}


async def language_of(session: AsyncSession, case: Case) -> str:
    """In which language the contact is answered."""
    contact = await session.get_one(Contact, case.contact_id)
    return contact.language or case.language


def text_in(texts: Mapping[str, str], language: str) -> str:
    """A text in a language; where it is not there, in another one."""
    return texts.get(language) or next(filter(None, texts.values()), "")


def unknown(texts: Mapping[str, str]) -> list[str]:
    """The variables in texts that stand for nothing on any case."""
    used = dict.fromkeys(name for text in texts.values() for name in variables.names(text))
    return [name for name in used if name not in NAMES and ".fields." not in name]


def must_be_filled(text: str) -> None:
    """Raise Conflict (`unfilled`) while a variable stands in a text that is about to be sent."""
    if left := variables.left(text):
        raise Conflict(f"There is still {', '.join(left)} in the text; put something in its place.", code="unfilled")
