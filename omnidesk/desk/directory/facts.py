"""Facts of a person as people and programs say them: each in its proper form, or refused with what would do."""

import zoneinfo
from collections.abc import Collection
from functools import cache
from typing import Any, TypedDict

from babel import Locale

from omnidesk.errors import Invalid

LONGEST_NAME = 200
LONGEST_REGION = 100
LONGEST_NOTES = 10_000


class Facts(TypedDict, total=False):
    """What is known of a person; what is not named stays. `fields`: those that change, None removes one."""

    name: str
    language: str | None
    time_zone: str | None
    region: str
    preferred_channel: str | None
    notes: str
    organization_id: int | None
    fields: dict[str, Any]


def check(facts: Facts, channels: Collection[str]) -> None:
    """Raise Invalid, naming the field, for what can't be. `channels`: those on which the person has an address."""
    must_be_short("name", facts.get("name", ""), LONGEST_NAME)
    must_be_short("region", facts.get("region", ""), LONGEST_REGION)
    must_be_short("notes", facts.get("notes", ""), LONGEST_NOTES)
    language, zone, channel = (facts.get(name) for name in ("language", "time_zone", "preferred_channel"))
    if language is not None and language not in languages():
        raise wrong("language", f"{language} is no language; write its code of ISO 639, such as tr", "not_language")
    if zone is not None and zone not in time_zones():
        raise wrong("time_zone", f"there is no time zone {zone}; write one like Europe/Istanbul", "not_zone", said=zone)
    if channel is not None and channel not in channels:
        known = f"choose one of {', '.join(sorted(channels))}" if channels else "add one first"
        raise wrong("preferred_channel", f"the person has no address on {channel}; {known}", "not_channel")


def must_be_short(field: str, text: str, longest: int) -> None:
    """Raise Invalid for a text that is too long."""
    if len(text) > longest:
        raise wrong(field, f"is longer than {longest} characters; shorten it", "too_long", longest=longest)


def wrong(field: str, message: str, code: str, **values: object) -> Invalid:
    """What is wrong with a fact, and what would do."""
    return Invalid(f"{field}: {message}.", code=code, fields={field: message}, values=values)


@cache
def languages() -> frozenset[str]:
    """The codes of languages: of two letters where there is one, else of three."""
    codes = map(str, Locale("en").languages)
    return frozenset(code for code in codes if code.isalpha() and len(code) in (2, 3))


@cache
def time_zones() -> frozenset[str]:
    """The names of time zones. Read once: it takes a look at hundreds of files."""
    return frozenset(zoneinfo.available_timezones())
