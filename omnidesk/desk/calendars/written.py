"""A schedule as it is written down: in files, in rows, on the command line. Pure."""

import json
import re
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from omnidesk.desk.calendars import public_holidays
from omnidesk.desk.calendars.public_holidays import PUBLIC, PublicHolidays
from omnidesk.desk.calendars.schedule import DAY, Hours, Interval, Schedule
from omnidesk.desk.calendars.working_time import WorkingTime
from omnidesk.errors import Invalid

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK: tuple[Weekday, ...] = get_args(Weekday)
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)|24:00")
_YEARLY = re.compile(r"\d\d-\d\d")
_PREPARED = 64
_HINTS = {"datetime": "; write it as 2026-11-27T16:50:00+03:00", "time_delta": "; write it as PT4H"}


def _time(value: Any) -> Any:
    """Times unquoted in YAML come as minutes: there 18:00 is a number to the base of 60."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= DAY:
        value = f"{value // 60:02}:{value % 60:02}"
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError(f"{value!r} is no time of day; write it as 09:00, from 00:00 to 24:00")
    return value.rjust(5, "0")


def _a_start(value: str) -> str:
    if value == "24:00":
        raise ValueError("24:00 ends a day and can't begin one; write 00:00 of the next day")
    return value


def _an_end(value: str) -> str:
    return "24:00" if value == "00:00" else value


def _yearly(value: str) -> str:
    try:
        if not _YEARLY.fullmatch(value):
            raise ValueError
        date.fromisoformat(f"2024-{value}")
    except ValueError:
        raise ValueError(f"{value!r} is no day of a year; write month and day, as 04-23") from None
    return value


def _a_zone(name: str) -> str:
    try:
        return ZoneInfo(name).key if name else name
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}; name one such as Europe/Istanbul") from None


Start = Annotated[str, AfterValidator(_a_start), BeforeValidator(_time)]
End = Annotated[str, AfterValidator(_an_end), BeforeValidator(_time)]
Zone = Annotated[str, AfterValidator(_a_zone)]
Pairs = Annotated[tuple[tuple[Start, End], ...], Field(max_length=48)]


class WrittenHolidays(BaseModel):
    """A country's public holidays. `half_days_until`: when work ends on its half days; None = they are whole days."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    country: str
    subdivision: str | None = None
    categories: tuple[str, ...] = (PUBLIC,)
    half_days_until: End | None = "13:00"

    @model_validator(mode="after")
    def _are_known(self) -> Self:
        if self.country not in public_holidays.countries():
            raise ValueError(f"country: no holidays are known of {self.country!r}; name an ISO code such as TR")
        for name, value, known in (
            ("subdivision", (self.subdivision,), (None, *public_holidays.subdivisions(self.country))),
            ("categories", self.categories, public_holidays.supported_categories(self.country)),
        ):
            if unknown := [one for one in value if one not in known]:
                known_ones = ", ".join(one for one in known if one) or "none"
                raise ValueError(f"{name}: {self.country} has no {unknown[0]!r}; known: {known_ones}")
        return self

    @property
    def meant(self) -> PublicHolidays:
        """The same, to reckon with."""
        until = minutes(self.half_days_until) if self.half_days_until else 0
        return PublicHolidays(self.country, self.subdivision, self.categories, until)


class WrittenSchedule(BaseModel):
    """Weekly hours in local time and what departs from them; see docs/calendars.md."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    timezone: Zone = ""
    hours: dict[Weekday, Pairs] = Field(default_factory=dict)
    always_open: bool = False
    holidays: Annotated[tuple[date, ...], Field(max_length=10_000)] = ()
    holidays_yearly: Annotated[tuple[Annotated[str, AfterValidator(_yearly)], ...], Field(max_length=366)] = ()
    overrides: Annotated[dict[date, Pairs], Field(max_length=10_000)] = Field(default_factory=dict)
    public_holidays: WrittenHolidays | None = None

    @model_validator(mode="after")
    def _has_a_zone(self) -> Self:
        if not self.timezone and not self.always_open:
            raise ValueError("timezone: is missing; name one such as Europe/Istanbul")
        return self

    @property
    def meant(self) -> Schedule:
        """The same, to reckon with."""
        return Schedule(
            zone=ZoneInfo(self.timezone or "UTC"),
            hours={WEEK.index(day): _hours(pairs) for day, pairs in self.hours.items()},
            always_open=self.always_open,
            holidays=frozenset(self.holidays),
            holidays_yearly=frozenset((int(day[:2]), int(day[3:])) for day in self.holidays_yearly),
            overrides={day: _hours(pairs) for day, pairs in self.overrides.items()},
            public=self.public_holidays.meant if self.public_holidays else None,
        )


def minutes(text: str) -> int:
    """Minutes after midnight of a time such as 09:30."""
    return int(text[:2]) * 60 + int(text[3:])


def _hours(pairs: tuple[tuple[str, str], ...]) -> Hours:
    return tuple(sorted(_interval(minutes(start), minutes(end)) for start, end in pairs))


def _interval(start: int, end: int) -> Interval:
    return Interval(start, end if end > start else end + DAY)


def read_schedule(values: Any) -> WrittenSchedule:
    """Check what was written. Raises Invalid with everything that is wrong."""
    try:
        return WrittenSchedule.model_validate(values)
    except ValidationError as error:
        wrong = {".".join(map(str, ("schedule", *one["loc"]))): why(one) for one in error.errors()}
        raise Invalid("; ".join(f"{field}: {why}" for field, why in wrong.items()), fields=wrong) from None


def why(problem: Any) -> str:
    """What a model has against a value, with the value."""
    kind, said = problem["type"], problem["msg"].removeprefix("Value error, ")
    if kind in ("value_error", "json_invalid"):
        return str(said)
    hint = next((hint for start, hint in _HINTS.items() if kind.startswith(start)), "")
    return f"{said}, not {str(problem['input'])[:60]!r}{hint}"


def working_time(values: Mapping[str, Any]) -> WorkingTime:
    """The working time of a written schedule, prepared once. Raises Invalid."""
    return _prepared(json.dumps(values, sort_keys=True))


@lru_cache(maxsize=_PREPARED)
def _prepared(text: str) -> WorkingTime:
    return WorkingTime(read_schedule(json.loads(text)).meant)
