"""What the files of a desk may say."""

from omnidesk.desk.configuration.entries.entry import Entry
from omnidesk.desk.configuration.entries.files import BotFile, DeskFiles, key_of
from omnidesk.desk.configuration.entries.inboxes import FaqItem, InboxEntry
from omnidesk.desk.configuration.entries.people import AgentEntry, TeamEntry
from omnidesk.desk.configuration.entries.service import SlaPolicyEntry, SurveyEntry
from omnidesk.desk.configuration.entries.shape import (
    ChoiceEntry,
    DispositionEntry,
    FieldEntry,
    LabelEntry,
    StatusEntry,
)
from omnidesk.desk.configuration.entries.texts import CannedReplyEntry, MacroEntry

__all__ = [
    "AgentEntry", "BotFile", "CannedReplyEntry", "ChoiceEntry", "DeskFiles", "DispositionEntry", "Entry", "FaqItem",
    "FieldEntry", "InboxEntry", "LabelEntry", "MacroEntry", "SlaPolicyEntry", "StatusEntry", "SurveyEntry",
    "TeamEntry", "key_of",
]  # fmt: skip
