"""Files of messages, by signed links. They come from strangers: nothing in them runs here."""

from urllib.parse import quote

from aiohttp import web

from omnidesk.desk import files
from omnidesk.keys import BLOBS, DATABASE, KEYS

_SHOWN = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""What a browser may show in place; everything else is saved. SVG can carry scripts."""


async def serve(request: web.Request) -> web.Response:
    """The bytes of an attachment."""
    database = request.app[DATABASE]
    async with database.session() as session:
        attachment = await files.find(session, request.app[KEYS], request.match_info["token"], database.now())
    shown = attachment.content_type in _SHOWN
    name = quote(attachment.filename or "file", safe="")
    return web.Response(
        body=await request.app[BLOBS].get(attachment.blob),
        content_type=attachment.content_type if shown else "application/octet-stream",
        headers={
            "Content-Disposition": f"{'inline' if shown else 'attachment'}; filename*=UTF-8''{name}",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": "private, max-age=3600",
        },
    )
