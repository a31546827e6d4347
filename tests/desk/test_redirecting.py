"""A message may ask for answers elsewhere; an agent decides whether they go there."""

import pytest

from omnidesk.desk import actions
from omnidesk.desk.directory import redirecting
from omnidesk.errors import NotFound
from omnidesk.store.models import Contact, ContactPoint, Delivery, Interaction
from tests.office import Office

VISITOR = "mia@x.example"


async def test_reply_to_alone_changes_nothing(office: Office) -> None:
    case = await office.says("I want my money back", inbox="mail", sender="form@shop.example", reply_to=VISITOR)
    await office.act("Ada", actions.reply, case.number, "It is on its way.")
    assert [point.address for point in await office.all(ContactPoint)] == ["form@shop.example"]
    assert [delivery.address for delivery in await office.all(Delivery)] == ["form@shop.example"]


async def test_answered_there_the_case_is_of_the_person_at_that_address(office: Office) -> None:
    known = await office.says("Hello", inbox="mail", sender=VISITOR, name="Mia")
    said = {"inbox": "mail", "sender": "form@shop.example", "name": "Shop", "reply_to": VISITOR}
    other = await office.says("Another visitor", **{**said, "reply_to": "bo@y.example"})
    case = await office.says("I want my money back", **said)
    case = await office.act("Ada", redirecting.answer_at, case.number, 2)
    assert (case.contact_id, case.contact_name) == (known.contact_id, "Mia")
    await office.act("Ada", actions.reply, case.number, "It is on its way.")
    assert [delivery.address for delivery in await office.all(Delivery)] == [VISITOR]
    rows = [row for row in await office.all(Interaction) if row.case_id == case.id]
    assert {row.contact_id for row in rows} == {known.contact_id}
    assert "answered_at" in await office.events(case)
    assert (await office.case(other.number)).contact_id == other.contact_id
    assert len(await office.all(Contact)) == 2


async def test_an_address_that_nobody_knows_is_a_new_person_and_no_proof(office: Office) -> None:
    case = await office.says("Hi", inbox="mail", sender="form@shop.example", name="Shop", proven=True, reply_to=VISITOR)
    case = await office.act("Ada", redirecting.answer_at, case.number, 2)
    points = {point.address: point for point in await office.all(ContactPoint)}
    assert points[VISITOR].contact_id == case.contact_id != points["form@shop.example"].contact_id
    assert (points[VISITOR].proven, case.contact_name) == (False, VISITOR)
    again = await office.act("Ada", redirecting.answer_at, case.number, 2)
    assert again.last_position == case.last_position


@pytest.mark.parametrize("position", [1, 2, 3, 4, 99])
async def test_a_message_that_asks_for_nothing_or_may_be_forged_leads_nowhere(office: Office, position: int) -> None:
    case = await office.says("Hello", inbox="mail", message_id="1")
    await office.says("Hello again", inbox="mail", references=["1"], doubt="forged", reply_to=VISITOR)
    with pytest.raises(NotFound):
        await office.act("Ada", redirecting.answer_at, case.number, position)
