"""A desk described in files: `desk/*.yaml` and `bots/*.yaml`. Rows are the truth; files are an import and an export."""

from omnidesk.desk.configuration.applying import apply, bring_in
from omnidesk.desk.configuration.difference import Change
from omnidesk.desk.configuration.exporting import export, write
from omnidesk.desk.configuration.files import BotFile, DeskFiles
from omnidesk.desk.configuration.founding import found
from omnidesk.desk.configuration.kinds.bots import FaqItem
from omnidesk.desk.configuration.kinds.calendars import CalendarEntry
from omnidesk.desk.configuration.kinds.inboxes import InboxEntry
from omnidesk.desk.configuration.kinds.people import AgentEntry, TeamEntry
from omnidesk.desk.configuration.kinds.service import SlaPolicyEntry, SurveyEntry
from omnidesk.desk.configuration.kinds.shape import (
    ChoiceEntry,
    DispositionEntry,
    FieldEntry,
    LabelEntry,
    StatusEntry,
)
from omnidesk.desk.configuration.planning import Installed, Plan, is_empty, plan
from omnidesk.desk.configuration.reading import read
from omnidesk.desk.configuration.rows import read_rows

__all__ = [
    "AgentEntry", "BotFile", "CalendarEntry", "Change", "ChoiceEntry", "DeskFiles", "DispositionEntry", "FaqItem",
    "FieldEntry", "InboxEntry", "Installed", "LabelEntry", "Plan", "SlaPolicyEntry", "StatusEntry", "SurveyEntry",
    "TeamEntry", "apply", "bring_in", "export", "found", "is_empty", "plan", "read", "read_rows", "write",
]  # fmt: skip
