"""Files: uploads on their way to a message, and links to the ones that are there."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.errors import Invalid, NotFound
from omnidesk.events import WorkWaiting
from omnidesk.store.blobs import Blobs
from omnidesk.store.db import Transaction
from omnidesk.store.keys import Keys
from omnidesk.store.models import Attachment, AttachmentState
from omnidesk.text import pictures

_LINK_LIFE = timedelta(days=1)
LONG_LIFE = timedelta(days=30)
"""How long a file can be fetched that went out as a link, because its channel could not carry it."""
_DIGEST = 24


@dataclass(frozen=True, slots=True)
class Upload:
    """A stored file and the handle that a message cites it by."""

    handle: str
    filename: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A file, not yet a row: its bytes are in the blobs, or with the provider, who gives them for the `reference`."""

    filename: str
    content_type: str
    size: int
    blob: str
    content_id: str | None = None
    inline: bool = False
    reference: str = ""


async def upload(
    blobs: Blobs, keys: Keys, chunks: AsyncIterable[bytes], *, limit: int, filename: str = "", content_type: str = ""
) -> Upload:
    """Store a file; its handle can't be made up by others. Raises Invalid when it is too large."""
    blob, size = await blobs.put_stream(chunks, limit=limit)
    handle = handle_of(keys, Stored(filename, content_type, size, blob))
    return Upload(handle, filename, content_type, size)


def handle_of(keys: Keys, file: Stored) -> str:
    """What a message cites a stored file by."""
    facts = json.dumps([file.blob, file.size, file.filename, file.content_type], ensure_ascii=False)
    return keys.sign("upload", urlsafe_b64encode(facts.encode()).decode())


def from_handle(keys: Keys, handle: str) -> Stored:
    """What a handle stands for. Raises Invalid."""
    facts = keys.verify("upload", handle)
    if facts is None:
        raise Invalid("This attachment is not known here; attach it again.", fields={"attachments": "unknown"})
    blob, size, filename, content_type = json.loads(urlsafe_b64decode(facts))
    return Stored(filename, content_type, size, blob)


def placed(files: Iterable[Stored], text: str) -> list[Stored]:
    """The files of a message of ours; a picture that its text names in brackets belongs there."""
    found: dict[str, Stored] = {}
    others = []
    for file in files:
        if (
            file.content_type in pictures.TYPES
            and file.filename not in found
            and pictures.is_placed(text, file.filename)
        ):
            found[file.filename] = replace(file, inline=True, content_id=f"{len(found) + 1}.{file.blob[-_DIGEST:]}")
        else:
            others.append(replace(file, inline=False, content_id=None))
    return [*found.values(), *others]


def attach(tx: Transaction, interaction_id: int, files: list[Stored]) -> None:
    """Make files part of an interaction; what the provider keeps is fetched soon."""
    for file in files:
        if file.reference:
            tx.publish(WorkWaiting("media"))
        tx.add_row(
            Attachment,
            {
                "id": tx.new_id(), "interaction_id": interaction_id, "filename": file.filename[:255],
                "content_type": file.content_type[:100], "size": file.size, "blob": file.blob,
                "content_id": file.content_id, "inline": file.inline, "created_at": tx.now,
                "state": AttachmentState.PENDING if file.reference else AttachmentState.STORED,
                "reference": file.reference, "not_before": tx.now if file.reference else None,
            },
        )  # fmt: skip


def signed_path(keys: Keys, attachment_id: int, now: datetime, life: timedelta = _LINK_LIFE) -> str:
    """Where a file can be fetched for a while, by whoever was given the path."""
    expires = int((now + life).timestamp()) // 3600 * 3600  # stable for an hour, so that browsers cache it
    return "/files/" + keys.sign("file", f"{attachment_id}-{expires}")


async def find(session: AsyncSession, keys: Keys, token: str, now: datetime) -> Attachment:
    """The file that a signed path leads to. Raises NotFound, also when the link is old."""
    attachment_id, _, expires = (keys.verify("file", token) or "").partition("-")
    if not attachment_id or int(expires) < now.timestamp():
        raise NotFound("This link has expired; open the file from the conversation again.")
    attachment = await session.get(Attachment, int(attachment_id))
    if attachment is None or attachment.state != AttachmentState.STORED:
        raise NotFound("This file is not kept here.")
    return attachment
