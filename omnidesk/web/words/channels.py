"""Ways of talking, and what became of messages."""

from omnidesk.web.words.marking import N_, Words

WORDS: Words = {
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
    "send": {
        "email": N_("Send by email"),
        "sms": N_("Send by SMS"),
        "webchat": N_("Send in web chat"),
        "telegram": N_("Send by Telegram"),
        "whatsapp": N_("Send by WhatsApp"),
        "*": N_("Send by {code}"),
    },
    "call_direction": {
        "inbound": N_("Incoming call"),
        "outbound": N_("Outgoing call"),
    },
    "call_outcome": {
        "answered": N_("answered"),
        "no_answer": N_("no answer"),
        "voicemail": N_("voicemail"),
        "callback": N_("wants to be called back"),
        "wrong_number": N_("wrong number"),
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
        "stopped": N_(
            "the person ended our messages here (STOP). Go on by another channel, or wait until they write START."
        ),
        "full": N_("the mailbox is full. Try again in a few days, or go on by another channel."),
    },
    "point_failure": {
        "no_answers": N_("a name or a short code: it sends messages and takes none"),
    },
    "stopped_reply": {
        "customer_wrote": N_("the customer wrote first"),
        "agent_replied": N_("a colleague has answered since"),
        "resolved": N_("the case was resolved"),
        "merged": N_("the case was merged into another one"),
        "spam": N_("the case was marked as spam"),
        "hard": N_("nothing arrives at this address"),
        "stopped": N_("the person asked for no more messages here (STOP)"),
        "window_over": N_("the person wrote too long ago to be answered freely"),
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
    "handoff": {
        "asked": N_("the customer asked for a person"),
        "fallback": N_("the bot did not understand"),
        "flow": N_("the bot has done its part"),
        "failed": N_("the bot failed"),
        "stopped": N_("the customer wants no automatic messages"),
        "loop": N_("automatic messages would go in circles"),
    },
}
