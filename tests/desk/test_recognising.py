"""Who comes by a link of ours to another channel is the contact of the case, there as well."""

import pytest

from omnidesk.desk import actions
from omnidesk.desk.directory import recognising, unlinking
from omnidesk.store.models import Case, Contact, ContactLink, ContactPoint
from tests.office import Office


def link_to(office: Office, case: Case) -> str:
    return recognising.token(office.keys, case.id, office.clock())


async def comes_by(office: Office, token: str, *, sender: str = "0532", proven: bool = True) -> Case:
    """Somebody writes by another channel, with a token."""
    return await office.says("Hello", inbox="sms", sender=sender, proven=proven, token=token)


async def test_the_case_goes_on_there_with_the_same_contact(office: Office) -> None:
    case = await office.says("My parcel is lost")
    same = await comes_by(office, link_to(office, case))
    assert (same.id, same.contact_id, same.channel) == (case.id, case.contact_id, "fakesms")
    points = await office.all(ContactPoint)
    assert {(point.address, point.contact_id) for point in points} == {
        ("mia", case.contact_id), ("0532", case.contact_id)
    }  # fmt: skip
    assert "recognised" in await office.events(case)
    await office.act("Ada", actions.reply, case.number, "It is here")
    assert [sent.text for sent in office.sms().sent] == ["It is here"]


async def test_later_messages_of_the_same_batch_are_theirs_too(office: Office) -> None:
    case = await office.says("My parcel is lost")
    token = link_to(office, case)
    for _ in range(2):
        await office.receive("Hello", inbox="sms", sender="0532", proven=True, token=token)
    await office.receive("Are you there?", inbox="sms", sender="0532", proven=True)
    await office.work()
    assert len(await office.all(Case)) == 1
    assert "participant_added" not in await office.events(case)


async def test_the_link_counts_for_the_first_who_uses_it(office: Office) -> None:
    case = await office.says("My parcel is lost")
    token = link_to(office, case)
    await comes_by(office, token)
    stranger = await comes_by(office, token, sender="0533")
    assert stranger.id != case.id
    assert stranger.contact_id != case.contact_id


async def test_somebody_whom_we_know_as_another_stays_so(office: Office) -> None:
    case = await office.says("My parcel is lost")
    other = await office.says("Hi", inbox="sms", sender="0532", proven=True)
    await office.says("Hi", sender="max")
    async with office.database.transaction() as tx:
        points = {point.address: point for point in await office.all(ContactPoint)}
        (await tx.get(ContactPoint, points["max"].id)).contact_id = other.contact_id
    again = await comes_by(office, link_to(office, case))
    assert again.id == other.id
    assert again.contact_id != case.contact_id


async def test_cases_that_they_had_there_come_along(office: Office) -> None:
    before = await office.says("Hi", inbox="sms", sender="0532", proven=True)
    case = await office.says("My parcel is lost")
    await comes_by(office, link_to(office, case))
    assert (await office.case(before.number)).contact_id == case.contact_id


@pytest.mark.parametrize("late", [False, True])
async def test_old_links_and_unproven_senders_lead_nowhere(office: Office, late: bool) -> None:
    case = await office.says("My parcel is lost")
    token = link_to(office, case)
    if late:
        office.clock.skip(days=8)
    other = await comes_by(office, token, proven=late)
    assert other.contact_id != case.contact_id


async def test_the_token_of_a_mail_makes_nobody_the_contact(office: Office) -> None:
    from omnidesk.desk.incoming import joining

    case = await office.says("My parcel is lost")
    same = await comes_by(office, joining.case_token(office.keys, case.id))
    assert same.id == case.id
    assert "participant_added" in await office.events(case)
    assert len(await office.all(Contact)) == 2


async def test_an_agent_can_take_it_back(office: Office) -> None:
    case = await office.says("My parcel is lost")
    await comes_by(office, link_to(office, case))
    (made,) = await office.all(ContactLink)
    async with office.database.transaction() as tx:
        await unlinking.undo(tx, await office.viewer("Ada"), made.id)
    points = {point.address: point.contact_id for point in await office.all(ContactPoint)}
    assert points["0532"] != points["mia"]
