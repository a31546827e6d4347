"""What the files of a desk may say."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, field_validator, model_validator

from omnidesk.desk.configuration.places import Loc, Place, place_of
from omnidesk.desk.configuration.problems import Problems
from omnidesk.desk.macro_actions import checked
from omnidesk.desk.macros import shortcut_of
from omnidesk.desk.setup import dispositions, naming, patterns, statuses
from omnidesk.errors import Invalid
from omnidesk.store.models import Category, FieldKind, FieldSubject, Role
from omnidesk.text.folding import words

Language = Literal["en", "tr"]
Texts = dict[Language, str]


def _a_name(value: Texts) -> dict[str, str]:
    try:
        return naming.checked({str(language): text for language, text in value.items()})
    except Invalid as error:
        raise ValueError(error.message.removeprefix("name: ")) from error


OwnName = Annotated[Texts, AfterValidator(_a_name)]
Slug = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")


def _whole_seconds(value: timedelta) -> timedelta:
    if value.microseconds or not timedelta() <= value <= timedelta(days=3660):
        raise ValueError("must be whole seconds, from PT0S to ten years")
    return value


Duration = Annotated[timedelta, AfterValidator(_whole_seconds)]


class Entry(BaseModel):
    """One thing of a desk. Unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    _places: Mapping[Loc, Place] = PrivateAttr(default_factory=dict)
    _loc: Loc = PrivateAttr(default=())

    def standing_at(self, places: Mapping[Loc, Place], loc: Loc) -> None:
        """Keep in mind where it and its values stand."""
        self._places, self._loc = places, loc

    def place(self, *below: str | int) -> Place | None:
        """Where a value of it stands, or what it would stand in; None = it comes from no file."""
        return place_of(self._places, (*self._loc, *below))


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


