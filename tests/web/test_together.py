"""What many ask for in the same moment is looked up once, and never before it was asked for."""

import asyncio

import pytest

from omnidesk.web.together import Together


class Well:
    """Work that takes a while and says how often it was done."""

    def __init__(self) -> None:
        self.times = 0

    async def draw(self) -> int:
        self.times += 1
        times = self.times
        await asyncio.sleep(0.01)
        return times


async def test_those_who_ask_in_the_same_moment_share() -> None:
    together, well = Together(), Well()
    assert set(await asyncio.gather(*(together.ask("a", well.draw) for _ in range(20)))) == {1}


async def test_who_asks_while_it_is_done_gets_the_next() -> None:
    together, well = Together(), Well()
    first = asyncio.create_task(together.ask("a", well.draw))
    await asyncio.sleep(0.005)
    assert await together.ask("a", well.draw) == 2
    assert await first == 1


async def test_different_things_are_not_mixed_up_and_a_fault_is_told_to_all_who_asked() -> None:
    together, well = Together(), Well()

    async def fails() -> int:
        raise ValueError("no")

    told = await asyncio.gather(
        together.ask("a", well.draw), together.ask("b", fails), together.ask("b", fails), return_exceptions=True
    )
    assert told[0] == 1
    assert all(isinstance(one, ValueError) for one in told[1:])


async def test_one_who_leaves_takes_nothing_from_the_others() -> None:
    together, well = Together(), Well()
    leaving = asyncio.create_task(together.ask("a", well.draw))
    staying = asyncio.create_task(together.ask("a", well.draw))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert await staying == 1
