"""Two processes work on one store: no message is processed twice, no sender's messages are turned around."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator

import pytest

from omnidesk.desk.incoming.intake import Intake
from omnidesk.desk.routing import Routing
from omnidesk.store.db import Database
from omnidesk.store.models import Case, Contact, ContactPoint, Interaction, LaneClaim, RawMessage
from tests.office import Office

OTHER = "elsewhere/1/a"


@pytest.fixture
async def another(office: Office) -> AsyncIterator[Database]:
    """The store as another process has it, which lives."""
    await office.lease(OTHER)
    database = Database(office.database.url, worker=7)
    yield database
    await database.close()


async def drain(worker: Intake, ended: asyncio.Event) -> None:
    """Work until there will be nothing more."""
    while (busy := await worker.run()) or not ended.is_set():  # noqa: ASYNC110 - work comes by itself
        await asyncio.sleep(0 if busy else 0.005)


async def write(office: Office, senders: int, messages: range, inbox: str) -> None:
    """Each sender writes one message after the other, all senders side by side."""

    async def one(sender: int) -> None:
        for number in messages:
            await office.receive(f"{sender} {number}", sender=f"s{sender}", inbox=inbox)

    await asyncio.gather(*map(one, range(senders)))


async def by_case(office: Office) -> dict[int, list[Interaction]]:
    """The messages of each case by their position."""
    found: dict[int, list[Interaction]] = defaultdict(list)
    for row in await office.all(Interaction):
        if row.kind == "message":
            found[row.case_id].append(row)
    return {case_id: sorted(rows, key=lambda row: row.position) for case_id, rows in found.items()}


async def test_two_workers_process_each_message_once_and_in_order(office: Office, another: Database) -> None:
    ended = asyncio.Event()
    workers = [office.intake(office.holder, batch=20), office.intake(OTHER, batch=20, database=another)]
    await write(office, 30, range(1), "desk")
    assert all([await worker.run() for worker in workers])
    drains = [asyncio.create_task(drain(worker, ended)) for worker in workers]
    await write(office, 30, range(1, 10), "desk")
    ended.set()
    await asyncio.gather(*drains)
    while any([await worker.run() for worker in workers]):
        pass
    said = await by_case(office)
    assert sorted(row.text for rows in said.values() for row in rows) == sorted(
        f"{sender} {number}" for sender in range(30) for number in range(10)
    )
    for rows in said.values():
        sender = rows[0].text.split()[0]
        assert [row.text for row in rows] == [f"{sender} {number}" for number in range(10)]
    assert sorted(case.number for case in await office.all(Case)) == list(range(1001, 1031))
    assert {row.attempts for row in await office.all(RawMessage)} == {1}
    assert await office.all(LaneClaim) == []


async def test_two_workers_that_meet_the_same_people_at_once_make_each_contact_once(
    office: Office, another: Database
) -> None:
    """The same new people write to two inboxes: two lanes, which two workers take."""
    ended = asyncio.Event()
    await asyncio.gather(write(office, 20, range(2), "mail"), write(office, 20, range(2), "mail2"))
    workers = [office.intake(office.holder, batch=15), office.intake(OTHER, batch=15, database=another)]
    ended.set()
    await asyncio.gather(*[drain(worker, ended) for worker in workers])
    while any([await worker.run() for worker in workers]):
        pass
    assert len(await office.all(Contact)) == 20
    assert {row.state for row in await office.all(RawMessage)} == {"done"}
    assert len([row for rows in (await by_case(office)).values() for row in rows]) == 80


async def test_two_copies_of_one_mail_taken_by_two_workers_are_one_case(office: Office, another: Database) -> None:
    for number in range(20):
        for inbox in ("mail", "mail2"):
            name = f"{number}@x"
            await office.receive("Hello", sender=f"s{number}", inbox=inbox, external_id=name, message_id=name)
    workers = [office.intake(office.holder, batch=1), office.intake(OTHER, batch=1, database=another)]
    ended = asyncio.Event()
    ended.set()
    await asyncio.gather(*[drain(worker, ended) for worker in workers])
    while any([await worker.run() for worker in workers]):
        pass
    assert len(await office.all(Case)) == 20
    notes = [row for row in await office.all(Interaction) if row.payload.get("event") == "also_to"]
    assert len(notes) == 20


async def test_routing_goes_on_while_intake_holds_the_person(office: Office) -> None:
    if office.database.is_sqlite:
        pytest.skip("SQLite has one writer")
    await office.receive("Hello")
    while await office.intake(office.holder).run():
        pass
    (case,), (point,) = await office.all(Case), await office.all(ContactPoint)
    async with office.database.transaction() as tx:
        await tx.get(ContactPoint, point.id)
        async with asyncio.timeout(5):  # a row of the log names the person: that must not wait for who holds it
            await Routing(office.database).run()
    assert not (await office.case(case.number)).needs_routing