class InboxEntry(Entry):
    """An account of a channel with the channel's own settings."""

    slug: str = Slug
    channel: str
    name: str
    enabled: bool = True
    team: str
    bot: str | None = None
    language: Language = "en"
    join: Literal["thread", "person", "new"] | None = None
    stop_words: tuple[str, ...] | None = None
    start_words: tuple[str, ...] | None = None
    reopen_days: int = Field(default=7, ge=0, le=3660)
    close_days: int = Field(default=14, ge=0, le=3660)
    settings: dict[str, Any] = Field(default_factory=dict)

    @field_validator("stop_words", "start_words")
    @classmethod
    def _folded(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if value is None else tuple(" ".join(words(text)) for text in value)

    @field_validator("close_days")
    @classmethod
    def _not_before_reopening_ends(cls, value: int, values: Any) -> int:
        if value < values.data.get("reopen_days", 0):
            raise ValueError("must not be smaller than reopen_days")
        return value


class FaqItem(Entry):
    """A question people ask, in both languages."""

    slug: str = Slug
    bot: str
    published: bool = True
    title: Texts
    questions: dict[Language, tuple[str, ...]]
    answer: Texts


class CannedReplyEntry(Entry):
    """A text that agents have ready; of no team: everybody's."""

    slug: str = Slug
    name: str = Field(min_length=1, max_length=120)
    shortcut: str = Field(default="", max_length=40)
    team: str | None = None
    text: Texts = Field(default_factory=dict)

    @field_validator("shortcut")
    @classmethod
    def _as_typed(cls, value: str) -> str:
        return shortcut_of(value)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(text.strip() for text in self.text.values()):
            raise ValueError("text: write it in at least one language, en or tr")
        return self


class MacroEntry(CannedReplyEntry):
    """What is done with a case in one stroke, and perhaps a text for the answer."""

    actions: tuple[dict[str, Any], ...] = Field(default=(), validate_default=True)

    @field_validator("actions")
    @classmethod
    def _are_known(cls, value: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
        return tuple(checked(value))

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.actions and not any(text.strip() for text in self.text.values()):
            raise ValueError("actions: add an action or a text")
        return self


class StatusEntry(Entry):
    """An own status; its category stays as it was made."""

    slug: str = Slug
    name: OwnName
    category: Category
    archived: bool = False

    @field_validator("slug")
    @classmethod
    def _is_no_category(cls, value: str) -> str:
        if value in list(Category):
            raise ValueError("is a category; choose another slug")
        return value

    @field_validator("category")
    @classmethod
    def _may_have_own_ones(cls, value: Category) -> Category:
        if value not in statuses.CATEGORIES:
            raise ValueError(f"has no own statuses; choose one of {', '.join(statuses.CATEGORIES)}")
        return value


class ChoiceEntry(Entry):
    """One of what a field of kind choice offers."""

    slug: str = Slug
    name: OwnName


class FieldEntry(Entry):
    """An own field; subject and kind stay as they were made."""

    subject: FieldSubject = FieldSubject.CASE
    slug: str = Slug
    name: OwnName
    kind: FieldKind
    choices: tuple[ChoiceEntry, ...] = Field(default=(), max_length=200)
    pattern: str = ""
    required_to_resolve: bool = False
    archived: bool = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if (self.kind == FieldKind.CHOICE) != bool(self.choices):
            raise ValueError("choices: a field of kind choice has some, no other has")
        if (self.kind == FieldKind.REGEX) != bool(self.pattern):
            raise ValueError("pattern: a field of kind regex has one, no other has")
        if self.pattern:
            try:
                patterns.check(self.pattern)
            except Invalid as error:
                raise ValueError(error.message) from error
        if len({choice.slug for choice in self.choices}) < len(self.choices):
            raise ValueError("choices: two have the same slug")
        if self.required_to_resolve and self.subject != FieldSubject.CASE:
            raise ValueError("required_to_resolve: is for fields of cases")
        return self


class LabelEntry(Entry):
    """A label that is offered."""

    name: str = Field(min_length=1, max_length=50)
    colour: Literal["", "red", "orange", "yellow", "green", "teal", "blue", "purple", "pink"] = ""
    archived: bool = False


class DispositionEntry(Entry):
    """Why a case ended."""

    slug: str = Slug
    name: OwnName
    archived: bool = False

    @field_validator("slug")
    @classmethod
    def _is_not_ours(cls, value: str) -> str:
        if value in dispositions.OURS:
            raise ValueError("is what the desk itself writes down; choose another slug")
        return value


class DeskFiles(BaseModel):
    """All that the files of a folder describe, and what is wrong in them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    teams: tuple[TeamEntry, ...] = ()
    agents: tuple[AgentEntry, ...] = ()
    sla_policies: tuple[SlaPolicyEntry, ...] = ()
    surveys: tuple[SurveyEntry, ...] = ()
    inboxes: tuple[InboxEntry, ...] = ()
    faq: tuple[FaqItem, ...] = ()
    canned_replies: tuple[CannedReplyEntry, ...] = ()
    macros: tuple[MacroEntry, ...] = ()
    statuses: tuple[StatusEntry, ...] = ()
    fields: tuple[FieldEntry, ...] = ()
    labels: tuple[LabelEntry, ...] = ()
    dispositions: tuple[DispositionEntry, ...] = ()

    _problems: Problems = PrivateAttr(default_factory=Problems)

    @model_validator(mode="after")
    def _each_is_there_once(self) -> Self:
        for kind, entries in self:
            names = Counter(key_of(entry) for entry in entries)
            if twice := [name for name, times in names.items() if times > 1]:
                raise ValueError(f"{kind}: {twice[0]} is there twice")
        return self

    @property
    def problems(self) -> Problems:
        """What is wrong, and so is not among the entries."""
        return self._problems

    def with_problems(self, problems: Problems) -> Self:
        """The same, with what is wrong."""
        self._problems = problems
        return self


@dataclass(frozen=True, slots=True)
class BotFile:
    """A bot's YAML text; `place` is where its head stands, if in a file."""

    slug: str
    name: str
    path: str
    text: str
    place: Place | None = None


def key_of(entry: Any) -> str:
    """What names an entry: its slug, an agent's e-mail, a label's name; a field's slug below what it is a field of."""
    if isinstance(entry, FieldEntry):
        return f"{entry.subject}.{entry.slug}"
    if isinstance(entry, LabelEntry):
        return entry.name
    return str(entry.email if isinstance(entry, AgentEntry) else entry.slug)
