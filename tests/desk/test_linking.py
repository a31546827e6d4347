"""This address belongs to …: what goes along, what stays, and the way back."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from omnidesk.desk import actions
from omnidesk.desk.directory import linking, unlinking
from omnidesk.errors import Conflict, NotAllowed, NotFound
from omnidesk.events import CaseChanged
from omnidesk.store.models import Agent, Case, Contact, ContactLink, ContactPoint, Interaction, Invitation, Role
from tests.office import Office


async def point_of(office: Office, address: str) -> ContactPoint:
    """The contact point of an address."""
    async with office.database.session() as session:
        return (await session.exec(select(ContactPoint).where(ContactPoint.address == address))).one()


async def link(office: Office, address: str, to: str, by: str = "Bo") -> ContactLink:
    """An agent says that an address belongs to whom another address belongs to."""
    viewer = await office.viewer(by)
    point, target = await point_of(office, address), await point_of(office, to)
    async with office.database.transaction() as tx:
        return await linking.link(tx, viewer, point.id, target.contact_id, seen_at=point.contact_id)


async def undo(office: Office, made: ContactLink, by: str = "Bo") -> None:
    viewer = await office.viewer(by)
    async with office.database.transaction() as tx:
        await unlinking.undo(tx, viewer, made.id)


async def preview(office: Office, address: str, to: str, by: str = "Bo") -> linking.Preview:
    viewer = await office.viewer(by)
    point, target = await point_of(office, address), await point_of(office, to)
    async with office.database.session() as session:
        return await linking.preview(session, viewer, point.id, target.contact_id)


async def visitor_and_sender(office: Office) -> tuple[Case, Case]:
    """Somebody asks in the chat; Mia writes a mail."""
    chat = await office.says("Hello from the chat", sender="visitor-1")
    mail = await office.says("Hello by mail", inbox="mail", sender="mia@example.com", name="Mia Demir")
    return chat, mail


async def contact_ids(office: Office) -> set[int]:
    """Whose all the log is."""
    return {row.contact_id for row in await office.all(Interaction)}


async def test_a_chat_visitor_and_a_mail_sender_become_one(office: Office) -> None:
    chat, mail = await visitor_and_sender(office)
    await link(office, "visitor-1", "mia@example.com")
    now = await office.case(chat.number)
    assert (now.contact_id, now.contact_name) == (mail.contact_id, "Mia Demir")
    assert now.version > chat.version
    assert await contact_ids(office) == {mail.contact_id}
    again = await office.says("Me again", sender="visitor-1")
    assert (again.id, again.contact_id) == (chat.id, mail.contact_id)
    assert (await office.all(Contact))[0].merged_into_id == mail.contact_id


async def test_the_log_of_each_case_says_who_linked_what(office: Office) -> None:
    chat, _ = await visitor_and_sender(office)
    told: list[int] = []
    office.database.bus.on(CaseChanged, lambda event: told.append(event.case_id))
    await link(office, "visitor-1", "mia@example.com")
    row = (await office.log(chat))[-1].interaction
    assert (row.author_name, row.payload["event"], row.payload["contact"]) == ("Bo", "address_linked", "Mia Demir")
    assert told == [chat.id]


async def test_the_preview_says_what_will_move(office: Office) -> None:
    chat, _ = await visitor_and_sender(office)
    await office.act("Bo", actions.reply, chat.number, "Hello visitor")
    found = await preview(office, "visitor-1", "mia@example.com")
    assert (found.cases, found.messages, found.surveys, found.ends, found.names_differ) == (1, 2, 0, True, False)
    back = await preview(office, "mia@example.com", "visitor-1")
    assert (back.cases, back.messages, back.to_contact.id) == (1, 1, chat.contact_id)


async def test_surveys_go_along_and_can_still_be_answered(office: Office) -> None:
    chat, mail = await visitor_and_sender(office)
    await office.act("Bo", actions.resolve, chat.number)
    (asked,) = [one for one in await office.all(Invitation) if one.case_id == chat.id]
    await link(office, "visitor-1", "mia@example.com")
    await office.receive("5", sender="visitor-1", button=f"survey:{asked.id}:5")
    await office.work()
    (answered,) = [one for one in await office.all(Invitation) if one.case_id == chat.id]
    assert (answered.contact_id, answered.score) == (mail.contact_id, 5)
    assert (await office.log(chat))[-1].interaction.contact_id == mail.contact_id


async def test_a_contact_with_another_address_stays(office: Office) -> None:
    await visitor_and_sender(office)
    await link(office, "visitor-1", "mia@example.com")
    await office.says("Somebody else", inbox="mail", sender="eve@example.com", name="Eve")
    await link(office, "visitor-1", "eve@example.com")
    assert [one.merged_into_id is not None for one in await office.all(Contact)] == [True, False, False]


async def test_undo_takes_back_what_came_since_too(office: Office) -> None:
    chat, mail = await visitor_and_sender(office)
    made = await link(office, "visitor-1", "mia@example.com")
    await office.act("Bo", actions.resolve, chat.number)
    office.clock.skip(days=20)
    later = await office.says("A new question", sender="visitor-1")
    await office.says("More by mail", inbox="mail", sender="mia@example.com")
    assert (later.id != chat.id, later.contact_id) == (True, mail.contact_id)
    await undo(office, made)
    assert [(await office.case(one.number)).contact_id for one in (chat, later)] == [chat.contact_id] * 2
    assert (await office.case(mail.number)).contact_id == mail.contact_id
    assert {row.contact_id for row in await office.all(Interaction) if row.case_id == later.id} == {chat.contact_id}
    assert [one.merged_into_id for one in await office.all(Contact)] == [None, None]
    (kept,) = await office.all(ContactLink)
    assert (kept.undone_at is not None, kept.undone_by_id) == (True, (await office.viewer("Bo")).agent_id)


async def test_an_address_that_has_moved_on_is_not_taken_back(office: Office) -> None:
    await visitor_and_sender(office)
    await office.says("Hi", inbox="mail", sender="eve@example.com", name="Eve")
    first = await link(office, "visitor-1", "mia@example.com")
    second = await link(office, "visitor-1", "eve@example.com")
    with pytest.raises(Conflict, match="moved on"):
        await undo(office, first)
    await undo(office, second)
    with pytest.raises(Conflict, match="moved on"):
        await undo(office, second)
    await undo(office, first)
    assert [one.merged_into_id for one in await office.all(Contact)] == [None] * 3


async def test_nothing_is_linked_where_it_is_or_to_who_was_merged(office: Office) -> None:
    chat, _ = await visitor_and_sender(office)
    with pytest.raises(Conflict, match="already"):
        await link(office, "visitor-1", "visitor-1")
    await link(office, "visitor-1", "mia@example.com")
    bo, point = await office.viewer("Bo"), await point_of(office, "mia@example.com")
    with pytest.raises(Conflict, match="merged"):
        async with office.database.transaction() as tx:
            await linking.link(tx, bo, point.id, chat.contact_id, seen_at=point.contact_id)
    for point_id, target_id in ((1, chat.contact_id), (point.id, 1)):
        with pytest.raises(NotFound):
            async with office.database.transaction() as tx:
                await linking.link(tx, bo, point_id, target_id, seen_at=point.contact_id)
    with pytest.raises(NotFound):
        async with office.database.transaction() as tx:
            await unlinking.undo(tx, bo, 1)


async def test_cy_moves_nothing_that_is_hidden_from_him_and_neither_does_a_viewer(office: Office) -> None:
    await office.says("My secret invoice", inbox="billing", sender="visitor-1")
    await office.says("Hello", inbox="mail", sender="mia@example.com", name="Mia")
    with pytest.raises(NotAllowed, match="closed team"):
        await preview(office, "visitor-1", "mia@example.com", by="Bo")
    with pytest.raises(NotAllowed, match="closed team"):
        await link(office, "visitor-1", "mia@example.com", by="Bo")
    made = await link(office, "visitor-1", "mia@example.com", by="Cy")
    with pytest.raises(NotAllowed, match="closed team"):
        await undo(office, made, by="Bo")
    async with office.database.transaction() as tx:
        (await tx.get(Agent, (await office.viewer("Cy")).agent_id)).role = Role.VIEWER
    with pytest.raises(NotAllowed, match="role"):
        await undo(office, made, by="Cy")


async def test_merging_brings_all_addresses_and_each_can_go_back(office: Office) -> None:
    chat, mail = await visitor_and_sender(office)
    other = await office.says("Hi", sender="visitor-2")
    await link(office, "visitor-2", "visitor-1")
    bo = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        made = await linking.merge(tx, bo, mail.contact_id, chat.contact_id)
    assert len(made) == 2
    assert await contact_ids(office) == {mail.contact_id}
    assert {point.contact_id for point in await office.all(ContactPoint)} == {mail.contact_id}
    await undo(office, made[0])
    assert (await office.case(chat.number)).contact_id == chat.contact_id
    assert (await office.case(other.number)).contact_id == mail.contact_id
    await undo(office, made[1])
    assert (await office.case(other.number)).contact_id == chat.contact_id
    with pytest.raises(Conflict):
        async with office.database.transaction() as tx:
            await linking.merge(tx, bo, mail.contact_id, mail.contact_id)


async def test_two_who_link_two_people_to_each_other_make_one_of_them(office: Office) -> None:
    await visitor_and_sender(office)
    both = (link(office, "visitor-1", "mia@example.com"), link(office, "mia@example.com", "visitor-1", by="Ada"))
    done = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(isinstance(one, Conflict) for one in done) == [False, True]
    assert sum(one.merged_into_id is None for one in await office.all(Contact)) == 1
    assert len(await contact_ids(office)) == 1


async def test_two_who_give_one_address_to_two_people_give_it_to_one_of_them(office: Office) -> None:
    await visitor_and_sender(office)
    await office.says("Hi", inbox="mail", sender="eve@example.com", name="Eve")
    viewer, point = await office.viewer("Ada"), await point_of(office, "visitor-1")  # both have looked by now

    async def give(to: str) -> None:
        target = await point_of(office, to)
        async with office.database.transaction() as tx:
            await linking.link(tx, viewer, point.id, target.contact_id, seen_at=point.contact_id)

    done = await asyncio.gather(give("mia@example.com"), give("eve@example.com"), return_exceptions=True)
    assert [one.code for one in done if isinstance(one, Conflict)] == ["moved_on"]
    assert len(await office.all(ContactLink)) == 1


async def test_what_arrives_while_an_address_is_linked_is_the_new_owners(office: Office) -> None:
    chat, mail = await visitor_and_sender(office)
    bo, point = await office.viewer("Bo"), await point_of(office, "visitor-1")
    await office.receive("Just now", sender="visitor-1")
    async with office.database.transaction() as tx:
        await linking.link(tx, bo, point.id, mail.contact_id, seen_at=point.contact_id)
        arriving = asyncio.create_task(office.work())
        await asyncio.sleep(0.2)
    await arriving
    await office.work()
    said = [row for row in await office.all(Interaction) if row.text == "Just now"]
    assert [(row.case_id, row.contact_id) for row in said] == [(chat.id, mail.contact_id)]
    assert len(await office.all(Contact)) == 2


async def test_linking_costs_the_same_however_much_was_said(office: Office) -> None:
    chat, _ = await visitor_and_sender(office)
    engine, used = office.database.writer.sync_engine, [0]

    def tell(*_: Any) -> None:
        used[-1] += 1

    event.listen(engine, "before_cursor_execute", tell)
    for _ in range(2):
        for text in range(5):
            await office.receive(f"Message {text}", sender="visitor-1")
        await office.work()
        used.append(0)
        await undo(office, await link(office, "visitor-1", "mia@example.com"))
        used.append(0)
    event.remove(engine, "before_cursor_execute", tell)
    assert used[1] == used[3] > 0
    assert (await office.case(chat.number)).contact_id == chat.contact_id
