"""What runs for every message must not read a whole table: SQLite tells what it would do for each statement."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlmodel import col

from omnidesk.desk import actions, views
from omnidesk.desk.directory import organization_cases, organizations, people, profile
from omnidesk.desk.outgoing import loops, ways
from omnidesk.desk.outgoing.copies import Copies, offered
from omnidesk.desk.views import Asked, Filter, Reader
from omnidesk.store.db import Database
from omnidesk.store.models import Inbox, Row
from tests.office import Office

SMALL = {
    "agents", "alembic_version", "audit_entries", "bot_versions", "bots", "counters", "inboxes", "lane_claims",
    "dispositions", "field_definitions", "labels", "leases", "macros", "memberships", "memories", "search_waiting",
    "sla_policies", "statuses", "surveys", "teams",
}  # fmt: skip
"""A handful of rows, or only those at work now."""
_PARTIAL = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"


@contextmanager
def statements() -> Iterator[dict[str, Any]]:
    """Every statement that is executed meanwhile, with values it was executed with."""
    seen: dict[str, Any] = {}

    def note(_c: Any, _k: Any, statement: str, values: Any, _x: Any, many: bool) -> None:
        if not many and statement.startswith(("SELECT", "UPDATE", "DELETE")):
            seen.setdefault(statement, values)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


async def scans(database: Database, seen: dict[str, Any]) -> list[str]:
    """The statements that read a whole table that grows."""
    found = []
    async with database.reader.connect() as connection:
        partial = {str(name) for (name,) in await connection.exec_driver_sql(_PARTIAL)}
        for statement, values in seen.items():
            steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(values))
            for *_, step in steps:
                scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", step)
                table = scan and scan[1]
                if scan and table in Row.metadata.tables and table not in SMALL and scan[2] not in partial:
                    found.append(f"{step}: {statement}")
    return found


@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
async def test_a_message_on_its_way_reads_no_whole_table(office: Office) -> None:
    await office.comes("Bo")
    case = await office.says("Hello")
    mail = await office.says("Copied", inbox="mail", sender="mia@x.example")
    with statements() as seen:
        await office.receive("Hello, too", sender="max")
        await office.act("Bo", actions.reply, case.number, "How can I help?")
        await office.receive("Like this")
        await office.receive("Hello bot", inbox="bot", sender="zoe")
        await office.receive("By mail", inbox="mail", sender="m@x.example", message_id="m1@x", references=["m0@x"])
        await office.receive("Again", inbox="mail", sender="mia@x.example", copied=[{"address": "zoe@x.example"}])
        copies = Copies(office.inboxes, ["max@x.example"], ["boss@x.example"])
        await office.act("Bo", actions.reply, mail.number, "Hello, all", copies=copies)
        key = office.channel("mail").sent[-1].message_key
        await office.receive("", inbox="mail", id="?", key=key, state="failed", address="max@x.example")
        async with office.database.session() as session:
            assert await offered(session, office.inboxes, await office.case(mail.number)) != []
        await office.act("Bo", actions.resolve, case.number)
        office.clock.skip(hours=9)
        await office.work()
    assert len(seen) > 40
    assert await scans(office.database, seen) == []


@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
async def test_what_stops_loops_and_what_offers_another_way_reads_no_whole_table(office: Office) -> None:
    ada = await office.comes("Ada")
    case = await office.says("Hello bot", inbox="bot", sender="zoe")
    await office.says("By SMS", inbox="smsbot", sender="zoe")
    await office.change(Inbox, col(Inbox.slug) == "mail", bot="echo")
    office.inboxes._versions.clear()
    await office.inboxes.refresh()
    with statements() as seen:
        for number in range(5):
            await office.receive("By mail", inbox="mail", sender="m@x.example", message_id=f"m{number}@x")
            await office.work()
        async with office.database.session() as session:
            loop = (await loops.noticed(session, ada, office.clock()))[0].loop
            assert await loops.count(session, ada, office.clock())
            await ways.of(session, ada, case.contact_id)
        async with office.database.transaction() as tx:
            await loops.stop(tx, ada, loop.id)
            await loops.allow(tx, ada, loop.id)
    counting = {one: values for one, values in seen.items() if "passed_at >" in one}
    async with office.database.reader.connect() as connection:
        for one, values in counting.items():
            steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", tuple(values))
            assert "ix_deliveries_passed" in " ".join(str(step) for *_, step in steps)
    assert counting
    assert await scans(office.database, seen) == []


@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
async def test_an_organization_its_people_and_its_cases_read_no_whole_table(office: Office) -> None:
    bo = await office.comes("Bo")
    async with office.database.transaction() as tx:
        acme = await organizations.create(tx, bo, {"name": "Acme", "domains": ["acme.example"]})
    reader, wanted = Reader(bo, office.clock()), Filter(organization=(str(acme.id),), contact=(("plan", "pro"),))
    case = await office.says("Hello", inbox="mail", sender="mia@acme.example")
    with statements() as seen:
        await office.receive("Hello", inbox="mail", sender="max@acme.example")
        await office.work()
        async with office.database.transaction() as tx:
            await profile.belong(tx, bo, case.contact_id, None)
            await profile.belong(tx, bo, case.contact_id, acme.id)
        async with office.database.session() as session:
            await organizations.list_organizations(session, question="acme")
            await people.list_people(session, bo, organization_id=acme.id)
            assert (await organization_cases.list_cases(session, bo, acme.id)).cases
            await organization_cases.hidden_cases(session, bo, acme.id)
            for sort in ("newest", "waiting", "due"):
                await views.list_cases(session, reader, Asked("all", wanted, sort))
                await views.list_cases(session, reader, Asked("all", Filter(organization=wanted.organization), sort))
    listed = [one for one in seen if "cases.organization_id = ?" in one and "ORDER BY cases.last_at DESC" in one]
    async with office.database.reader.connect() as connection:
        for one in listed:
            steps = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}", tuple(seen[one]))
            assert "organization" in " ".join(str(step) for *_, step in steps), one
    assert len(listed) > 1
    assert await scans(office.database, seen) == []


@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
async def test_a_scan_would_be_found(office: Office) -> None:
    assert await scans(office.database, {"SELECT id FROM cases WHERE subject = ?": ("Hello",)}) != []
    assert await scans(office.database, {"SELECT id FROM cases WHERE needs_bot": ()}) != []
