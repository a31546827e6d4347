"""Why a message is in quarantine, where the words are ours: with what stands at {n} left as it is."""

import re
from collections.abc import Callable, Sequence
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
    N_("not a form in {n}"),
    N_("not JSON"),
    N_("not an object of JSON"),
    N_("not the parts of a message"),
    N_("not a message of {n} is missing"),
    N_("this came by {n}, not by SMS; take this inbox's URL out of that sender"),
    N_("this came by {n}, not by SMS; take this inbox's URL out of that sender there"),
    N_("nothing says how messages of {n} are read; describe them"),
    N_("nothing says how receipts of {n} are read; describe them"),
    N_("{n}: the receipt does not say which message it is for"),
    N_("{n} is no state that {n} is known for"),
    N_("{n} is no number of files"),
    N_("a button that only shows what was chosen"),
    N_("a live location that has moved on"),
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
            return _filled(gettext(text), found.groups())
    return said


def _filled(text: str, values: Sequence[str]) -> str:
    parts = text.split("{n}")
    return "".join(part + value for part, value in zip(parts, (*values, ""), strict=True))


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    return [(text, re.compile(re.escape(text).replace(r"\{n\}", "(.+)"), re.DOTALL)) for text in REASONS]
