"""The kinds of entries: how each stands in files, how its rows are read, and how they are written."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.configuration.kinds import bots, calendars, inboxes, people, service, texts
from omnidesk.desk.configuration.kinds.shape import SHAPE, read_shape, write_shape
from omnidesk.desk.configuration.present import Present
from omnidesk.desk.configuration.writing import Writing


class Kind(NamedTuple):
    """One kind: reads all its rows; writes one entry."""

    read: Callable[[AsyncSession, Present], Awaitable[None]]
    write: Callable[[Writing, str, dict[str, Any]], None]


KINDS: Mapping[str, Kind] = {
    "calendars": Kind(calendars.read_calendars, calendars.write_calendar),
    "teams": Kind(people.read_teams, people.write_team),
    "agents": Kind(people.read_agents, people.write_agent),
    "sla_policies": Kind(service.read_policies, service.write_policy),
    "surveys": Kind(service.read_surveys, service.write_survey),
    "bots": Kind(bots.read_bots, bots.write_bot),
    "inboxes": Kind(inboxes.read_inboxes, inboxes.write_inbox),
    "faq": Kind(bots.read_faq, bots.write_faq),
    "canned_replies": Kind(texts.read_canned_replies, texts.write_canned_reply),
    "macros": Kind(texts.read_macros, texts.write_macro),
    **{kind: Kind(partial(read_shape, kind=kind), partial(write_shape, kind=kind)) for kind in SHAPE},
}
"""In the order in which they can be made: each names only what comes before it."""
