"""Teams and agents."""

from pydantic import Field, field_validator

from omnidesk.desk.configuration.entries.entry import Entry, Language, Slug
from omnidesk.store.models import Role


class TeamEntry(Entry):
    """A team."""

    slug: str = Slug
    name: str
    closed: bool = False


class AgentEntry(Entry):
    """An agent; passwords never stand in files."""

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    name: str
    role: Role = Role.AGENT
    teams: tuple[str, ...] = ()
    language: Language = "en"
    active: bool = True

    @field_validator("email")
    @classmethod
    def _in_small_letters(cls, value: str) -> str:
        return value.lower()

    @field_validator("teams")
    @classmethod
    def _each_once_in_order(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(value)))
