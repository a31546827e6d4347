"""What is promised to customers, and what they are asked afterwards."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import TypeAdapter, field_validator
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.configuration.entry import Duration, Entry, Language, Slug, Texts
from omnidesk.desk.configuration.present import Present
from omnidesk.desk.configuration.writing import Writing
from omnidesk.store.models import SlaClock, SlaPolicy, Survey

_DURATION = TypeAdapter(timedelta)


class SlaPolicyEntry(Entry):
    """Promises, as ISO 8601 durations."""

    slug: str = Slug
    name: str
    first_response: Duration | None = None
    resolution: Duration | None = None
    clock: SlaClock = SlaClock.CALENDAR


class SurveyEntry(Entry):
    """A question after resolving."""

    slug: str = Slug
    name: str = ""
    kind: Literal["csat"] = "csat"
    enabled: bool = True
    delay: Duration = timedelta()
    expires: Duration = timedelta(days=14)
    ask_after_bot: bool = False
    question: Texts
    labels: dict[Language, tuple[str, str, str, str, str]]

    @field_validator("question", "labels")
    @classmethod
    def _in_both_languages(cls, value: dict[str, Any]) -> dict[str, Any]:
        if missing := {"en", "tr"} - value.keys():
            raise ValueError(f"is missing in {', '.join(sorted(missing))}")
        return value


async def read_policies(session: AsyncSession, present: Present) -> None:
    """All policies."""
    for row in await session.exec(select(SlaPolicy).order_by(col(SlaPolicy.slug))):
        times = {name: getattr(row, name) for name in ("first_response", "resolution")}
        promised = {name: None if value is None else timedelta(seconds=value) for name, value in times.items()}
        said = SlaPolicyEntry(slug=row.slug, name=row.name, clock=SlaClock(row.clock), **promised)
        present.put("sla_policies", row.slug, row, said)


async def read_surveys(session: AsyncSession, present: Present) -> None:
    """All surveys."""
    for row in await session.exec(select(Survey).order_by(col(Survey.slug))):
        said = SurveyEntry(
            slug=row.slug, name=row.name, kind="csat", enabled=row.enabled, delay=timedelta(seconds=row.delay),
            expires=timedelta(seconds=row.expires), ask_after_bot=row.ask_after_bot, **row.texts,
        )  # fmt: skip
        present.put("surveys", row.slug, row, said)


def write_policy(writing: Writing, key: str, values: dict[str, Any]) -> None:
    """One policy."""
    times = {name: _seconds(values[name]) for name in ("first_response", "resolution")}
    writing.put("sla_policies", key, SlaPolicy, {**values, **times})


def write_survey(writing: Writing, key: str, values: dict[str, Any]) -> None:
    """One survey."""
    texts = {name: values.pop(name) for name in ("question", "labels")}
    times = {name: _seconds(values[name]) for name in ("delay", "expires")}
    writing.put("surveys", key, Survey, {**values, **times, "texts": texts})


def _seconds(text: str | None) -> int | None:
    return None if text is None else int(_DURATION.validate_python(text).total_seconds())
