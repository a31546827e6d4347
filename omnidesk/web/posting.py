"""What a form sent."""

from aiohttp import web
from multidict import MultiDict

from omnidesk.errors import Invalid
from omnidesk.text.cleaning import storable


async def posted(request: web.Request) -> MultiDict[str]:
    """The fields of a form, as texts that can be stored. Raises Invalid (400) for bytes that are no text."""
    try:
        sent = await request.post()
    except (UnicodeDecodeError, LookupError) as error:  # LookupError: a charset that nobody knows
        raise Invalid("The form can't be read: it is no UTF-8.", code="bad_request", status=400) from error
    return MultiDict((name, storable(value)) for name, value in sent.items() if isinstance(value, str))
