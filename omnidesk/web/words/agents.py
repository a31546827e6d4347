"""Who works here, whether they are there, and what they are told."""

from omnidesk.web.words.marking import N_, Words

WORDS: Words = {
    "role": {
        "admin": N_("Administrator"),
        "supervisor": N_("Supervisor"),
        "agent": N_("Agent"),
        "viewer": N_("Viewer"),
    },
    "presence": {
        "online": N_("online"),
        "away": N_("away"),
        "busy": N_("busy"),
        "off": N_("off"),
    },
    "presence_means": {
        "online": N_("gets cases and notices"),
        "away": N_("at work, but not at the desk"),
        "busy": N_("gets no new cases"),
        "off": N_("no cases, no notices"),
    },
    "notice_kind": {
        "assigned": N_("A case is given to me"),
        "mention": N_("A colleague mentions me"),
        "handoff": N_("The bot hands a case to my team"),
        "wrote": N_("A customer writes on my case"),
        "not_sent": N_("A reply of mine that waited is not sent"),
        "sla": N_("My case is due soon or overdue"),
        "sending": N_("An inbox can't send (administrators)"),
    },
    "notice_mail": {
        "off": N_("no"),
        "once": N_("at once"),
        "digest": N_("in the digest"),
    },
    "rhythm": {
        "quarter": N_("every 15 minutes"),
        "hourly": N_("every hour"),
        "daily": N_("daily at 9"),
    },
    "weekday": {
        "0": N_("Mon"),
        "1": N_("Tue"),
        "2": N_("Wed"),
        "3": N_("Thu"),
        "4": N_("Fri"),
        "5": N_("Sat"),
        "6": N_("Sun"),
    },
    "notice": {
        "assigned": N_("{actor} gave you #{number}"),
        "assigned_by_nobody": N_("#{number} was given to you"),
        "mention": N_("{actor} mentioned you on #{number}"),
        "handoff": N_("The bot handed #{number} to your team"),
        "wrote": N_("{contact} wrote on #{number}"),
        "not_sent": N_("Your reply on #{number} was not sent"),
        "sla": N_("#{number} needs you"),
        "sending": N_("Messages of {inbox} do not go out"),
        "sla_warning": N_("#{number} is due in {time}"),
        "sla_warned": N_("#{number} was nearly due"),
        "sla_breached": N_("#{number} is overdue"),
    },
}
