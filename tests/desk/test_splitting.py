"""Splitting messages off into a case of their own, and putting them back."""

import pytest

from omnidesk.desk import actions
from omnidesk.desk.casework import splitting
from omnidesk.errors import Conflict, Invalid, NotFound
from omnidesk.store.models import Agent, Case, Delivery, MessageReference
from tests.office import Office


async def said(office: Office, case: Case) -> list[tuple[int, str]]:
    """What was said on a case, with its positions."""
    return [
        (row.interaction.position, row.interaction.text)
        for row in await office.log(case)
        if row.interaction.kind != "event"
    ]


async def split(office: Office, case: Case, *texts: str, name: str = "Ada", subject: str = "") -> Case:
    """An agent splits these messages off."""
    chosen = {row.interaction.id for row in await office.log(case) if row.interaction.text in texts}
    async with office.database.transaction() as tx:
        new = await splitting.split(tx, await office.viewer(name), case.number, chosen, subject)
    await office.work()
    return await office.case(new.number)


async def mails(office: Office) -> Case:
    """A thread of two questions, the first one answered."""
    case = await office.says("My parcel?", inbox="mail", sender="mia@x.example", message_id="one@x")
    await office.act("Ada", actions.reply, case.number, "It comes.")
    await office.says("And my bill?", inbox="mail", sender="mia@x.example", message_id="two@x", references=["one@x"])
    return await office.case(case.number)


async def test_messages_go_into_a_new_case_with_all_that_belongs_to_them(office: Office) -> None:
    case = await mails(office)
    new = await split(office, case, "And my bill?", subject="The bill")
    assert [text for _, text in await said(office, new)] == ["And my bill?"]
    assert [text for _, text in await said(office, case)] == ["My parcel?", "It comes."]
    old = await office.case(case.number)
    assert (new.subject, new.assignee_id, new.team_id, new.unread) == ("The bill", old.assignee_id, old.team_id, True)
    assert (old.unread, old.waits_since, old.preview) == (False, None, "It comes.")
    for one in (old, new):
        positions = [row.interaction.position for row in await office.log(one)]
        assert positions == list(range(1, one.last_position + 1))
    assert {row.message_id: row.case_id for row in await office.all(MessageReference)}["two@x"] == new.id
    assert {row.case_id for row in await office.all(Delivery)} == {old.id}
    load = next(agent.load for agent in await office.all(Agent) if agent.name == "Ada")
    assert load == 2


async def test_later_answers_land_where_their_message_is(office: Office) -> None:
    case = await mails(office)
    new = await split(office, case, "And my bill?")
    mine = await office.says("Thanks", inbox="mail", sender="mia@x.example", references=["two@x"])
    other = await office.says("It came", inbox="mail", sender="mia@x.example", references=["one@x"])
    assert (mine.number, other.number) == (new.number, case.number)


async def test_undoing_puts_them_back_in_their_order(office: Office) -> None:
    case = await mails(office)
    before = [text for _, text in await said(office, case)]
    new = await split(office, case, "My parcel?", "It comes.")
    async with office.database.transaction() as tx:
        assert await splitting.undo(tx, await office.viewer("Ada"), new.number) == case.number
    await office.work()
    assert [text for _, text in await said(office, await office.case(case.number))] == before
    assert (await office.case(new.number)).disposition == "merged"


async def test_something_of_the_customer_goes_and_something_stays(office: Office) -> None:
    case = await mails(office)
    for texts in ((), ("It comes.",), ("My parcel?", "It comes.", "And my bill?")):
        with pytest.raises(Invalid):
            await split(office, case, *texts)
    assert len(await office.all(Case)) == 1


async def test_who_may_not_see_it_splits_nothing(office: Office) -> None:
    case = await office.says("One", inbox="billing", sender="zoe")
    await office.says("Two", inbox="billing", sender="zoe")
    with pytest.raises(NotFound):
        await split(office, case, "Two", name="Bo")
    plain = await office.says("Hello")
    with pytest.raises(NotFound):
        async with office.database.transaction() as tx:
            await splitting.undo(tx, await office.viewer("Ada"), plain.number)


async def test_a_note_is_no_answer(office: Office) -> None:
    case = await mails(office)
    await office.act("Ada", actions.note, case.number, "Ask Bo")
    asked = next(row.interaction for row in await office.log(case) if row.interaction.text == "And my bill?")
    new = await split(office, case, "And my bill?", "Ask Bo")
    assert (new.waits_since, new.unread, new.preview) == (asked.created_at, True, "Ask Bo")


async def test_what_is_on_the_case_no_longer_moves_nothing(office: Office) -> None:
    case = await mails(office)
    log = [row.interaction for row in await office.log(case)]
    both = {row.id for row in log if row.text in ("It comes.", "And my bill?")}
    await split(office, case, "And my bill?")
    with pytest.raises(Conflict):
        async with office.database.transaction() as tx:
            await splitting.split(tx, await office.viewer("Ada"), case.number, both)
