"""Header values: message ids and dates, however broken. Nothing here raises."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

from channels.email.mime.charsets import storable
from channels.email.mime.words import LONGEST

_MOST_IDS = 50
_ID = re.compile(r"<([^<>]{1,998})>")


def message_ids(value: str) -> tuple[str, ...]:
    """Message ids without angle brackets, in order, each once; those without brackets if there are no others."""
    found = _ID.findall(value) or _unbracketed(value)
    ids = ("".join(storable(text).split()) for text in found)
    return first_of_each(text for text in ids if text)


def _unbracketed(value: str) -> list[str]:
    words = [word.strip("<>[](),;\"'") for word in value[:LONGEST].split()]
    return [word for word in words if "@" in word] or (words if len(words) == 1 else [])


def first_of_each(ids: Iterator[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The ids without repetitions, and not more than anyone needs."""
    return tuple(dict.fromkeys(ids))[:_MOST_IDS]


def date(value: str) -> datetime | None:
    """When a mail says it was written; without a zone it is UTC. None for what is no date, or one of no clock."""
    text = _tidy(value.strip()[:200])
    moment = _rfc_date(text) or _iso_date(text) or _day_first(text)
    if moment is None or not 1970 <= moment.year < 9999:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _tidy(text: str) -> str:
    """What programs do to RFC 5322 §3.3: comments, quotes, `GMT+3`, `+03:00`, leap seconds, years since 1900."""
    text = re.sub(r"\([^()]*\)", " ", text).replace('"', " ")
    text = re.sub(r"\b(?:GMT|UTC)([+-])(\d{1,2}):?(\d\d)?\b", lambda m: f"{m[1]}{m[2]:0>2}{m[3] or '00'}", text)
    text = re.sub(r"(?<=\d )([+-]\d\d):(\d\d)\b", r"\1\2", text)
    text = re.sub(r"(:\d\d:)60\b", r"\g<1>59", text)
    text = re.sub(r"\b(1[0-2]|0?[1-9])((?::\d\d){1,2}) ?([AP])M\b", _on_24_hours, text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=[a-z] )1(\d\d)(?= \d)", r"20\1", text)
    return re.sub(r"^[^\W\d]+\.?,?\s+(?=\d{1,2}[ -][^\W\d])|[^\W\d]{3,}", _english, " ".join(text.split()))


def _on_24_hours(clock: re.Match[str]) -> str:
    hour = int(clock[1]) % 12 + (12 if clock[3] in "pP" else 0)
    return f"{hour:02}{clock[2]}"


def _english(word: re.Match[str]) -> str:
    """Days are left out, they may lie; months of our neighbours become English."""
    if word[0][-1].isspace():
        return ""
    return _MONTHS.get(word[0][:3].lower(), word[0])


_MONTHS = {
    "oca": "Jan", "şub": "Feb", "nis": "Apr", "haz": "Jun", "tem": "Jul", "ağu": "Aug", "eyl": "Sep", "eki": "Oct",
    "kas": "Nov", "ara": "Dec", "mär": "Mar", "mai": "May", "okt": "Oct", "dez": "Dec", "fév": "Feb", "avr": "Apr",
    "aoû": "Aug", "déc": "Dec", "ene": "Jan", "abr": "Apr", "ago": "Aug", "dic": "Dec",
}  # fmt: skip
"""Turkish, German, French, Spanish: only what differs from English."""


def _rfc_date(text: str) -> datetime | None:
    try:
        found = parsedate_tz(text)
        if found is None:
            return None
        zone = timezone(timedelta(seconds=found[9])) if found[9] is not None else UTC
        return datetime(*found[:6], tzinfo=zone)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _iso_date(text: str) -> datetime | None:
    iso = re.sub(r"\s+(?=[+-]\d{4}$)", "", re.sub(r"^(\d{4})/(\d\d)/(\d\d)", r"\1-\2-\3", text))
    try:
        return datetime.fromisoformat(iso)
    except ValueError:
        return None


def _day_first(text: str) -> datetime | None:
    """`16.11.2026 09:12:44`, `16 Nov 2026`, `Nov 16, 2026 09:12:44 +0300`."""
    for form in ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d %b %Y", "%b %d, %Y %H:%M:%S %z"):
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        except ValueError:
            continue
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return None
