"""From a stored socket message to an `Inbound`; pure."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from channels.webchat import prechat
from channels.webchat.messages import SUBMISSION, FormAnswers, Message, Press, Upload
from channels.webchat.settings import WebChatSettings
from channels.webchat.visitor import language_of
from channels.webchat.words import words
from omnidesk.contract import forms
from omnidesk.contract.channel import Attachment, Inbound, Proof, RawMessage, Sender, Unparsable


class _Known(BaseModel):
    """What the envelope says of a user of the host's site."""

    model_config = ConfigDict(frozen=True)

    name: str = ""
    email: str = ""
    phone: str = ""
    proven: bool = False


def parse(raw: RawMessage, settings: WebChatSettings) -> Inbound:
    """Understand what a visitor wrote, pressed or filled in. Raises `Unparsable`."""
    try:
        said = SUBMISSION.validate_json(raw.body)
        user = _Known.model_validate(raw.envelope["identity"]) if raw.envelope.get("identity") else None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise Unparsable(f"not a message of the web chat: {where}: {first['msg']}") from error
    language = raw.envelope.get("language")
    sender = Sender(raw.sender, user.name if user else "", proven=user is not None, language=language_of(language))
    who = _who(user)
    page = str(raw.envelope.get("page") or "")
    match said:
        case Press():
            return Inbound(sender, _storable(said.text), button=_storable(said.button), page=page, **who)
        case FormAnswers():
            return Inbound(sender, "", form=said.form, answers=said.answers, page=page, **who)
        case Message():
            return _message(said, sender, settings, {**who, "page": page, "language": language})


def _message(said: Message, sender: Sender, settings: WebChatSettings, more: dict[str, Any]) -> Inbound:
    texts = words(more.pop("language"))
    questions = prechat.questions(settings.prechat, texts)
    answers, _ = forms.checked(questions, said.profile, settings.country)
    others = prechat.others(answers)
    labels = {one.name: one.label for one in questions if one.name in others}
    claims = {**more.pop("claims"), **prechat.claims(answers)}
    named = Sender(sender.address, sender.name or answers.get("name", ""), sender.proven, sender.language)
    files = tuple(_attachment(file) for file in said.attachments)
    return Inbound(
        named, _storable(said.text), attachments=files, claims=claims, answers=others, labels=labels, **more
    )  # fmt: skip


def _who(user: _Known | None) -> dict[str, Any]:
    """What a user's addresses are: proven by the host's signature, or said by the page."""
    if user is None:
        return {"claims": {}}
    said: Mapping[str, str] = {kind: value for kind, value in (("email", user.email), ("phone", user.phone)) if value}
    if not user.proven:
        return {"claims": said}
    email = [Proof("email", user.email)] if user.email else []
    phone = [Proof("phone", user.phone)] if user.phone else []
    return {"claims": {}, "proofs": (*email, *phone)}


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\0", "")


def _attachment(file: Upload) -> Attachment:
    """A name only, never a path: browsers on Windows used to send one."""
    name = PurePosixPath(_storable(file.name).replace("\\", "/")).name
    return Attachment(name or "file", _storable(file.content_type), upload=file.upload)
