"""What the rows say, in the words of the files."""

from collections.abc import Mapping

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Channel
from omnidesk.desk.configuration.kinds import KINDS
from omnidesk.desk.configuration.present import Present
from omnidesk.store.keys import Keys
from omnidesk.store.models import Applied


async def read_rows(session: AsyncSession, keys: Keys, channels: Mapping[str, type[Channel]]) -> Present:
    """All that files can describe."""
    present = Present(keys, channels)
    for kind in KINDS.values():
        await kind.read(session, present)
    for applied in await session.exec(select(Applied)):
        present.applied[applied.kind][applied.key] = applied.values
    return present
