"""Taking one file from a form: fields `token` and `file`, in this order.

A form, and not JSON or a header, because browsers send it to another origin without asking first (no CORS preflight).
"""

from collections.abc import AsyncIterator

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from channels.webchat.settings import MAX_FILE_BYTES
from omnidesk.contract.channel import ChannelError, Desk

_TOKEN_BYTES = 500


async def take(desk: Desk, request: web.Request) -> web.Response:
    """Store the file; answers 200 with its handle, or 4xx with a `code`."""
    if request.content_type != "multipart/form-data":
        return refusal(415, "malformed")
    try:
        form = await request.multipart()
        if desk.verify(await _token(form)) is None:
            return refusal(401, "unknown_token")
        part = await _part(form, "file")
        return web.json_response({"upload": await desk.upload(_chunks(part), limit=MAX_FILE_BYTES)})
    except (ValueError, HttpProcessingError):
        return refusal(400, "malformed")
    except ChannelError:
        return refusal(413, "too_large")


async def _token(form: MultipartReader) -> str:
    part = await _part(form, "token")
    token = bytearray()
    while chunk := await part.read_chunk():
        token += chunk
        if len(token) > _TOKEN_BYTES:
            raise ValueError("the token is too long")
    return token.decode()


async def _part(form: MultipartReader, name: str) -> BodyPartReader:
    part = await form.next()
    if not isinstance(part, BodyPartReader) or part.name != name:
        raise ValueError(f"expected a field {name}")
    return part


async def _chunks(part: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(64 * 1024):
        yield chunk


def refusal(status: int, code: str) -> web.Response:
    """What a client that may not upload is told."""
    return web.json_response({"code": code}, status=status)
