"""What stands in a case, and what a desk sets up for it."""

from omnidesk.web.words.marking import N_, Words

WORDS: Words = {
    "category": {
        "new": N_("new"),
        "open": N_("open"),
        "waiting": N_("waiting for the customer"),
        "on_hold": N_("on hold"),
        "resolved": N_("resolved"),
        "closed": N_("closed"),
    },
    "brief": {
        "waiting": N_("waiting"),
        "on_hold": N_("on hold"),
        "resolved": N_("resolved"),
        "closed": N_("closed"),
    },
    "metric": {"first_response": N_("First reply"), "resolution": N_("Resolution")},
    "link": {
        "parent": N_("parent"),
        "child": N_("child"),
        "duplicate": N_("duplicate"),
        "original": N_("original"),
        "related": N_("related"),
    },
    "same": {"name": N_("same name"), "address": N_("same address")},
    "priority": {"low": N_("Low"), "normal": N_("Normal"), "high": N_("High"), "urgent": N_("Urgent")},
    "macro_verb": {
        "status": N_("Set status"),
        "assignee": N_("Assign to"),
        "team": N_("Move to team"),
        "priority": N_("Set priority"),
        "add_labels": N_("Add labels"),
        "remove_labels": N_("Remove labels"),
        "fields": N_("Fill in"),
        "resolve_as": N_("Resolve, outcome"),
        "snooze": N_("Snooze"),
        "note": N_("Write a note"),
    },
    "snooze": {
        "reply": N_("until the customer writes"),
        "hour": N_("for 1 hour"),
        "4hours": N_("for 4 hours"),
        "tomorrow": N_("until tomorrow at 9:00"),
        "monday": N_("until Monday at 9:00"),
        "week": N_("for a week"),
    },
    "field": {
        "text": N_("text"),
        "number": N_("number"),
        "date": N_("date"),
        "choice": N_("choice"),
        "checkbox": N_("yes or no"),
        "regex": N_("text of a given form"),
    },
    "colour": {
        "grey": N_("grey"),
        "red": N_("red"),
        "orange": N_("orange"),
        "yellow": N_("yellow"),
        "green": N_("green"),
        "teal": N_("teal"),
        "blue": N_("blue"),
        "purple": N_("purple"),
        "pink": N_("pink"),
    },
}
