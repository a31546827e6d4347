"""Pictures that lie elsewhere: a message names them in `data-remote`, and they are fetched by us when asked for.

A reader's browser never asks the sender's server, and we fetch no address but those that stand in a message.
"""

import re
from datetime import datetime, timedelta
from html import unescape

from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.errors import NotFound
from omnidesk.store.keys import Keys
from omnidesk.store.models import Interaction

TYPES = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""SVG can carry scripts."""
LARGEST = 5_000_000
_MOST = 100
"""The most pictures of one message that are shown."""
_LINK_LIFE = timedelta(days=1)
_REMOTE = re.compile(r'(<img\b[^<>]*? )data-remote="([^"<>]{1,4000})"')


def are_in(html: str) -> bool:
    """Whether a message has any."""
    return _REMOTE.search(html) is not None


def shown(html: str, keys: Keys, interaction_id: int, now: datetime) -> str:
    """The HTML of a message with its pictures in their places, each by a path of ours that is good for a day."""
    numbers = iter(range(_MOST))

    def place(image: re.Match[str]) -> str:
        number = next(numbers, None)
        return image[0] if number is None else f'{image[1]}src="{_path(keys, interaction_id, number, now)}"'

    return _REMOTE.sub(place, html)


def _path(keys: Keys, interaction_id: int, number: int, now: datetime) -> str:
    expires = int((now + _LINK_LIFE).timestamp()) // 3600 * 3600  # stable for an hour, so that browsers keep it
    return "/pictures/" + keys.sign("picture", f"{interaction_id}-{number}-{expires}")


async def address_of(session: AsyncSession, keys: Keys, token: str, now: datetime) -> str:
    """Where the picture lies that a path of ours leads to. Raises NotFound, also when the path is old."""
    parts = (keys.verify("picture", token) or "").split("-")
    if len(parts) != 3 or int(parts[2]) < now.timestamp():
        raise NotFound("This link has expired; open the message again.")
    interaction = await session.get(Interaction, int(parts[0]))
    found = _REMOTE.findall(interaction.html or "") if interaction is not None else []
    if int(parts[1]) >= len(found):
        raise NotFound("There is no such picture.")
    return unescape(found[int(parts[1])][1])
