"""What is promised to customers, and what they are asked afterwards."""

from datetime import timedelta
from typing import Any, Literal

from pydantic import field_validator

from omnidesk.desk.configuration.entries.entry import Duration, Entry, Language, Slug, Texts


class SlaPolicyEntry(Entry):
    """Promises, as ISO 8601 durations."""

    slug: str = Slug
    name: str
    first_response: Duration | None = None
    resolution: Duration | None = None


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
