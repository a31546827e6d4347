"""Reading what a browser sent: texts into memory, files straight to the desk, none of them beyond its limit."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from channels.form.parse import Upload
from channels.form.settings import FormSettings
from omnidesk.contract.channel import ChannelError, Desk

_TEXTS = 256 * 1024
_OTHERS = 100
"""So many fields that we did not ask for are passed over."""


@dataclass(slots=True)
class Posted:
    """What came: texts by their names, files, and the code of what is wrong with the files."""

    texts: dict[str, str] = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)
    wrong_files: str = ""


async def receive(desk: Desk, request: web.Request, settings: FormSettings) -> Posted:
    """Read a form. Raises a 4xx answer for what is none, or far too large."""
    if (request.content_length or 0) > _TEXTS + (settings.files + 1) * settings.file_bytes:
        raise web.HTTPRequestEntityTooLarge(settings.file_bytes, request.content_length or 0)
    try:
        if request.content_type == "multipart/form-data":
            return await _parts(desk, request, settings)
        sent = await request.clone(client_max_size=_TEXTS).post()
    except (ValueError, LookupError, HttpProcessingError) as error:  # LookupError: a charset that nobody knows
        raise web.HTTPBadRequest from error
    return Posted({name: said for name, said in sent.items() if isinstance(said, str)})


async def _parts(desk: Desk, request: web.Request, settings: FormSettings) -> Posted:
    posted, room, count = Posted(), _TEXTS, 0
    async for part in await request.multipart():
        count += 1
        if not isinstance(part, BodyPartReader) or not part.name or count > _OTHERS:
            raise ValueError("not the parts of a form")
        if part.name == "files":
            await _take(desk, part, settings, posted)
        else:
            text = await _text(part, room)
            room -= len(text)
            posted.texts[part.name] = text.decode()
    return posted


async def _text(part: BodyPartReader, room: int) -> bytes:
    text = bytearray()
    while chunk := await part.read_chunk():
        text += chunk
        if len(text) > room:
            raise ValueError("the texts are too long")
    return bytes(text)


async def _take(desk: Desk, part: BodyPartReader, settings: FormSettings, posted: Posted) -> None:
    """Store a file. The token stands before the files: who has none of ours stores nothing."""
    if not part.filename:
        return
    if len(posted.files) >= settings.files:
        posted.wrong_files = "many_files"
    if posted.wrong_files or desk.verify(posted.texts.get("token", "")) is None:
        await part.release()
        return
    name, kind = part.filename[:255], part.headers.get("Content-Type", "application/octet-stream")
    try:
        handle = await desk.upload(_chunks(part), limit=settings.file_bytes)
    except ChannelError:
        posted.wrong_files = "large_file"
        await part.release()
    else:
        posted.files.append(Upload(filename=name, content_type=kind[:100], upload=handle))


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(64 * 1024):
        yield chunk
