"""The lists of the inbox: in order, page by page, by their index."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from omnidesk.desk import actions, views
from omnidesk.desk.views import CAP, CasePage
from omnidesk.errors import Invalid, NotFound
from omnidesk.store.db import table_of
from omnidesk.store.models import Case
from tests.office import Office


async def page(office: Office, view: str, name: str = "Bo", **how: Any) -> CasePage:
    viewer = await office.viewer(name)
    async with office.database.session() as session:
        return await views.list_cases(session, viewer, view, **how)


async def copies(office: Office, case: Case, count: int, **changes: Any) -> None:
    """Many cases like one, four at each moment."""
    async with office.database.transaction() as tx:
        rows = [
            {
                **case.model_dump(), "id": tx.new_id(), "number": 100_000 + index + case.number * 30_000,
                "last_at": case.last_at - timedelta(seconds=index // 4), **changes,
            }
            for index in range(count)
        ]  # fmt: skip
        connection = await tx.session.connection()
        for start in range(0, count, 1000):
            await connection.execute(table_of(Case).insert(), rows[start : start + 1000])


async def test_each_view_holds_what_its_name_says(office: Office) -> None:
    mine, other, free, done = [await office.says("Hello", sender=f"mia{index}") for index in range(4)]
    bots = await office.says("Hello", inbox="bot")
    await office.act("Bo", actions.take, mine.number)
    await office.act("Ada", actions.take, other.number)
    await office.act("Ada", actions.resolve, done.number)
    expected = {
        "mine": {mine.number},
        "unassigned": {free.number},
        "all": {mine.number, other.number, free.number},
        "bot": {bots.number},
        "resolved": {done.number},
    }
    bo = await office.viewer("Bo")
    assert set(expected) == set(views.VIEWS)
    for view, numbers in expected.items():
        assert {case.number for case in (await page(office, view)).cases} == numbers, view
        for case in await office.all(Case):
            assert views.in_view(case, bo, view) == (case.number in numbers), (view, case.number)
    async with office.database.session() as session:
        assert await views.counts(session, bo) == {"mine": 1, "unassigned": 1, "all": 3, "bot": 1}


async def test_the_newest_word_stands_first(office: Office) -> None:
    first, second = await office.says("Hello", sender="one"), await office.says("Hello", sender="two")
    assert [case.number for case in (await page(office, "all")).cases] == [second.number, first.number]
    await office.says("Are you there?", sender="one")
    assert [case.number for case in (await page(office, "all")).cases] == [first.number, second.number]


async def test_pages_give_every_case_once_also_where_times_are_equal(office: Office) -> None:
    case = await office.says("Hello")
    await copies(office, case, 30)
    given, cursor = [], None
    for _ in range(7):
        found = await page(office, "all", cursor=cursor, limit=5)
        given += found.cases
        cursor = found.next
    assert cursor is None
    assert len({case.id for case in given}) == len(given) == 31
    assert given == sorted(given, key=lambda case: (case.last_at, case.id), reverse=True)


async def test_a_last_page_that_is_full_has_nothing_after_it(office: Office) -> None:
    await copies(office, await office.says("Hello"), 4)
    assert (await page(office, "all", limit=5)).next is None
    assert (await page(office, "all", limit=4)).next is not None


async def test_a_strange_cursor_or_view_is_refused(office: Office) -> None:
    await office.says("Hello")
    for number in ("1", "1:2:3", "x:y", f"{10**30}:1", f"1:{10**30}", f"1:{'9' * 5000}", "1:-1", "nan:1"):
        with pytest.raises(Invalid):
            await page(office, "all", cursor=base64.urlsafe_b64encode(number.encode()).decode())
    for cursor in ("x", "ş", "\x00", "%%%%"):
        with pytest.raises(Invalid):
            await page(office, "all", cursor=cursor)
    with pytest.raises(NotFound):
        await page(office, "everything")


async def test_a_case_is_found_by_its_number_by_who_may_see_it(office: Office) -> None:
    case = await office.says("My invoice", inbox="billing")
    for name, sees in (("Ada", True), ("Bo", False), ("Cy", True)):
        viewer = await office.viewer(name)
        async with office.database.session() as session:
            if sees:
                assert (await views.find(session, viewer, case.number)).id == case.id
            else:
                with pytest.raises(NotFound):
                    await views.find(session, viewer, case.number)


async def test_counts_stop_at_their_cap(office: Office) -> None:
    await copies(office, await office.says("Hello"), CAP + 5)
    bo = await office.viewer("Bo")
    async with office.database.session() as session:
        assert (await views.counts(session, bo))["all"] == CAP


async def plans(office: Office, view: str, name: str, cursor: str | None) -> list[str]:
    """How the database means to read a page of a view."""
    seen: list[tuple[str, Any]] = []
    engine = office.database.reader.sync_engine

    def keep(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if "FROM cases" in statement:
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    await page(office, view, name, cursor=cursor)
    event.remove(engine, "before_cursor_execute", keep)
    ((statement, parameters),) = seen
    explain = "EXPLAIN QUERY PLAN" if office.database.is_sqlite else "EXPLAIN"
    async with office.database.reader.connect() as connection:
        rows = (await connection.exec_driver_sql(f"{explain} {statement}", parameters)).all()
    return [str(row[-1]) for row in rows]


async def test_every_view_is_read_by_an_index_that_has_its_order(office: Office) -> None:
    case = await office.says("Hello")
    bo = await office.viewer("Bo")
    await copies(office, case, 4000)
    others: list[dict[str, Any]] = [{"shelf": "done"}, {"shelf": "bot"}, {"assignee_id": bo.agent_id}]
    for offset, changes in enumerate(others, 1):
        case.number += offset
        await copies(office, case, 5000, **changes)
    async with office.database.transaction() as tx:
        await tx.session.exec(text("ANALYZE"))  # type: ignore[call-overload]
    cursors = {view: (await page(office, view)).next for view in views.VIEWS}
    for view in views.VIEWS:
        for cursor in (None, cursors[view]):
            for name in ("Ada", "Bo"):
                plan = "\n".join(await plans(office, view, name, cursor))
                assert "ix_cases_" in plan, (view, plan)
                assert "Seq Scan on cases" not in plan, (view, plan)
                assert "SCAN cases\n" not in f"{plan}\n", (view, plan)
                assert "TEMP B-TREE" not in plan, (view, plan)
                if not office.database.is_sqlite:
                    assert "Sort" not in plan, (view, plan)
