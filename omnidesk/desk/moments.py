"""Moments that are chosen by a name, such as tomorrow morning where the agent is."""

from datetime import UTC, datetime, timedelta, tzinfo

from omnidesk.errors import Invalid

NAMED = ("hour", "4hours", "tomorrow", "monday", "week")


def later(named: str, now: datetime, zone: tzinfo) -> datetime:
    """A moment to come: `hour`, `4hours`, `tomorrow`, `monday` (at nine), `week`, or a local date and time.

    Raises Invalid, which names the field.
    """
    here = now.astimezone(zone)
    nine = here.replace(hour=9, minute=0, second=0, microsecond=0)
    if named in ("hour", "4hours"):
        return now + timedelta(hours=1 if named == "hour" else 4)
    if named == "tomorrow":
        return (nine + timedelta(days=1)).astimezone(UTC)
    if named == "week":
        return now + timedelta(days=7)
    if named == "monday":
        return (nine + timedelta(days=7 - here.weekday())).astimezone(UTC)
    try:
        return datetime.fromisoformat(named).replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Invalid(
            "Give a date and a time, such as 2026-01-31T09:00.", code="wrong_time", fields={"later": "unreadable"}
        ) from error
