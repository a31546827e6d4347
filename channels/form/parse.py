"""From a stored form to an `Inbound`; pure."""

import json

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from channels.form.filled import written
from channels.form.settings import FormSettings
from omnidesk.contract.channel import Attachment, Inbound, RawMessage, Sender, Unparsable
from omnidesk.text.addresses import normal_email


class Upload(BaseModel):
    """A file that was stored before."""

    model_config = ConfigDict(extra="forbid")

    filename: str = Field(min_length=1, max_length=255)
    content_type: str
    upload: str


class Sent(BaseModel):
    """A form as it was sent."""

    model_config = ConfigDict(extra="forbid")

    language: str
    values: dict[str, str]
    files: list[Upload] = []


def parse(raw: RawMessage, settings: FormSettings) -> Inbound:
    """Understand a form. Raises `Unparsable`."""
    try:
        sent = Sent.model_validate_json(raw.body)
    except (ValidationError, RecursionError) as error:
        raise Unparsable("not a form of ours") from error
    values = {name: said.strip() for name, said in sent.values.items()}
    email = normal_email(values.get("email", ""))
    address = email or raw.sender
    if not address.strip():
        raise Unparsable("a form of nobody")
    language = sent.language if sent.language in ("en", "tr") else "en"
    return Inbound(
        Sender(address, values.get("name", ""), language=language, doubt="unproven"),
        written(settings, values, language),
        subject=values.get("subject", ""),
        claims={"phone": phone} if (phone := values.get("phone")) else {},
        attachments=tuple(Attachment(one.filename, one.content_type, upload=one.upload) for one in sent.files),
        answer_by=settings.answer_by if email and settings.answer_by else None,
    )


def body_of(sent: Sent) -> bytes:
    """A form as it is stored."""
    return json.dumps(sent.model_dump(), ensure_ascii=False).encode()
