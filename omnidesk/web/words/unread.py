"""Why a message is in quarantine, where the words are ours: with what stands at {n} left as it is."""

import re
from collections.abc import Callable
from functools import cache

from omnidesk.web.words.marking import N_

REASONS = (
    N_("an error of ours while processing it; it is in the log of the program"),
    N_("an error of ours while reading it; it is in the log of the program"),
    N_("it stopped the program twice"),
    N_("it does not say who sent it"),
    N_("reading it ended the process that read it"),
    N_("reading it takes more than {n} s"),
    N_("reading it takes more than {n} MB of memory"),
    N_("it names no sender"),
    N_("empty"),
    N_("larger than {n} MB"),
    N_("more than {n} parts"),
    N_("its parts are nested too deeply"),
    N_("more than {n} headers"),
    N_("not a form in UTF-8"),
    N_("not a message of Twilio: {n}"),
    N_("this came by {n}, not by SMS; take this inbox's URL out of that sender at Twilio"),
    N_("not a message of the API: {n} fields are wrong"),
    N_("not a message of the web chat: {n}"),
    N_("not an update of Telegram's"),
    N_("not an update of Telegram's: {n}"),
    N_("an update of a kind that we have no use for: {n}"),
    N_("not a message of Telegram's"),
    N_("a pressed button without its id"),
    N_("not from a private chat"),
    N_("a message that says nothing, such as a changed title"),
)


def reason(gettext: Callable[[str], str], said: str) -> str:
    """A reason in the reader's language; one that is not ours, such as a provider's, as it is."""
    for text, pattern in _patterns():
        if found := pattern.fullmatch(said):
            return gettext(text).format(n=found["n"] if "n" in found.groupdict() else "")
    return said


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(text, re.compile(re.escape(text).replace(r"\{n\}", "(?P<n>.+)"), re.DOTALL)) for text in REASONS]
