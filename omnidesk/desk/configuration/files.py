"""All entries of a desk's files together."""

from collections import Counter
from dataclasses import dataclass
from typing import Self

from pydantic import BaseModel, ConfigDict, PrivateAttr, model_validator

from omnidesk.desk.configuration.kinds.bots import FaqItem
from omnidesk.desk.configuration.kinds.calendars import CalendarEntry
from omnidesk.desk.configuration.kinds.inboxes import InboxEntry
from omnidesk.desk.configuration.kinds.people import AgentEntry, TeamEntry
from omnidesk.desk.configuration.kinds.service import SlaPolicyEntry, SurveyEntry
from omnidesk.desk.configuration.kinds.shape import DispositionEntry, FieldEntry, LabelEntry, StatusEntry
from omnidesk.desk.configuration.kinds.texts import CannedReplyEntry, MacroEntry
from omnidesk.desk.configuration.places import Place
from omnidesk.desk.configuration.problems import Problems


class DeskFiles(BaseModel):
    """All that the files of a folder describe, and what is wrong in them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    calendars: tuple[CalendarEntry, ...] = ()
    teams: tuple[TeamEntry, ...] = ()
    agents: tuple[AgentEntry, ...] = ()
    sla_policies: tuple[SlaPolicyEntry, ...] = ()
    surveys: tuple[SurveyEntry, ...] = ()
    inboxes: tuple[InboxEntry, ...] = ()
    faq: tuple[FaqItem, ...] = ()
    canned_replies: tuple[CannedReplyEntry, ...] = ()
    macros: tuple[MacroEntry, ...] = ()
    statuses: tuple[StatusEntry, ...] = ()
    fields: tuple[FieldEntry, ...] = ()
    labels: tuple[LabelEntry, ...] = ()
    dispositions: tuple[DispositionEntry, ...] = ()

    _problems: Problems = PrivateAttr(default_factory=Problems)

    @model_validator(mode="after")
    def _each_is_there_once(self) -> Self:
        for kind, entries in self:
            names = Counter(entry.key for entry in entries)
            if twice := [name for name, times in names.items() if times > 1]:
                raise ValueError(f"{kind}: {twice[0]} is there twice")
        return self

    @property
    def problems(self) -> Problems:
        """What is wrong, and so is not among the entries."""
        return self._problems

    def with_problems(self, problems: Problems) -> Self:
        """The same, with what is wrong."""
        self._problems = problems
        return self


@dataclass(frozen=True, slots=True)
class BotFile:
    """A bot's YAML text; `place` is where its head stands, if in a file."""

    slug: str
    name: str
    path: str
    text: str
    place: Place | None = None
