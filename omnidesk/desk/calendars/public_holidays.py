"""The public holidays of a country, computed for any year. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

PUBLIC, HALF_DAY = "public", "half_day"
NOON_AND_AN_HOUR = 13 * 60
_YEARS_KEPT = 2048


@dataclass(frozen=True, slots=True)
class Named:
    """A holiday, and whether it takes half of its day only."""

    name: str
    half: bool = False


@dataclass(frozen=True, slots=True)
class PublicHolidays:
    """Which holidays count: of a country (ISO 3166), perhaps of a part of it, in these categories of the library.

    `half_days_until`: when work ends on a half day, in minutes; 0 = half days count as others.
    """

    country: str
    subdivision: str | None = None
    categories: tuple[str, ...] = (PUBLIC,)
    half_days_until: int = NOON_AND_AN_HOUR

    def is_full(self, day: date) -> bool:
        """Whether the whole date is a holiday."""
        return (found := self._year(day.year).get(day)) is not None and not found.half

    def is_half(self, day: date) -> bool:
        """Whether work ends early on this date."""
        return (found := self._year(day.year).get(day)) is not None and found.half

    def of(self, year: int, language: str = "en") -> Mapping[date, Named]:
        """The holidays of a year with their names, in their order."""
        return dict(sorted(_holidays_of(self, year, language).items()))

    def _year(self, year: int) -> Mapping[date, Named]:
        return _holidays_of(self, year, "")


@lru_cache(maxsize=_YEARS_KEPT)
def _holidays_of(which: PublicHolidays, year: int, language: str) -> Mapping[date, Named]:
    found: dict[date, Named] = {}
    if which.half_days_until and HALF_DAY in supported_categories(which.country):
        found |= {day: Named(name, half=True) for day, name in _library(which, year, language, (HALF_DAY,))}
    found |= {day: Named(name) for day, name in _library(which, year, language, which.categories)}
    return found


def _library(
    which: PublicHolidays, year: int, language: str, categories: tuple[str, ...]
) -> Iterator[tuple[date, str]]:  # fmt: skip
    import holidays  # slow to import, and most programs need no holidays

    spoken = _language(which.country, language) if language else None
    yield from holidays.country_holidays(
        which.country, subdiv=which.subdivision, years=year, categories=categories, language=spoken
    ).items()  # fmt: skip


@lru_cache(maxsize=_YEARS_KEPT)
def _country(code: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    import holidays

    found = holidays.country_holidays(code)
    return tuple(found.supported_categories), tuple(found.supported_languages), tuple(found.subdivisions)


def supported_categories(country: str) -> tuple[str, ...]:
    """The categories of holidays that are known of a country."""
    return _country(country)[0]


def subdivisions(country: str) -> tuple[str, ...]:
    """The parts of a country with holidays of their own."""
    return _country(country)[2]


def _language(country: str, language: str) -> str | None:
    """The library's name of a language, where it has this country's holidays in it."""
    known = _country(country)[1]
    near = (name for name in (language, *sorted(known)) if name in known and name.split("_")[0] == language)
    return next(near, None)


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    """The countries whose holidays are known, by their ISO codes."""
    import holidays

    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))
