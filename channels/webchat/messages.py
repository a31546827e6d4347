"""The messages of the socket: what a client may say, and the form of what it is told (docs/web-chat.md)."""

from collections.abc import Sequence
from datetime import UTC
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, TypeAdapter, model_validator

from omnidesk.contract.channel import Entry, File, FormField, Question

MAX_FILES = 10

_TAG = TypeAdapter(Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8}){0,4}$")])


def _language_or_none(value: Any) -> str | None:
    """A page may say anything in its `lang`; nonsense there must keep nobody from talking."""
    return value if isinstance(value, str) and _is_language(value) else None


def _is_language(text: str) -> bool:
    try:
        _TAG.validate_python(text)
    except ValueError:
        return False
    return True


Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{8,64}$")]
Short = Annotated[str, StringConstraints(max_length=500)]
Language = Annotated[str | None, BeforeValidator(_language_or_none)]


Answers = dict[str, str]
"""By field; only a frame bounds them, since a person is told which one is too long."""
Address = Annotated[str, StringConstraints(min_length=3, max_length=320)]


class Said(BaseModel):
    """Base of what a client says; unknown keys are ignored, so that a newer client is understood."""

    model_config = ConfigDict(frozen=True, strict=True)


class Page(Said):
    """The page that shows the chat."""

    url: str = ""


class Hello(Said):
    """The first message: who am I (if I know), what have I seen, which page is this, in which language and zone."""

    type: Literal["hello"]
    token: Short | None = None
    cursor: Short = ""
    language: Language = None
    time_zone: Annotated[str, StringConstraints(max_length=64)] = ""
    identity: str | dict[str, Any] | None = None
    """Looked at apart: a wrong one is refused with a code of its own."""
    page: Page | None = None


class Upload(Said):
    """A file that was uploaded before."""

    upload: Short
    name: Annotated[str, StringConstraints(max_length=255)]
    content_type: Annotated[str, StringConstraints(max_length=100)] = "application/octet-stream"


class Message(Said):
    """A message the visitor wrote; `id` is the client's, the same however often it is sent."""

    type: Literal["message"]
    id: Key
    text: str = ""
    attachments: tuple[Upload, ...] = Field(default=(), max_length=MAX_FILES)
    profile: Answers = Field(default_factory=dict)
    """The answers to the questions before the first message."""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.text.strip() and not self.attachments:
            raise ValueError("a message needs a text or a file")
        return self


class Press(Said):
    """A pressed button; a survey's answer is one too."""

    type: Literal["button"]
    id: Key
    button: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    text: Annotated[str, StringConstraints(min_length=1)]


class FormAnswers(Said):
    """A form that was filled in."""

    type: Literal["form"]
    id: Key
    form: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    answers: Answers


class Wish(Said):
    """Where answers shall go when the visitor is away, or what was said shall go now."""

    type: Literal["email", "transcript"]
    id: Key
    email: Address


class Ping(Said):
    """Whether we are there."""

    type: Literal["ping"]


class Typing(Said):
    """The visitor is typing, or has stopped."""

    type: Literal["typing"]
    on: bool = True


class Seen(Said):
    """The visitor has looked at everything up to an entry."""

    type: Literal["seen"]
    upto: Annotated[str, StringConstraints(min_length=1, max_length=64)]


Submission = Message | Press | FormAnswers
SUBMISSION: TypeAdapter[Submission] = TypeAdapter(Annotated[Submission, Field(discriminator="type")])
SAYING: TypeAdapter[Submission | Wish | Seen | Typing | Ping] = TypeAdapter(
    Annotated[Submission | Wish | Seen | Typing | Ping, Field(discriminator="type")]
)


def entry_form(entry: Entry, address: str) -> dict[str, Any]:
    """An entry as JSON; `echo` becomes the id that this visitor's client gave the message."""
    return {
        "id": entry.id,
        "at": entry.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "direction": entry.direction,
        "author": entry.author,
        "name": entry.name,
        "text": entry.text,
        "echo": client_id(entry.echo, address),
        "seen": entry.seen,
        "buttons": [{"id": button.id, "text": button.text} for button in entry.buttons],
        "files": [_file_form(file) for file in entry.files],
        "question": _question_form(entry.question),
        "form": _form_form(entry),
    }


def fields_form(fields: Sequence[FormField]) -> list[dict[str, Any]]:
    """Questions as JSON."""
    return [
        {"name": one.name, "label": one.label, "kind": one.kind, "required": one.required, "choices": list(one.choices)}
        for one in fields
    ]


def external_id(address: str, client: str) -> str:
    """What makes a message the same message: whose it is, and the id its client gave it."""
    return f"{address}:{client}"


def client_id(external: str | None, address: str) -> str | None:
    """The client's part of `external_id`; None for what came another way."""
    prefix = external_id(address, "")
    return external.removeprefix(prefix) if external and external.startswith(prefix) else None


def _file_form(file: File) -> dict[str, Any]:
    return {"name": file.filename, "content_type": file.content_type, "size": file.size, "url": file.url}


def _form_form(entry: Entry) -> dict[str, Any] | None:
    form = entry.form
    if form is None:
        return None
    return {"id": form.id, "fields": fields_form(form.fields), "submit": form.submit, "answered": entry.answered}


def _question_form(question: Question | None) -> dict[str, Any] | None:
    if question is None:
        return None
    return {"button": question.button, "scale": list(question.scale), "answered": question.answered}
