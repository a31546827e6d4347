"""A desk described in files: `desk/*.yaml` and `bots/*.yaml`. Rows are the truth; files are an import and an export."""

from omnidesk.desk.configuration.applying import Installed, Plan, apply, bring_in, is_empty, plan
from omnidesk.desk.configuration.difference import Change
from omnidesk.desk.configuration.entries import (
    AgentEntry,
    BotFile,
    ChoiceEntry,
    DeskFiles,
    DispositionEntry,
    FaqItem,
    FieldEntry,
    InboxEntry,
    LabelEntry,
    SlaPolicyEntry,
    StatusEntry,
    SurveyEntry,
    TeamEntry,
)
from omnidesk.desk.configuration.exporting import export, write
from omnidesk.desk.configuration.founding import found
from omnidesk.desk.configuration.reading import read
from omnidesk.desk.configuration.rows import read_rows

__all__ = [
    "AgentEntry", "BotFile", "Change", "ChoiceEntry", "DeskFiles", "DispositionEntry", "FaqItem", "FieldEntry",
    "InboxEntry", "Installed", "LabelEntry", "Plan", "SlaPolicyEntry", "StatusEntry", "SurveyEntry", "TeamEntry",
    "apply", "bring_in", "export", "found", "is_empty", "plan", "read", "read_rows", "write",
]  # fmt: skip
