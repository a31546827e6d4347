"""Uploads: one file a request, its bytes as the body, so that it streams and its progress can be shown."""

from urllib.parse import unquote

from aiohttp import web

from omnidesk.desk import files
from omnidesk.keys import BLOBS, KEYS

LIMIT = 25_000_000


async def take(request: web.Request) -> web.StreamResponse:
    """Store a file; gives the handle that the message then names."""
    if (request.content_length or 0) > LIMIT:
        raise web.HTTPRequestEntityTooLarge(max_size=LIMIT, actual_size=request.content_length or 0)
    name = unquote(request.headers.get("X-Filename", ""))
    upload = await files.upload(
        request.app[BLOBS],
        request.app[KEYS],
        request.content.iter_chunked(65536),
        filename=_plain(name) or "file",
        content_type=request.content_type,
        limit=LIMIT,
    )
    return web.json_response({"handle": upload.handle, "filename": upload.filename, "size": upload.size}, status=201)


def _plain(name: str) -> str:
    """The last part of a path, without control characters."""
    return "".join(letter for letter in name.replace("\\", "/").rpartition("/")[2] if letter.isprintable())[:200]
