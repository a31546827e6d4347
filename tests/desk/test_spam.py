"""Spam and blocked senders: kept, and troubling nobody."""

from functools import partial

import pytest
from sqlmodel import col

from omnidesk.desk import actions, snoozing, spam
from omnidesk.desk.directory import contacts
from omnidesk.errors import NotFound
from omnidesk.store.models import ContactPoint, Delivery, Interaction, Notice, SlaTimer, Team
from tests.office import Office


async def test_spam_ends_everything_and_can_be_taken_back(office: Office) -> None:
    case = await office.says("Buy this")
    await office.act("Ada", actions.take, case.number)
    case = await office.act("Ada", spam.mark, case.number)
    assert (case.category, case.disposition, case.shelf, case.due_at) == ("closed", "spam", "gone", None)
    assert {timer.state for timer in await office.all(SlaTimer)} == {"cancelled"}
    assert not await office.all(Delivery)
    case = await office.act("Ada", spam.unmark, case.number)
    assert (case.category, case.disposition, case.shelf) == ("open", None, "open")
    assert case.due_at is not None


async def test_marking_twice_is_marking_once(office: Office) -> None:
    case = await office.says("Buy this")
    await office.act("Ada", spam.mark, case.number)
    before = await office.log(case)
    await office.act("Ada", spam.mark, case.number)
    assert len(await office.log(case)) == len(before)
    case = await office.act("Ada", snoozing.wake, case.number)
    assert case.shelf == "gone"


async def test_what_a_blocked_sender_writes_is_kept_and_troubles_nobody(office: Office) -> None:
    case = await office.says("Buy this")
    await office.act("Ada", actions.take, case.number)
    await office.act("Ada", spam.mark, case.number, block=True)
    told = len(await office.all(Notice))
    again = await office.says("Buy that")
    assert (again.number, again.shelf, again.unread) == (case.number, "gone", False)
    other = await office.says("And this", inbox="bot")
    assert (other.disposition, other.shelf, other.needs_bot, other.number != case.number) == (
        "spam",
        "gone",
        False,
        True,
    )
    assert [row.text for row in await office.all(Interaction) if row.kind == "message"] == [
        "Buy this",
        "Buy that",
        "And this",
    ]
    assert len(await office.all(Notice)) == told


async def test_an_unblocked_sender_is_heard_again(office: Office) -> None:
    case = await office.says("Buy this")
    await office.act("Ada", spam.mark, case.number, block=True)
    await office.act("Ada", spam.unmark, case.number)
    (point,) = await office.all(ContactPoint)
    assert not point.blocked
    again = await office.says("Sorry, a question")
    assert (again.number, again.shelf, again.unread) == (case.number, "open", True)


async def test_cy_blocks_no_sender_of_cases_that_he_may_not_see(office: Office) -> None:
    case = await office.says("Hello")
    await office.change(Team, col(Team.id) == case.team_id, closed=True)
    for verb in (partial(spam.block, blocked=True), contacts.works_again):
        async with office.database.transaction() as tx:
            with pytest.raises(NotFound):
                await verb(tx, await office.viewer("Cy"), case.contact_point_id)
    async with office.database.transaction() as tx:
        await spam.block(tx, await office.viewer("Bo"), case.contact_point_id, blocked=True)
    assert "sender_blocked" in await office.events(case)


async def test_what_was_blocked_by_hand_stays_blocked_when_it_was_no_spam(office: Office) -> None:
    case = await office.says("Hello")
    async with office.database.transaction() as tx:
        await spam.block(tx, await office.viewer("Ada"), case.contact_point_id, blocked=True)
    await office.act("Ada", spam.mark, case.number)
    await office.act("Ada", spam.unmark, case.number)
    (point,) = await office.all(ContactPoint)
    assert point.blocked
