"""What all entries share, and the kinds of values in them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr

from omnidesk.desk.configuration.places import Loc, Place, place_of
from omnidesk.desk.setup import naming
from omnidesk.errors import Invalid

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

    _named_by: ClassVar[tuple[str, ...]] = ("slug",)

    _places: Mapping[Loc, Place] = PrivateAttr(default_factory=dict)
    _loc: Loc = PrivateAttr(default=())

    @property
    def key(self) -> str:
        """What names it among its kind."""
        return ".".join(str(getattr(self, name)) for name in self._named_by)

    @property
    def values(self) -> dict[str, Any]:
        """What it says, as JSON values."""
        return self.model_dump(mode="json")

    def standing_at(self, places: Mapping[Loc, Place], loc: Loc) -> None:
        """Keep in mind where it and its values stand."""
        self._places, self._loc = places, loc

    def place(self, *below: str | int) -> Place | None:
        """Where a value of it stands, or what it would stand in; None = it comes from no file."""
        return place_of(self._places, (*self._loc, *below))
