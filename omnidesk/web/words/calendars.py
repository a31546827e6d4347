"""Words of calendars."""

from omnidesk.web.words.marking import N_, Words

WORDS: Words = {
    "day_kind": {
        "closed": N_("closed all day"),
        "yearly": N_("closed every year"),
        "hours": N_("other hours"),
    },
}
