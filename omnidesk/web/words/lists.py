"""What lists are of, sorted by and filtered by."""

from omnidesk.web.words.marking import N_, Words

WORDS: Words = {
    "view": {
        "mine": N_("Mine"),
        "unassigned": N_("Unassigned"),
        "all": N_("All open"),
        "mentions": N_("Mentions"),
        "risk": N_("SLA at risk"),
        "snoozed": N_("Snoozed"),
        "bot": N_("With the bot"),
        "resolved": N_("Resolved"),
    },
    "sort": {
        "newest": N_("Newest first"),
        "waiting": N_("Longest waiting first"),
        "due": N_("Next due first"),
        "risk": N_("Most urgent first"),
    },
    "condition": {
        "status": N_("Status"),
        "team": N_("Team"),
        "assignee": N_("Assignee"),
        "channel": N_("Channel"),
        "inbox": N_("Inbox"),
        "organization": N_("Organization"),
        "label": N_("Label"),
        "priority": N_("Priority"),
        "language": N_("Language"),
        "sla": N_("SLA"),
        "opened": N_("Opened"),
        "written": N_("Last written"),
        "text": N_("Words"),
        "*": N_("{code}"),
    },
    "sla_state": {"at_risk": N_("at risk"), "breached": N_("overdue"), "in_time": N_("in time")},
    "span": {
        "today": N_("today"),
        "7d": N_("in the last 7 days"),
        "30d": N_("in the last 30 days"),
        "*": N_("{code}"),
    },
    "checkbox": {"true": N_("Yes")},
    "whose": {"me": N_("me"), "nobody": N_("nobody")},
}
