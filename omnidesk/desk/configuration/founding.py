"""The first desk: what a server makes of an empty store, so that programs can write to it at once."""

from collections.abc import Mapping

from omnidesk.contract.channel import Channel
from omnidesk.desk.configuration.applying import bring_in
from omnidesk.desk.configuration.files import DeskFiles
from omnidesk.desk.configuration.kinds.inboxes import InboxEntry
from omnidesk.desk.configuration.kinds.people import TeamEntry
from omnidesk.desk.configuration.kinds.service import SurveyEntry
from omnidesk.desk.configuration.planning import is_empty
from omnidesk.store import dialect
from omnidesk.store.db import Database
from omnidesk.store.keys import Keys

_FIRST = DeskFiles(
    teams=(TeamEntry(slug="support", name="Support"),),
    surveys=(
        SurveyEntry(
            slug="csat", name="Satisfaction",
            question={
                "en": "How satisfied are you with our help?", "tr": "Yardımımızdan ne kadar memnun kaldınız?",
            },
            labels={
                "en": ("Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"),
                "tr": ("Hiç memnun değilim", "Memnun değilim", "Kararsızım", "Memnunum", "Çok memnunum"),
            },
        ),
    ),
    inboxes=(InboxEntry(slug="api", channel="api", name="API", team="support"),),
)  # fmt: skip


async def found(database: Database, keys: Keys, channels: Mapping[str, type[Channel]]) -> None:
    """Make a team, an inbox and a survey, unless something is there or another process is about to."""
    async with database.session() as session:
        if not await is_empty(session):
            return
    async with database.transaction() as tx:
        await dialect.take_turns(await tx.session.connection(), ["the first desk"])
        if await is_empty(tx.session):
            await bring_in(tx, keys, channels, _FIRST, [])
