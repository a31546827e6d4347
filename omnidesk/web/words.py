"""What codes are called in front of people; English here, Turkish in the catalogue."""

from collections.abc import Mapping
from gettext import NullTranslations


def N_(text: str) -> str:  # noqa: N802 (gettext's own name for "to be translated later")
    """Mark a text for the catalogue."""
    return text


WORDS: Mapping[str, Mapping[str, str]] = {
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
    "channel": {
        "email": N_("email"),
        "sms": N_("SMS"),
        "webchat": N_("web chat"),
        "telegram": N_("Telegram"),
        "whatsapp": N_("WhatsApp"),
        "api": N_("API"),
        "form": N_("form"),
        "phone": N_("phone"),
    },
    "address": {
        "email": N_("Email"),
        "sms": N_("SMS"),
        "webchat": N_("Web chat"),
        "telegram": N_("Telegram"),
        "whatsapp": N_("WhatsApp"),
        "api": N_("API"),
        "form": N_("Form"),
        "phone": N_("Phone"),
    },
    "reply": {
        "email": N_("Reply by email"),
        "sms": N_("Reply by SMS"),
        "webchat": N_("Reply in web chat"),
        "telegram": N_("Reply by Telegram"),
        "whatsapp": N_("Reply by WhatsApp"),
        "api": N_("Reply by API"),
        "*": N_("Reply by {code}"),
    },
    "opened": {
        "email": N_("opened by email"),
        "sms": N_("opened by SMS"),
        "webchat": N_("opened by web chat"),
        "telegram": N_("opened by Telegram"),
        "whatsapp": N_("opened by WhatsApp"),
        "api": N_("opened through the API"),
        "form": N_("opened by form"),
        "phone": N_("opened by phone"),
        "*": N_("opened by {code}"),
    },
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
    "delivery": {
        "scheduled": N_("scheduled"),
        "queued": N_("in the queue"),
        "sending": N_("being sent"),
        "sent": N_("sent"),
        "delivered": N_("delivered"),
        "read": N_("read"),
        "failed": N_("not sent"),
        "cancelled": N_("cancelled"),
    },
    "failure": {
        "hard": N_("there is no such address. Ask for another one, or go on by another channel."),
        "soft": N_("the other side could not be reached for too long. Try again later."),
        "policy": N_(
            "the other side did not want this message. Look at its words: shorten it, leave out files, or ask your "
            "administrator whether we are blocked there."
        ),
        "full": N_("the mailbox is full. Try again in a few days, or go on by another channel."),
    },
    "send": {
        "email": N_("Send by email"),
        "sms": N_("Send by SMS"),
        "webchat": N_("Send in web chat"),
        "telegram": N_("Send by Telegram"),
        "whatsapp": N_("Send by WhatsApp"),
        "*": N_("Send by {code}"),
    },
    "stopped_reply": {
        "customer_wrote": N_("the customer wrote first"),
        "resolved": N_("the case was resolved"),
        "merged": N_("the case was merged into another one"),
        "stopped": N_("the person asked for no more messages here (STOP)"),
        "not_found": N_("its agent may not see this case any more"),
        "not_allowed": N_("its agent may not answer any more"),
        "*": N_("it could not be sent as it is"),
    },
    "loop": {
        "address": N_("Too many automatic messages to this address in an hour"),
        "case": N_("Too many automatic messages on one case in a day"),
        "repeats": N_("It says the same again and again"),
        "own": N_("It is an inbox of this desk"),
    },
    "metric": {"first_response": N_("First reply"), "resolution": N_("Resolution")},
    "priority": {"low": N_("Low"), "normal": N_("Normal"), "high": N_("High"), "urgent": N_("Urgent")},
    "macro_verb": {
        "status": N_("Set status"),
        "assignee": N_("Assign to"),
        "team": N_("Move to team"),
        "priority": N_("Set priority"),
        "add_labels": N_("Add labels"),
        "remove_labels": N_("Remove labels"),
        "note": N_("Write a note"),
    },
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
        "sla": N_("My case is due soon or overdue"),
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
        "sla": N_("#{number} needs you"),
        "sla_warning": N_("#{number} is due soon"),
        "sla_breached": N_("#{number} is overdue"),
    },
    "handoff": {
        "asked": N_("the customer asked for a person"),
        "fallback": N_("the bot did not understand"),
        "flow": N_("the bot has done its part"),
        "failed": N_("the bot failed"),
        "stopped": N_("the customer wants no automatic messages"),
        "loop": N_("automatic messages would go in circles"),
    },
    "error": {
        "no_browser": N_("No browser of yours is told yet. Turn notices on in this browser first."),
        "not_pushed": N_("The push service did not take it. Try again in a minute."),
        "quiet_half": N_("Quiet hours need a beginning and an end. Give both, or none."),
        "quiet_equal": N_("Quiet hours begin and end at the same time. Choose another end."),
        "somebody_wrote": N_("Somebody wrote since you last looked. Read it first, or send anyway."),
        "stopped": N_(
            "This person asked for no more messages here (STOP). Use another address of theirs, or wait until they "
            "write START."
        ),
        "draft_changed": N_("Another window of yours has changed this draft. Take over its text, or keep yours."),
        "sent_already": N_("This reply was sent meanwhile, or taken back in another window."),
        "stopped_reply": N_("This reply was stopped. Look at it, then send it again."),
        "not_your_reply": N_("Only who wrote this reply can take it back or send it now."),
        "wrong_time": N_("Choose a date and a time that is still to come, within a year."),
        "no_way": N_("The person can't be reached at this address. Choose another way."),
        "no_copies": N_("Messages of this channel go to one person alone. Leave Cc and Bcc empty."),
        "too_many_copies": N_("A message is copied to at most {most} people. Leave some of them out."),
        "no_address": N_("{address} is no address. Write one such as name@example.com."),
        "own_address": N_("{address} is an inbox of this desk, which has this case already. Leave it out."),
        "copy_stopped": N_("{address} asked for no more messages (STOP). Leave it out."),
        "copy_fails": N_("Nothing arrives at {address}: {failure}. Leave it out, or correct it."),
        "too_large": N_("The file is too large. Send a smaller one, or a link to it."),
        "expired": N_("This link has expired. Ask for a new one."),
        "hidden_cases": N_("Cases of a closed team would move along. Ask one of its members or an administrator."),
        "moved_on": N_("This address has moved on since. Reload the page to see where it is now."),
        "same_contact": N_("This address belongs to this contact already. Choose another one."),
        "no_other_address": N_(
            "Cases of this person would be left without an address to be answered at. Link another address to the "
            "person first, then undo."
        ),
        "merged_contact": N_("This contact was merged into another one. Choose that one."),
        "macro_moved_on": N_(
            "The case was changed since the macro; nothing was undone. Change back what you need by hand."
        ),
        "signed_out": N_("Your page has lost its session. Reload it and sign in again."),
    },
    "status": {
        "400": N_("The server did not understand this request. Reload the page and try again."),
        "401": N_("Sign in to go on."),
        "403": N_("You may not do this. Ask an administrator if you need to."),
        "404": N_("It is not here, or not for you. Check the address, or go back to the inbox."),
        "405": N_("This can't be done here. Reload the page and try again."),
        "409": N_("Somebody changed this since you looked. Reload the page and try again."),
        "413": N_("That is too large. Send less at once."),
        "422": N_("Something in the form is not right. Check it and try again."),
        "429": N_("That was too often. Wait a minute, then try again."),
        "500": N_("Something went wrong on our side. Try again; if it stays, tell your administrator."),
    },
}
"""Kind → code → English; `*` stands for any other code, since channels come from outside too."""


def in_words(catalogue: NullTranslations, kind: str, code: object) -> str:
    """A code in the catalogue's language; one that nobody named shows itself."""
    words = WORDS[kind]
    text = words.get(str(code)) or words.get("*", "{code}")
    return catalogue.gettext(text).format(code=code)
