"""Elsewhere: what did not arrive at one address goes to another one of the same person, by one click."""

import pytest
from sqlmodel import col

from omnidesk.contract.channel import ChannelError, Failure
from omnidesk.desk import actions
from omnidesk.desk.directory import contacts
from omnidesk.desk.outgoing import elsewhere, ways
from omnidesk.errors import Conflict, Invalid, NotAllowed, NotFound
from omnidesk.store.models import (
    Agent,
    Attachment,
    AuditEntry,
    Case,
    Category,
    ContactPoint,
    Delivery,
    Inbox,
    Interaction,
    Kind,
    Role,
)
from tests.office import Office

GONE = ChannelError("550 5.1.1 no such user", failure=Failure.HARD)


async def failed(office: Office, *, text: str = "It comes tomorrow.") -> Case:
    """Mia wrote by mail, by SMS and in a chat; the answer to her mail has failed."""
    await office.says("Hello by SMS", inbox="sms", sender="+905321234567")
    await office.says("Hello in the chat", inbox="desk", sender="mia")
    case = await office.says("Where is it?", inbox="mail", sender="mia@x.example", message_id="m0")
    await office.change(ContactPoint, col(ContactPoint.id) > 0, contact_id=case.contact_id)
    await office.change(Case, col(Case.id) > 0, contact_id=case.contact_id)
    office.channel("mail").refuse = [GONE]
    return await office.act("Ada", actions.reply, case.number, text)


async def offered(office: Office, case: Case, name: str = "Ada") -> list[str]:
    async with office.database.session() as session:
        found = await ways.of(session, await office.viewer(name), case.contact_id)
    return [f"{way.point.address} by {way.inbox.slug}" for way in found]


async def say(office: Office, point: str, name: str = "Ada") -> Case:
    """Send what failed to another address."""
    (delivery,) = [row for row in await office.all(Delivery) if row.state == "failed"]
    (to,) = [row for row in await office.all(ContactPoint) if row.address == point]
    viewer = await office.viewer(name)
    async with office.database.transaction() as tx:
        case = await elsewhere.say(tx, viewer, delivery.id, to.id, office.inboxes.capabilities_of)
    await office.work()
    return await office.case(case.number)


async def test_what_works_and_takes_messages_is_offered(office: Office) -> None:
    case = await failed(office)
    assert await offered(office, case) == ["mia by desk", "+905321234567 by sms"]
    await office.change(ContactPoint, col(ContactPoint.address) == "mia", consent=False)
    assert await offered(office, case) == ["+905321234567 by sms"]
    await office.change(Inbox, col(Inbox.slug).in_(["sms", "smsbot"]), enabled=False)
    assert await offered(office, case) == []


async def test_an_inbox_of_a_closed_team_is_no_way(office: Office) -> None:
    case = await failed(office)
    await office.change(Inbox, col(Inbox.channel) == "fake", enabled=False)
    await office.change(Inbox, col(Inbox.slug) == "billing", enabled=True)
    assert await offered(office, case, "Bo") == ["+905321234567 by sms"]
    assert await offered(office, case, "Cy") == ["mia by billing", "+905321234567 by sms"]


async def test_it_is_said_there_and_the_case_goes_on_there(office: Office) -> None:
    case = await failed(office)
    after = await say(office, "+905321234567")
    assert (after.number, after.channel) == (case.number, "fakesms")
    assert [(out.to, out.text) for out in office.channel("sms").sent] == [("+905321234567", "It comes tomorrow.")]
    first, second = [row.deliveries[0] for row in await office.log(case) if row.deliveries]
    assert (first.state, first.failure, first.elsewhere_at is not None) == ("failed", "hard", True)
    assert (second.state, second.channel) == ("sent", "fakesms")
    assert "went_on" in await office.events(case)
    answer = await office.says("Thank you", inbox="sms", sender="+905321234567")
    assert answer.number == case.number


