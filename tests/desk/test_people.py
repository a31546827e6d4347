"""People: found by the beginnings of words, listed in parts, and shown as far as one may see."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col

from omnidesk.contract.channel import Sender
from omnidesk.desk import actions, timeline
from omnidesk.desk.directory import contacts, finding, people, profile
from omnidesk.errors import Conflict, Invalid, NotAllowed
from omnidesk.store import migrating
from omnidesk.store.models import Agent, Contact, Inbox, Role
from tests.desk.test_linking import link, point_of, undo, visitor_and_sender
from tests.office import Office
from tests.store.older import make_older

CAST = {
    "mia@example.com": "Mia Demir", "+905321234567": "Şule Özkan", "ipek.yildiz@mail.example.org": "İpek Yıldız",
    "a" * 32: "",
}  # fmt: skip


async def meet(office: Office, senders: dict[str, str]) -> None:
    """These people write for the first time."""
    async with office.database.transaction() as tx:
        await contacts.meet(tx, "fake", [Sender(address, name) for address, name in senders.items()])


async def found(office: Office, question: str = "", by: str = "Bo") -> list[str]:
    """What those are called who are found."""
    viewer = await office.viewer(by)
    async with office.database.session() as session:
        return [entry.called for entry in (await people.list_people(session, viewer, question=question)).entries]


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("mia", ["Mia Demir"]), ("DEM", ["Mia Demir"]), ("dem mi", ["Mia Demir"]), ("mia zzz", []), ("ia", []),
        ("ŞULE", ["Şule Özkan"]), ("ozk", ["Şule Özkan"]), ("0532 123 45", ["Şule Özkan"]), ("+9053", ["Şule Özkan"]),
        ("ipek", ["İpek Yıldız"]), ("IPEK YILDIZ", ["İpek Yıldız"]), ("mail.exam", ["İpek Yıldız"]),
        ("example", ["İpek Yıldız", "Mia Demir"]), ("%", ["", "İpek Yıldız", "Şule Özkan", "Mia Demir"]),
    ],
)  # fmt: skip
async def test_people_are_found_by_the_beginnings_of_words(office: Office, question: str, names: list[str]) -> None:
    await meet(office, CAST)
    assert await found(office, question) == names


async def test_common_words_are_found_like_rare_ones(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await meet(office, CAST)
    monkeypatch.setattr(finding, "_FEW", 1)
    assert await found(office, "example") == ["İpek Yıldız", "Mia Demir"]
    assert await found(office, "example dem") == ["Mia Demir"]
    assert await found(office, "example zzz") == []


async def test_a_name_learned_later_finds_and_so_do_a_changed_one_and_the_old(office: Office) -> None:
    await meet(office, {"visitor": ""})
    await meet(office, {"visitor": "Mia Visitor"})
    assert await found(office, "mia visi") == ["Mia Visitor"]
    (contact,) = await office.all(Contact)
    bo = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        await profile.change(tx, bo, contact.id, contact.version, {"name": "Eve  Visitor", "language": "tr"})
    assert await found(office, "eve") == ["Eve Visitor"]
    assert await found(office, "mia") == []
    async with office.database.transaction() as tx:
        await profile.change(tx, bo, contact.id, contact.version + 1, {"name": ""})
    assert await found(office, "visitor") == ["visitor"]
    with pytest.raises(Conflict):
        async with office.database.transaction() as tx:
            await profile.change(tx, bo, contact.id, contact.version, {"name": "X"})
    with pytest.raises(Invalid, match="200"):
        async with office.database.transaction() as tx:
            await profile.change(tx, bo, contact.id, contact.version + 2, {"name": "x" * 201})


async def test_only_agents_change_people(office: Office) -> None:
    await meet(office, CAST)
    bo, contact = await office.viewer("Bo"), (await office.all(Contact))[0]
    async with office.database.transaction() as tx:
        (await tx.get(Agent, bo.agent_id)).role = Role.VIEWER
    with pytest.raises(NotAllowed):
        async with office.database.transaction() as tx:
            await profile.change(tx, await office.viewer("Bo"), contact.id, contact.version, {"name": "X"})


async def test_who_was_linked_is_found_by_either_name_and_listed_once(office: Office) -> None:
    await visitor_and_sender(office)
    await meet(office, {"eve": "Eve Stranger"})
    made = await link(office, "eve", "mia@example.com")
    for question in ("eve", "stranger", "mia demir", "eve demir"):
        assert await found(office, question) == ["Mia Demir"], question
    assert await found(office) == ["Mia Demir", "visitor-1"]
    await undo(office, made)
    assert await found(office, "eve") == ["Eve Stranger"]
    assert await found(office, "demir") == ["Mia Demir"]


async def test_the_list_comes_in_parts_the_newest_first(office: Office) -> None:
    await meet(office, {f"p{number}": f"Person {number}" for number in range(7)})
    viewer, cursor, seen = await office.viewer("Bo"), None, []
    async with office.database.session() as session:
        for _ in range(3):
            part = await people.list_people(session, viewer, question="person", cursor=cursor, limit=3)
            seen += [entry.called for entry in part.entries]
            cursor = part.next
    assert (seen, cursor) == ([f"Person {number}" for number in reversed(range(7))], None)


async def test_the_list_tells_nothing_of_cases_that_are_hidden(office: Office) -> None:
    await office.says("Hello", sender="mia")
    billing = await office.says("My invoice", sender="mia", inbox="billing")
    for name, count in (("Bo", 1), ("Cy", 2), ("Ada", 2)):
        async with office.database.session() as session:
            (entry,) = (await people.list_people(session, await office.viewer(name))).entries
        assert (entry.open_cases, entry.last_at == billing.last_at) == (count, count == 2), name


async def test_a_persons_log_is_one_order_over_all_that_one_may_see(office: Office) -> None:
    first = await office.says("One", sender="mia")
    hidden = await office.says("Secret", sender="mia", inbox="billing")
    second = await office.says("Two", sender="mia", inbox="bot")
    await office.act("Bo", actions.note, first.number, "Three")
    for name, sees in (("Bo", ["One", "Two", "Three"]), ("Cy", ["One", "Secret", "Two", "Three"])):
        viewer = await office.viewer(name)
        async with office.database.session() as session:
            rows = await timeline.person_timeline(session, viewer, first.contact_id)
            person = await people.person(session, viewer, await people.find(session, first.contact_id))
        ids = [row.interaction.id for row, _ in rows]
        said = [(row.interaction.text, case and case.number) for row, case in rows if row.interaction.text]
        assert ids == sorted(ids)
        assert [text for text, _ in said if text in ("One", "Two", "Three", "Secret")] == sees
        assert {number for _, number in said} == {one.number for one in person.cases}
        assert person.hidden == ({"Billing": 1} if name == "Bo" else {})
    assert hidden.contact_id == second.contact_id


async def test_words_of_no_case_are_for_who_may_see_their_inboxs_team(office: Office) -> None:
    billing = (await office.case((await office.says("Hi", inbox="billing")).number)).team_id
    await office.receive("STOP", inbox="sms", sender="stranger")
    await office.work()
    await office.change(Inbox, col(Inbox.slug) == "sms", team_id=billing)
    point = await point_of(office, "stranger")
    for name, sees in (("Bo", False), ("Cy", True), ("Ada", True)):
        viewer = await office.viewer(name)
        async with office.database.session() as session:
            contact = await people.find(session, point.contact_id)
            rows = await timeline.person_timeline(session, viewer, contact.id)
            assert [one[0].interaction for one in await timeline.rows_after(session, viewer, contact)] == [
                row.interaction for row, _ in rows
            ]
            person = await people.person(session, viewer, contact)
        assert (len(rows), person.hidden_messages) == ((2, {}) if sees else (0, {"Billing": 2})), name


async def test_words_that_belong_to_no_case_of_an_open_team_are_shown_to_all(office: Office) -> None:
    await office.receive("STOP", inbox="sms", sender="stranger")
    await office.work()
    point = await point_of(office, "stranger")
    async with office.database.session() as session:
        rows = await timeline.person_timeline(session, await office.viewer("Cy"), point.contact_id)
    caseless = [row.interaction.text for row, case in rows if case is None]
    assert (point.consent, caseless[:1]) == (False, ["STOP"])


async def test_rows_without_a_case_go_along_with_their_address(office: Office) -> None:
    await office.receive("STOP", inbox="sms", sender="stranger")
    await office.work()
    _, mail = await visitor_and_sender(office)
    made = await link(office, "stranger", "mia@example.com")
    async with office.database.session() as session:
        rows = await timeline.person_timeline(session, await office.viewer("Bo"), mail.contact_id)
    assert "STOP" in [row.interaction.text for row, _ in rows]
    await undo(office, made)
    async with office.database.session() as session:
        rows = await timeline.person_timeline(session, await office.viewer("Bo"), mail.contact_id)
    assert "STOP" not in [row.interaction.text for row, _ in rows]


async def test_a_page_of_a_person_costs_the_same_number_of_queries(office: Office) -> None:
    case = await office.says("Hello", sender="mia")
    viewer, engine, used = await office.viewer("Bo"), office.database.reader.sync_engine, [0]

    def tell(*_: Any) -> None:
        used[-1] += 1

    event.listen(engine, "before_cursor_execute", tell)
    for _ in range(2):
        used.append(0)
        async with office.database.session() as session:
            await people.person(session, viewer, await people.find(session, case.contact_id))
            await timeline.person_timeline(session, viewer, case.contact_id)
            await people.list_people(session, viewer, question="mia")
        used.append(0)
        for number in range(3):
            await office.says(f"More {number}", sender="mia", inbox="mail")
            await office.says(f"Others {number}", sender=f"mia{number}")
    event.remove(engine, "before_cursor_execute", tell)
    assert used[1] == used[3] > 0


async def test_contacts_from_before_are_found_after_the_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "older.sqlite3"
    make_older(path, "0002")
    with closing(sqlite3.connect(path)) as connection:
        at = "2026-01-01 00:00:00.000000"
        connection.execute(
            "INSERT INTO contacts (id, version, name, folded_name, created_at, updated_at)"
            " VALUES (7, 1, 'Şule', '', ?, ?)",
            (at, at),
        )
        connection.execute(
            "INSERT INTO contact_points (id, contact_id, channel, address, name, proven, working, failure, consent,"
            " created_at) VALUES (8, 7, 'fake', 'sule@example.com', 'Şule Öz', 0, 1, '', 1, ?)",
            (at,),
        )
        connection.commit()
    await migrating.upgrade(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        kept = connection.execute("SELECT word, contact_id, point_id FROM contact_words ORDER BY point_id, word")
        words = kept.fetchall()
    assert words == [("sule", 7, 0), *((word, 7, 8) for word in ("com", "example", "oz", "sule"))]


async def test_who_has_no_name_is_called_by_an_address_that_people_read(office: Office) -> None:
    number = await office.says("Hello", sender="+905321234567", inbox="sms")
    visitor = await office.says("Hello", sender="a" * 32)
    assert (number.contact_name, visitor.contact_name) == ("+905321234567", "")
    assert (await office.log(number))[1].interaction.author_name == "+905321234567"
    await office.act("Bo", actions.reply, number.number, "Hello")
    assert [sent.to_name for sent in office.sms().sent] == [""]


async def test_a_new_name_stands_on_all_cases(office: Office) -> None:
    case = await office.says("Hello", sender="+905321234567", inbox="sms")
    async with office.database.transaction() as tx:
        await profile.change(tx, await office.viewer("Bo"), case.contact_id, 1, {"name": "Mia Demir"})
    assert (await office.case(case.number)).contact_name == "Mia Demir"
