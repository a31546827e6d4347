"""Pictures that lie elsewhere, by signed links that only the page of a message gives."""

from aiohttp import web

from omnidesk.desk import pictures
from omnidesk.keys import DATABASE, FETCHER, KEYS


async def serve(request: web.Request) -> web.Response:
    """A picture, fetched by us. It comes from strangers: nothing in it runs here."""
    database = request.app[DATABASE]
    async with database.session() as session:
        address = await pictures.address_of(
            session, request.app[KEYS], request.match_info["token"], database.now()
        )  # fmt: skip
    found = await request.app[FETCHER].get(address, types=pictures.TYPES, most=pictures.LARGEST)
    return web.Response(
        body=found.content,
        content_type=found.content_type,
        headers={
            "Content-Disposition": "inline",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "Cache-Control": "private, max-age=86400",
        },
    )
