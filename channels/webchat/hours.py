"""When somebody is there, in words: "We answer on Monday at 09:00", in the visitor's language and time zone."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_date

from channels.webchat.words import words
from omnidesk.contract.channel import Opening
from omnidesk.text.catalogues import language_of

_WEEK = 7


def zone(name: str) -> tzinfo | None:
    """The time zone of this name; None where there is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def hours_form(opening: Opening, now: datetime, language: str | None, zone: tzinfo | None) -> dict[str, Any]:
    """The hours as JSON; without a zone of the visitor's, times are in the desk's."""
    at = opening.opens_at
    text = "" if opening.open else _text(at.astimezone(zone or at.tzinfo) if at else None, now, language)
    return {"open": opening.open, "opens_at": at.isoformat() if at else None, "text": text}


def _text(at: datetime | None, now: datetime, language: str | None) -> str:
    texts = words(language)
    if at is None:
        return texts["closed"]
    days = (at.date() - now.astimezone(at.tzinfo).date()).days
    return texts[_key(days)].format(**_parts(at, language_of(language)))


def _key(days: int) -> str:
    if days <= 0:
        return "opens_today"
    if days == 1:
        return "opens_tomorrow"
    return "opens_weekday" if days < _WEEK else "opens_later"


def _parts(at: datetime, language: str) -> Mapping[str, str]:
    return {
        "time": f"{at:%H:%M}",
        "weekday": format_date(at, "EEEE", locale=language),
        "day": format_date(at, "d MMMM", locale=language),
    }
