"""What an operator sets for a form."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from yarl import URL

from omnidesk.contract.channel import ChannelSettings
from omnidesk.text.catalogues import LANGUAGES

Kind = Literal["text", "long", "email", "phone", "number", "date", "choice", "checkbox"]
_KINDS: dict[str, Kind] = {"email": "email", "phone": "phone", "message": "long"}
KNOWN = ("name", "email", "phone", "subject", "message")
"""Fields that say who writes and what; others are written below the message."""


def _of_our_languages(texts: dict[str, str]) -> dict[str, str]:
    if wrong := texts.keys() - set(LANGUAGES):
        raise ValueError(f"{sorted(wrong)[0]!r} is not one of the languages {', '.join(LANGUAGES)}")
    return texts


Texts = Annotated[dict[str, str], AfterValidator(_of_our_languages)]
"""A text by its language; English stands in for another one that is missing."""


class FormField(BaseModel):
    """One field. `name` is one of `KNOWN`, or an own one, which needs a label."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[a-z][a-z0-9_-]{0,40}$")
    label: Texts = {}
    kind: Kind = "text"
    required: bool = False
    choices: tuple[str, ...] = Field(default=(), max_length=100)

    @model_validator(mode="before")
    @classmethod
    def _kind_of_known(cls, values: dict[str, object]) -> dict[str, object]:
        name = values.get("name")
        return {"kind": _KINDS[name], **values} if isinstance(name, str) and name in _KINDS else values

    @model_validator(mode="after")
    def _fits(self) -> "FormField":
        if self.name not in KNOWN and not self.label:
            raise ValueError(f"the field {self.name} needs a label, such as {{en: Order, tr: Sipariş}}")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(f"the field {self.name}: a field of the kind choice, and no other, has choices")
        return self


_DEFAULT = (
    FormField(name="name"), FormField(name="email", required=True), FormField(name="subject"),
    FormField(name="message", required=True),
)  # fmt: skip


class FormSettings(ChannelSettings):
    """The settings of one form."""

    title: Texts = Field(default={})
    intro: Texts = Field(default={})
    """What stands above the fields."""
    thanks: Texts = Field(default={})
    """What happens next, on the page after sending."""
    fields: tuple[FormField, ...] = Field(default=_DEFAULT, min_length=1, max_length=30)
    answer_by: str = ""
    """The email inbox (its slug) that answers; the form then needs a required field `email`."""
    files: int = Field(default=3, ge=0, le=10)
    """How many files may come along."""
    file_bytes: int = Field(default=10 * 1024 * 1024, ge=1024, le=25 * 1024 * 1024)
    """The largest file."""
    embed_on: tuple[str, ...] = ()
    """Pages that may show the form in a frame, such as `https://shop.example`; empty = none."""
    per_minute: int = Field(default=5, ge=1, le=1000)
    """How often one address may send."""

    @field_validator("embed_on")
    @classmethod
    def _as_browsers_write_them(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(_origin(text) for text in origins)

    @model_validator(mode="after")
    def _can_be_answered(self) -> "FormSettings":
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            raise ValueError("two fields have the same name")
        if "message" not in names:
            raise ValueError("the form needs a field message")
        if self.answer_by and not any(field.name == "email" and field.required for field in self.fields):
            raise ValueError("with answer_by the form needs a required field email")
        return self


def _origin(text: str) -> str:
    url = URL(text)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"{text!r} is not an origin such as https://shop.example")
    return str(url.origin())
