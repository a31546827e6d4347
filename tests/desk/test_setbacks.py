"""One bad row holds up no other: it is told, left alone for a while, and tried again."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Protocol

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import col

from omnidesk.contract.channel import ChannelError
from omnidesk.desk import actions
from omnidesk.desk.conversation import Conversation
from omnidesk.desk.routing import Routing
from omnidesk.desk.setbacks import Away, Setbacks, passes
from omnidesk.desk.surveys import Surveys
from omnidesk.desk.upkeep import NextSteps, SlaClock
from omnidesk.store.models import Case
from tests.fakes import FakeResponder
from tests.office import Office, TestClock


class Runs(Protocol):
    """A worker of the desk."""

    async def run(self) -> bool: ...


class _PostgresError(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError("no space left on device"), True),
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (Away("gone"), True),
        (ChannelError("busy"), True),
        (ChannelError("no such medium", permanent=True), False),
        (OperationalError("", None, Exception("database is locked")), True),
        (DBAPIError("", None, Exception(), connection_invalidated=True), True),
        (DBAPIError("", None, _PostgresError("53100")), True),
        (DBAPIError("", None, _PostgresError("22000")), False),
        (DBAPIError("", None, _PostgresError(None)), False),
        (IntegrityError("", None, _PostgresError("23505")), False),
        (_PostgresError("57P03"), True),
        (KeyError("text"), False),
    ],
)
def test_errors_of_the_surroundings_pass_and_bugs_do_not(error: Exception, expected: bool) -> None:
    assert passes(error) is expected


async def breaks() -> str:
    raise RuntimeError("broken on purpose")


async def works() -> str:
    return "done"


async def test_a_row_that_fails_is_told_and_rests_longer_each_time(caplog: pytest.LogCaptureFixture) -> None:
    clock = TestClock()
    setbacks = Setbacks(clock)
    assert await setbacks.attempt(1, works()) == "done"
    assert setbacks.resting() == []
    assert await setbacks.attempt(1, breaks()) is None
    assert setbacks.resting() == [1]
    assert "row 1 failed" in caplog.text
    clock.skip(seconds=6)
    assert setbacks.resting() == []
    assert setbacks.failed(1) == timedelta(seconds=10)
    clock.skip(seconds=11)
    assert await setbacks.attempt(1, works()) == "done"
    assert setbacks.failed(1) == timedelta(seconds=5)


def test_what_failed_long_ago_is_forgotten() -> None:
    clock = TestClock()
    setbacks = Setbacks(clock)
    setbacks.failed(1)
    setbacks.failed(1)
    clock.skip(hours=2)
    assert setbacks.failed(1) == timedelta(seconds=5)


def test_what_rests_is_not_looked_for_before_its_rest_ends() -> None:
    at = datetime.fromisoformat("2026-03-02T12:00:00+00:00")
    setbacks = Setbacks(lambda: at)
    past, future = at - timedelta(hours=1), at + timedelta(hours=1)
    assert setbacks.after_rest(past) == past
    setbacks.failed(1)
    assert setbacks.after_rest(past) == at + timedelta(seconds=5)
    assert setbacks.after_rest(future) == future
    assert setbacks.after_rest(None) is None


@asynccontextmanager
async def bad_row(office: Office, number: int) -> AsyncIterator[None]:
    """Whatever is added to the log of this case can't be stored."""
    case = await office.case(number)
    await office.change(Case, col(Case.id) == case.id, last_position=case.last_position - 1)
    yield
    await office.change(Case, col(Case.id) == case.id, last_position=case.last_position)


async def prove_isolation(
    office: Office, worker: Runs, numbers: tuple[int, int], is_done: Callable[[int], Awaitable[bool]]
) -> None:
    """The older case can't be worked on, the younger one is; mended, the older one is as well."""
    older, younger = numbers
    async with bad_row(office, older):
        while await worker.run():
            pass
        assert (await is_done(older), await is_done(younger)) == (False, True)
    assert not await worker.run()
    office.clock.skip(seconds=6)
    while await worker.run():
        pass
    assert await is_done(older)


async def two_cases(office: Office, inbox: str = "desk") -> tuple[int, int]:
    """Two cases as intake leaves them."""
    for sender in ("mia", "zoe"):
        await office.receive("Hello", sender=sender, inbox=inbox)
    await office.intake(office.holder).run()
    first, second = await office.all(Case)
    return first.number, second.number


def told(office: Office, event: str) -> Callable[[int], Awaitable[bool]]:
    """Whether this happened to a case."""

    async def happened(number: int) -> bool:
        return event in await office.events(await office.case(number))

    return happened


async def test_a_case_that_can_not_be_routed_holds_up_no_other(office: Office) -> None:
    numbers = await two_cases(office)
    await prove_isolation(office, Routing(office.database), numbers, told(office, "routed"))


async def test_a_case_that_can_not_be_handed_out_holds_up_no_other(office: Office) -> None:
    numbers = await two_cases(office)
    await office.work()
    await office.comes("Ada")
    await prove_isolation(office, Routing(office.database), numbers, told(office, "assigned"))


async def test_a_case_that_the_bot_can_not_answer_holds_up_no_other(office: Office) -> None:
    numbers = await two_cases(office, inbox="bot")
    bot = Conversation(office.database, FakeResponder(), silence=timedelta(minutes=30))

    async def answered(number: int) -> bool:
        return not (await office.case(number)).needs_bot

    await prove_isolation(office, bot, numbers, answered)


async def test_a_case_that_can_not_take_its_next_step_holds_up_no_other(office: Office) -> None:
    numbers = await two_cases(office)
    for number in numbers:
        await office.act("Ada", actions.resolve, number)
    office.clock.skip(days=15)
    steps = NextSteps(office.database)
    await prove_isolation(office, steps, numbers, told(office, "closed"))


async def test_a_breach_that_can_not_be_noted_holds_up_no_other(office: Office) -> None:
    numbers = await two_cases(office)
    await office.work()
    office.clock.skip(hours=9)
    await prove_isolation(office, SlaClock(office.database), numbers, told(office, "sla_breached"))


async def test_a_survey_that_can_not_be_sent_holds_up_no_other(office: Office) -> None:
    numbers = await two_cases(office)
    await office.work()
    ada = await office.viewer("Ada")
    for number in numbers:
        async with office.database.transaction() as tx:
            await actions.resolve(tx, ada, number)

    async def asked(number: int) -> bool:
        return "survey" in [row.interaction.kind for row in await office.log(await office.case(number))]

    await prove_isolation(office, Surveys(office.database, office.inboxes), numbers, asked)


async def test_what_rests_does_not_keep_a_clock_busy(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    number, _ = await two_cases(office)
    await office.work()
    office.clock.skip(hours=9)
    worker = SlaClock(office.database)
    async with bad_row(office, number):
        with caplog.at_level(logging.ERROR):
            while await worker.run():
                pass
        due = await worker.next_due()
    assert due is not None
    assert due > office.clock()
    assert "rests for" in caplog.text
