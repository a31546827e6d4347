"""From a stored socket message to an `Inbound`; pure."""

from pathlib import PurePosixPath

from pydantic import ValidationError

from channels.webchat.messages import SUBMISSION, Press, Upload
from omnidesk.contract.channel import Attachment, Inbound, RawMessage, Sender, Unparsable


def parse(raw: RawMessage) -> Inbound:
    """Understand what a visitor wrote or pressed. Raises `Unparsable`."""
    try:
        said = SUBMISSION.validate_json(raw.body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Unparsable(f"not a message of the web chat: {where}: {first['msg']}") from error
    sender = Sender(raw.sender, language=_language(raw))
    if isinstance(said, Press):
        return Inbound(sender, _storable(said.text), button=_storable(said.button))
    return Inbound(sender, _storable(said.text), attachments=tuple(_attachment(file) for file in said.attachments))


def _language(raw: RawMessage) -> str | None:
    tag = raw.envelope.get("language")
    return tag.replace("_", "-").split("-")[0].lower() if isinstance(tag, str) else None


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\0", "")


def _attachment(file: Upload) -> Attachment:
    """A name only, never a path: browsers on Windows used to send one."""
    name = PurePosixPath(_storable(file.name).replace("\\", "/")).name
    return Attachment(name or "file", _storable(file.content_type), upload=file.upload)
