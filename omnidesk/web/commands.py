"""What can be done by a key or from the command palette; the scripts know how (`static/js/commands.js`).

The list behind "?" and the palette are both made from this one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from omnidesk.store.models import Role
from omnidesk.web.words import N_

Where = Literal["list", "case", "text", "anywhere"]
"""Where it makes sense: beside a list, with a case opened, while writing, on every page."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do. `keys`: its shortcut, such as `r` or `mod+Enter`; empty = in the palette only."""

    name: str
    title: str
    keys: str
    where: Where
    role: Role = Role.VIEWER

    @property
    def shown(self) -> list[str]:
        """The keys one after the other, as they are printed."""
        return [
            _SHOWN.get(key, key.upper() if len(key) == 1 else key) for key in self.keys.replace(" ", "+").split("+")
        ]


_SHOWN = {"mod": "Ctrl", "shift": "⇧", "plus": "+"}

COMMANDS: Sequence[Command] = (
    Command("next", N_("Next case in the list"), "j", "list"),
    Command("previous", N_("Previous case in the list"), "k", "list"),
    Command("choose", N_("Choose the case"), "x", "list", Role.AGENT),
    Command("choose_range", N_("Choose up to here"), "shift+x", "list", Role.AGENT),
    Command("choose_all", N_("Choose all that are loaded"), "mod+a", "list", Role.AGENT),
    Command("bulk", N_("Do with the chosen cases"), "shift+b", "list", Role.AGENT),
    Command("open", N_("Open the case"), "Enter", "list"),
    Command("reply", N_("Reply"), "r", "case", Role.AGENT),
    Command("note", N_("Internal note"), "n", "case", Role.AGENT),
    Command("take", N_("Assign to me"), "i", "case", Role.AGENT),
    Command("assign", N_("Assign"), "a", "case", Role.AGENT),
    Command("call", N_("Log a call"), "shift+l", "case", Role.AGENT),
    Command("merge", N_("Merge into another case …"), "", "case", Role.AGENT),
    Command("split", N_("Split messages off …"), "", "case", Role.AGENT),
    Command("spam", N_("Mark as spam"), "", "case", Role.AGENT),
    Command("block", N_("Mark as spam and block the sender"), "", "case", Role.AGENT),
    Command("resolve", N_("Resolve or reopen"), "e", "case", Role.AGENT),
    Command("snooze", N_("Snooze or wake"), "z", "case", Role.AGENT),
    Command("labels", N_("Labels"), "l", "case", Role.AGENT),
    Command("priority", N_("Change the priority"), "p", "case", Role.AGENT),
    Command("team", N_("Change the team"), "t", "case", Role.AGENT),
    Command("status", N_("Change the status"), "", "case", Role.AGENT),
    Command("task", N_("Add a task"), "", "case", Role.AGENT),
    Command("link", N_("Link a case"), "", "case", Role.AGENT),
    Command("canned", N_("Canned replies and macros"), "", "case", Role.AGENT),
    Command("more", N_("More to do with the case"), ".", "case", Role.AGENT),
    Command("latest", N_("To the newest message"), "b", "case"),
    Command("details", N_("About this case"), "d", "case"),
    Command("send", N_("Send"), "mod+Enter", "text", Role.AGENT),
    Command("send_resolved", N_("Send & resolve"), "mod+shift+Enter", "text", Role.AGENT),
    Command("bold", N_("Bold"), "mod+B", "text", Role.AGENT),
    Command("italic", N_("Italic"), "mod+I", "text", Role.AGENT),
    Command("bulleted", N_("Bulleted list"), "mod+shift+8", "text", Role.AGENT),
    Command("quote", N_("Quotation"), "mod+shift+9", "text", Role.AGENT),
    Command("leave", N_("Leave a field, close a menu"), "Esc", "text"),
    Command("palette", N_("Find a command, a view or a person"), "mod+k", "anywhere"),
    Command("search", N_("Search"), "/", "anywhere"),
    Command("mine", N_("Go to my cases"), "g m", "anywhere"),
    Command("unassigned", N_("Go to unassigned cases"), "g u", "anywhere"),
    Command("all", N_("Go to all open cases"), "g a", "anywhere"),
    Command("tasks", N_("My tasks"), "g t", "anywhere"),
    Command("contacts", N_("Contacts"), "c", "anywhere"),
    Command("notices", N_("Notices"), "g n", "anywhere"),
    Command("presence-online", N_("Set my presence: online"), "", "anywhere"),
    Command("presence-away", N_("Set my presence: away"), "", "anywhere"),
    Command("presence-busy", N_("Set my presence: busy"), "", "anywhere"),
    Command("presence-off", N_("Set my presence: off"), "", "anywhere"),
    Command("shortcuts", N_("Show this list"), "?", "anywhere"),
)
