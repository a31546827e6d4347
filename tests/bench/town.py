"""A desk as it is after a while: very many old cases, a few recent ones, and one of five hundred messages."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from omnidesk.desk import actions
from omnidesk.store.models import Case, Shelf
from tests.bench import copying
from tests.bench.village import Speech
from tests.office import Office

LONG = 500
"""Messages of the long case."""
_RECENT = 40
_AT_RISK = timedelta(minutes=-25)
"""What was written then will soon be late."""
_ROUNDS = 5


@dataclass(frozen=True)
class Town:
    """Cases to look at, by their numbers: one of ten messages, and one of LONG."""

    short: int
    long: int


async def build(desk: Office, cases: int) -> Town:
    """Fill a desk with so many cases."""
    await copying.fill(desk, cases)
    say = Speech()
    desk.clock.ahead = _AT_RISK
    await _write(desk, say, "soon", _RECENT // 2)
    desk.clock.ahead = timedelta()
    long = await _long_case(desk, say)
    await _write(desk, say, "now", _RECENT // 2)
    return Town(await _short_case(desk), long)


async def _short_case(desk: Office) -> int:
    ada = await desk.viewer("Ada")
    hers = select(Case.number).where(Case.assignee_id == ada.agent_id, Case.shelf == Shelf.OPEN)
    async with desk.database.session() as session:
        return (await session.exec(hers.order_by(col(Case.number)).limit(1))).one()


async def _write(desk: Office, say: Speech, name: str, count: int) -> None:
    for number in range(count):
        await desk.receive(say.text(), sender=f"{name}{number}", external_id=f"{name}-{number}")
    await desk.work()


async def _long_case(desk: Office, say: Speech) -> int:
    ada, each = await desk.viewer("Ada"), LONG // _ROUNDS // 2
    number = (await desk.says(say.text(), sender="long")).number
    for turn in range(_ROUNDS):
        for count in range(each):
            await desk.receive(say.text(), sender="long", external_id=f"long-{turn}-{count}")
        await desk.work()
        async with desk.database.transaction() as tx:
            for _ in range(each):
                await actions.reply(tx, ada, number, say.text())
        await desk.work()
    return number
