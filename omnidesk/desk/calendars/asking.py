"""Questions about a schedule as programs ask them: a JSON document each, and so are the answers. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta, tzinfo
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from omnidesk.desk.calendars.working_time import Pause
from omnidesk.desk.calendars.written import why, working_time
from omnidesk.errors import Invalid


class _Question(BaseModel):
    """What both ask. Times without an offset are local ones of the schedule."""

    schedule: dict[str, Any]
    start: datetime
    pauses: tuple[tuple[datetime, datetime | None], ...] = ()

    def paused(self, zone: tzinfo) -> list[Pause]:
        return [(_aware(begin, zone), None if end is None else _aware(end, zone)) for begin, end in self.pauses]


class DueQuestion(_Question):
    """When so much working time has passed; None where a running pause stops the clock."""

    op: Literal["due"] = "due"
    duration: timedelta

    def answer(self) -> dict[str, Any]:
        """Reckon. Raises Invalid."""
        hours = working_time(self.schedule)
        zone = hours.schedule.zone
        due = hours.due(_aware(self.start, zone), self.duration, self.paused(zone))
        return {"due": None if due is None else due.astimezone(zone).isoformat()}


class ElapsedQuestion(_Question):
    """How much working time has passed."""

    op: Literal["elapsed"] = "elapsed"
    end: datetime

    def answer(self) -> dict[str, Any]:
        """Reckon. Raises Invalid."""
        hours = working_time(self.schedule)
        zone = hours.schedule.zone
        seconds = hours.elapsed(_aware(self.start, zone), _aware(self.end, zone), self.paused(zone)).total_seconds()
        return {"seconds": int(seconds) if seconds.is_integer() else seconds}


_QUESTION: TypeAdapter[DueQuestion | ElapsedQuestion] = TypeAdapter(
    Annotated[DueQuestion | ElapsedQuestion, Field(discriminator="op")]
)


def answer(line: bytes) -> dict[str, Any]:
    """Answer one line; whatever it holds, what is wrong with it is an answer too."""
    try:
        return _QUESTION.validate_json(line, strict=True).answer()
    except ValidationError as error:
        return {"error": _told(error)}
    except Invalid as error:
        return {"error": error.message}


def ask(values: Mapping[str, Any]) -> dict[str, Any]:
    """Answer what was put together from words on a command line. Raises Invalid."""
    try:
        return _QUESTION.validate_python(values).answer()
    except ValidationError as error:
        raise Invalid(_told(error)) from None


def _told(error: ValidationError) -> str:
    found = error.errors()
    if found[0]["type"].startswith("union_tag"):
        return f"op: must be due or elapsed, not {str(found[0].get('ctx', {}).get('tag', 'absent'))[:60]!r}"
    return "; ".join(": ".join(filter(None, (_field(one["loc"]), why(one)))) for one in found)


def _field(loc: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in loc if part not in ("due", "elapsed"))


def _aware(at: datetime, zone: tzinfo) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=zone)
