"""Leading a person on to another channel: a link that the agent puts into an answer."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Channel, ChannelError
from omnidesk.desk.access import Viewer
from omnidesk.desk.directory import recognising
from omnidesk.desk.inboxes import Inboxes, LiveInbox
from omnidesk.errors import Invalid, NotFound
from omnidesk.store.keys import Keys
from omnidesk.store.models import Case, ContactPoint
from omnidesk.text import catalogues

_LOCALE = Path(__file__).parents[2] / "locale"


async def offered(session: AsyncSession, inboxes: Inboxes, viewer: Viewer, case: Case) -> Sequence[LiveInbox]:
    """The inboxes to which a link can lead, where the person has no address yet."""
    theirs = select(ContactPoint.channel).where(col(ContactPoint.contact_id) == case.contact_id)
    known = set(await session.exec(theirs))
    return [
        inbox
        for inbox in inboxes.all()
        if type(inbox.channel).deep_link is not Channel.deep_link
        and inbox.row.enabled
        and inbox.row.channel not in known
        and inbox.row.team_id not in viewer.hidden_team_ids
    ]


async def words(keys: Keys, inbox: LiveInbox, case: Case, now: datetime) -> str:
    """The sentence with the link, in the language of the case. Raises Invalid where the provider gives none."""
    try:
        link = await inbox.channel.deep_link(recognising.token(keys, case.id, now))
    except ChannelError as error:
        raise Invalid(str(error), code="no_link") from error
    if link is None:
        raise NotFound(f"The inbox {inbox.row.slug} has no links.")
    language = catalogues.language_of(case.language)
    text = catalogues.load(_LOCALE)[language].gettext("If you like, go on with us on {inbox}: {link}")
    return text.format(inbox=inbox.row.name, link=link)
