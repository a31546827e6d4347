"""The sections of the settings, each with who may open it; the list on the left names those."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.access import Viewer
from omnidesk.store.models import Role
from omnidesk.web import rail
from omnidesk.web.requests import page, viewer_of
from omnidesk.web.words import N_


@dataclass(frozen=True, slots=True)
class Section:
    """A page of the settings at /settings/{name}, under a heading of the list."""

    name: str
    title: str
    group: str
    role: Role


MINE, CASES, DESK = N_("Yours"), N_("Cases"), N_("Desk")
SECTIONS: Sequence[Section] = (
    Section("notices", N_("Notices"), MINE, Role.VIEWER),
    Section("canned-replies", N_("Canned replies"), CASES, Role.AGENT),
    Section("macros", N_("Macros"), CASES, Role.AGENT),
    Section("statuses", N_("Statuses"), CASES, Role.ADMIN),
    Section("case-fields", N_("Case fields"), CASES, Role.ADMIN),
    Section("contact-fields", N_("Contact fields"), CASES, Role.ADMIN),
    Section("organization-fields", N_("Organization fields"), CASES, Role.ADMIN),
    Section("labels", N_("Labels"), CASES, Role.SUPERVISOR),
    Section("dispositions", N_("Outcomes"), CASES, Role.SUPERVISOR),
    Section("calendars", N_("Calendars"), DESK, Role.SUPERVISOR),
)


def open_to(viewer: Viewer) -> dict[str, list[Section]]:
    """The sections that a viewer may open, by their headings, in order."""
    found: dict[str, list[Section]] = {}
    for section in SECTIONS:
        if viewer.at_least(section.role):
            found.setdefault(section.group, []).append(section)
    return found


async def home(request: web.Request) -> web.StreamResponse:
    """Start with the first section there is."""
    for sections in open_to(viewer_of(request)).values():
        raise web.HTTPSeeOther(f"/settings/{sections[0].name}")
    raise web.HTTPSeeOther("/inbox/mine")


async def shown(
    request: web.Request, session: AsyncSession, name: str, template: str, *, status: int = 200, **values: Any
) -> web.Response:
    """A page of the settings: `template` extends `settings/frame.html`."""
    waiting = await rail.counts(request, session)
    sections = open_to(viewer_of(request))
    return page(
        request, template, status=status, place="settings", sections=sections, section=name, **waiting, **values
    )