async def test_it_is_said_once(office: Office) -> None:
    await failed(office)
    await say(office, "mia")
    with pytest.raises(Conflict):
        await say(office, "+905321234567")
    assert len(office.channel("desk").sent) == 1


async def test_files_go_along(office: Office) -> None:
    await failed(office)
    (said,) = [row for row in await office.all(Interaction) if row.text == "It comes tomorrow."]
    async with office.database.transaction() as tx:
        row = {"id": tx.new_id(), "interaction_id": said.id, "filename": "a.txt", "content_type": "text/plain"}
        tx.add_row(Attachment, {**row, "size": 3, "blob": "x", "created_at": tx.now})
    await say(office, "mia")
    assert [file.filename for file in await office.all(Attachment)] == ["a.txt", "a.txt"]


async def test_only_to_the_person_and_only_by_who_may(office: Office) -> None:
    await failed(office)
    await office.says("Hello", inbox="desk", sender="somebody")
    with pytest.raises(Invalid):
        await say(office, "somebody")
    await office.change(Agent, col(Agent.name) == "Bo", role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        await say(office, "mia", "Bo")
    async with office.database.transaction() as tx:
        with pytest.raises(NotFound):
            await elsewhere.say(tx, await office.viewer("Ada"), 7, 7)


async def test_an_address_works_again_when_somebody_says_so_or_writes_from_it(office: Office) -> None:
    await failed(office)

    async def point() -> ContactPoint:
        (found,) = [row for row in await office.all(ContactPoint) if row.address == "mia@x.example"]
        assert isinstance(found, ContactPoint)
        return found

    assert ((await point()).working, (await point()).failure) == (False, "550 5.1.1 no such user")
    async with office.database.transaction() as tx:
        await contacts.works_again(tx, await office.viewer("Bo"), (await point()).id)
    assert ((await point()).working, (await point()).failure) == (True, "")
    (entry,) = [row for row in await office.all(AuditEntry) if row.action == "point.works"]
    assert entry.detail == {"address": "mia@x.example", "failure": "550 5.1.1 no such user"}
    await office.change(ContactPoint, col(ContactPoint.address) == "mia@x.example", working=False)
    await office.says("It is me", inbox="mail", sender="mia@x.example", message_id="m9")
    assert (await point()).working


async def test_what_waits_for_its_next_try_is_tried_now(office: Office) -> None:
    case = await office.says("Where is it?", inbox="mail", message_id="m0")
    office.channel("mail").refuse = [ChannelError("451 4.7.1 greylisted")] * 2
    await office.act("Ada", actions.reply, case.number, "Tomorrow.")
    (delivery,) = await office.all(Delivery)
    assert (delivery.state, delivery.failure, delivery.attempts) == ("queued", "soft", 1)
    viewer = await office.viewer("Ada")
    for attempts, state in ((2, "queued"), (3, "sent")):
        async with office.database.transaction() as tx:
            await actions.retry_delivery(tx, viewer, delivery.id)
        await office.work()
        (delivery,) = await office.all(Delivery)
        assert (delivery.state, delivery.attempts) == (state, attempts)
    assert (delivery.error, delivery.failure) == ("", "")


async def test_automatic_mail_changes_neither_status_nor_what_the_list_shows(office: Office) -> None:
    case = await office.says("Where is it?", inbox="mail", message_id="m0")
    await office.act("Ada", actions.reply, case.number, "Tomorrow.", then=Category.WAITING)
    before = await office.case(case.number)
    await office.says("I am away", inbox="mail", message_id="m1", references=["m0"], automatic=True)
    after = await office.case(case.number)
    assert (after.category, after.preview, after.last_at) == ("waiting", "Tomorrow.", before.last_at)
    assert [row.interaction.text for row in await office.log(case) if row.interaction.kind == Kind.MESSAGE] == [
        "Where is it?", "Tomorrow.", "I am away",
    ]  # fmt: skip
