"""The lists of the inbox: in order, page by page, by their index."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import col

from omnidesk.desk import actions, changes, views
from omnidesk.desk.views import CAP, Asked, CasePage, Filter, Reader, words
from omnidesk.desk.views.listing import STRETCH
from omnidesk.errors import Invalid, NotFound
from omnidesk.store.db import table_of
from omnidesk.store.models import Case, CaseLabel, FieldDefinition, Shelf
from tests.office import Office


async def reader(office: Office, name: str = "Bo") -> Reader:
    return Reader(await office.viewer(name), office.clock())


async def page(office: Office, view: str, name: str = "Bo", *, sort: str | None = None, **how: Any) -> CasePage:
    asked = Asked(view, Filter.of(how.pop("wanted", [])), sort)
    async with office.database.session() as session:
        return await views.list_cases(session, await reader(office, name), asked, **how)


async def numbers(office: Office, view: str, name: str = "Bo", **how: Any) -> list[int]:
    return [case.number for case in (await page(office, view, name, **how)).cases]


async def counted(office: Office, name: str = "Bo") -> dict[str, int]:
    async with office.database.session() as session:
        found = await views.places(session, await office.viewer(name))
        return {
            view: count.number
            for view, count in (await views.counts(session, await reader(office, name), found.counted)).items()
        }


async def copies(office: Office, case: Case, count: int, **changes: Any) -> None:
    """Many cases like one, four at each moment."""
    times = {name: moment for name in ("last_at", "waits_since", "due_at") if (moment := getattr(case, name))}
    async with office.database.transaction() as tx:
        rows = [
            {
                **case.model_dump(), "id": tx.new_id(), "number": 100_000 + index + case.number * 30_000,
                **{name: moment - timedelta(seconds=index // 4) for name, moment in times.items()}, **changes,
            }
            for index in range(count)
        ]  # fmt: skip
        connection = await tx.session.connection()
        for start in range(0, count, 1000):
            await connection.execute(table_of(Case).insert(), rows[start : start + 1000])


async def test_each_view_holds_what_its_name_says(office: Office) -> None:
    mine, other, free, done, asleep = [await office.says("Hello", sender=f"mia{index}") for index in range(5)]
    bots = await office.says("Hello", inbox="bot")
    await office.act("Bo", actions.take, mine.number)
    await office.act("Ada", actions.take, other.number)
    await office.act("Ada", actions.resolve, done.number)
    await office.becomes(asleep, snoozed=True, shelf=Shelf.SNOOZED)
    expected = {
        "mine": {mine.number},
        "unassigned": {free.number},
        "all": {mine.number, other.number, free.number},
        "bot": {bots.number},
        "resolved": {done.number},
        "snoozed": {asleep.number},
        f"team-{mine.team_id}": {mine.number, other.number, free.number},
        "channel-fake": {mine.number, other.number, free.number},
        "channel-fakemail": set(),
    }
    bo = await reader(office)
    assert {*expected, "risk", "mentions"} >= set(views.VIEWS)
    for view, held in expected.items():
        assert set(await numbers(office, view)) == held, view
        for case in await office.all(Case):
            assert views.in_view(case, bo, view) == (case.number in held), (view, case.number)
    counts = await counted(office)
    assert counts["mine"] == counts["unassigned"] == counts["bot"] == counts["snoozed"] == 1
    assert counts["all"] == counts[f"team-{mine.team_id}"] == counts["channel-fake"] == 3


async def test_cases_whose_notes_name_one_are_a_view(office: Office) -> None:
    case, _ = await office.says("Hello", sender="one"), await office.says("Hello", sender="two")
    await office.act("Ada", actions.note, case.number, "@Bo please look")
    assert await numbers(office, "mentions") == [case.number]
    assert await numbers(office, "mentions", "Ada") == []
    assert (await counted(office))["mentions"] == 1
    await office.act("Ada", actions.resolve, case.number)
    assert await numbers(office, "mentions") == []


async def test_a_case_is_at_risk_when_most_of_its_time_is_gone(office: Office) -> None:
    first = await office.says("Hello", sender="one")
    assert await numbers(office, "risk") == []
    office.clock.skip(minutes=23)
    second = await office.says("Hello", sender="two")
    assert await numbers(office, "risk") == [first.number]
    office.clock.skip(minutes=25)
    await office.work()
    assert await numbers(office, "risk") == [first.number, second.number]
    assert await numbers(office, "all", wanted=[("sla", "breached")]) == [first.number]
    assert await numbers(office, "all", wanted=[("sla", "at_risk")]) == [second.number]
    assert (await counted(office))["risk"] == 2
    await office.act("Bo", actions.resolve, first.number)
    assert await numbers(office, "risk") == [second.number]


async def test_lists_are_sorted_by_who_waits_longest_and_by_what_is_due_next(office: Office) -> None:
    one, two, three = [await office.says("Hello", sender=f"mia{index}") for index in range(3)]
    await office.says("Still there?", sender="mia0")
    await office.act("Bo", actions.reply, two.number, "Hello")
    assert await numbers(office, "all") == [two.number, one.number, three.number]
    for sort in ("waiting", "due"):
        given, cursor = [], None
        for _ in range(4):
            found = await page(office, "all", sort=sort, cursor=cursor, limit=1)
            given += [case.number for case in found.cases]
            cursor = found.next
            if cursor is None:
                break
        assert given == [one.number, three.number, two.number], sort
    with pytest.raises(Invalid):
        await page(office, "all", sort="weight")


async def test_a_filter_keeps_what_is_asked_for(office: Office) -> None:
    plain, urgent, labelled = [await office.says("Hello", sender=f"mia{index}") for index in range(3)]
    await office.change(Case, col(Case.id) == urgent.id, priority="urgent", language="tr")
    await office.act("Ada", actions.resolve, plain.number)
    async with office.database.transaction() as tx:
        tx.add(CaseLabel(case_id=labelled.id, label="refund"))
    await office.says("My parcel is lost", sender="mia2")
    expected: tuple[tuple[list[tuple[str, str]], set[int]], ...] = (
        ([("priority", "urgent"), ("priority", "high")], {urgent.number}),
        ([("language", "tr")], {urgent.number}),
        ([("label", "refund")], {labelled.number}),
        ([("label", "refund"), ("priority", "urgent")], set()),
        ([("status", "resolved")], {plain.number}),
        ([("status", "resolved"), ("status", "new")], {plain.number, urgent.number, labelled.number}),
        ([("text", "parcel")], {labelled.number}),
        ([("text", "...")], set()),
        ([("assignee", "me")], set()),
        ([("assignee", "nobody")], {urgent.number, labelled.number}),
        ([("team", str(plain.team_id))], {urgent.number, labelled.number}),
        ([("channel", "fake")], {urgent.number, labelled.number}),
        ([("inbox", str(plain.inbox_id))], {urgent.number, labelled.number}),
        ([("opened", "today")], {urgent.number, labelled.number}),
        ([("written", "..2020-01-01")], set()),
        ([("field.product", "Phone")], set()),
    )
    for wanted, held in expected:
        assert set(await numbers(office, "all", wanted=wanted)) == held, wanted
    for case in await office.all(Case):
        for wanted, held in expected:
            view = views.view_of(Asked("all", Filter.of(wanted)), await reader(office))
            assert view.may_hold(case) or case.number not in held, wanted


async def test_a_strange_filter_is_refused(office: Office) -> None:
    strange = (
        ("team", "x"), ("status", "gone"), ("assignee", "9" * 30), ("opened", "yesterday"), ("priority", "\0"),
        ("written", "2026-13-01.."), ("sla", "x"), ("label", "x" * 300), ("opened", "..9999-12-31"),
    )  # fmt: skip
    for pair in strange:
        with pytest.raises(Invalid):
            await page(office, "all", wanted=[pair])
    with pytest.raises(Invalid):
        Filter.of([("label", str(number)) for number in range(30)])


async def test_who_scrolls_on_finds_what_is_far_down(office: Office) -> None:
    case = await office.says("Hello")
    await office.change(Case, col(Case.id) == case.id, priority="urgent", last_at=case.last_at - timedelta(days=1))
    await copies(office, case, STRETCH + 50)
    first = await page(office, "all", wanted=[("priority", "urgent")])
    assert first.cases == []
    assert first.next is not None
    second = await page(office, "all", wanted=[("priority", "urgent")], cursor=first.next)
    assert [found.number for found in second.cases] == [case.number]
    assert second.next is None


async def test_a_closed_team_is_no_view_of_others(office: Office) -> None:
    case = await office.says("My invoice", inbox="billing")
    for view in (f"team-{case.team_id}", "team-", "channel-", "team-x", f"team-{'9' * 30}", "saved"):
        with pytest.raises(NotFound):
            await page(office, view)
    assert await numbers(office, f"team-{case.team_id}", "Cy") == [case.number]
    assert await numbers(office, "all", wanted=[("team", str(case.team_id))]) == []
    assert await numbers(office, "all", wanted=[("text", "invoice")]) == []
    assert f"team-{case.team_id}" not in await counted(office)


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
    assert (await counted(office))["all"] == CAP


async def plans(office: Office, view: str, name: str, **how: Any) -> list[str]:
    """How the database means to read a page of a view."""
    seen: list[tuple[str, Any]] = []
    engine = office.database.reader.sync_engine

    def keep(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        if "FROM cases" in statement:
            seen.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    await page(office, view, name, **how)
    event.remove(engine, "before_cursor_execute", keep)
    statement, parameters = seen[0]
    explain = "EXPLAIN QUERY PLAN" if office.database.is_sqlite else "EXPLAIN"
    async with office.database.reader.connect() as connection:
        rows = (await connection.exec_driver_sql(f"{explain} {statement}", parameters)).all()
    return [str(row[-1]) for row in rows]


async def test_every_view_is_read_by_an_index_that_has_its_order(office: Office) -> None:
    case = await office.says("Hello")
    bo = await office.viewer("Bo")
    await copies(office, case, 4000)
    others: list[dict[str, Any]] = [
        {"shelf": "done", "waits_since": None, "due_at": None, "at_risk_at": None},
        {"shelf": "bot"},
        {"assignee_id": bo.agent_id},
    ]
    for offset, values in enumerate(others, 1):
        case.number += offset
        await copies(office, case, 5000, **values)
    async with office.database.transaction() as tx:
        await tx.session.exec(text("ANALYZE"))  # type: ignore[call-overload]
    team, wanted = f"team-{case.team_id}", [("priority", "high")]
    asked: list[tuple[str, dict[str, Any]]] = [
        *((view, {}) for view in (*views.VIEWS, team, "channel-fake") if view != "mentions"),
        *((view, {"sort": sort}) for sort in ("waiting", "due") for view in ("mine", "unassigned", "all", team)),
        ("all", {"wanted": [("team", str(case.team_id))]}),
    ]
    if office.database.is_sqlite:  # PostgreSQL knows that a stretch is half of so small a table
        asked += [(view, {"wanted": wanted}) for view in ("all", "resolved", team)]
    for view, how in asked:
        for cursor in (None, (await page(office, view, **how)).next):
            for name in ("Ada", "Bo"):
                plan = "\n".join(await plans(office, view, name, cursor=cursor, **how))
                assert "ix_cases_" in plan, (view, plan)
                assert "Seq Scan on cases" not in plan, (view, plan)
                assert "SCAN cases\n" not in f"{plan}\n", (view, plan)
                assert "TEMP B-TREE" not in plan, (view, plan)
                if not office.database.is_sqlite:
                    assert "Sort" not in plan, (view, plan)


@pytest.mark.parametrize(
    ("kind", "value", "asked", "other"),
    [
        ("number", 12, "12", "13"), ("number", 12.5, "12,5", "12"), ("number", -3, "-3.0", "3"),
        ("text", "İstanbul " + "x" * 300, "istanbul " + "x" * 191, "ankara"), ("checkbox", True, "true", "false"),
        ("date", "2026-03-31", "2026-03-31", "2026-03-30"),
    ],
)  # fmt: skip
async def test_cases_are_found_by_own_fields_of_each_kind(
    office: Office, kind: str, value: Any, asked: str, other: str
) -> None:
    case = await office.says("Hello")
    async with office.database.transaction() as tx:
        tx.new(FieldDefinition, subject="case", slug="own", name={"en": "Own"}, kind=kind, created_at=tx.now)
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await changes.VERBS["fields"](tx, viewer, await actions.for_work(tx, viewer, case.number), {"own": value})
    assert await numbers(office, "all", wanted=[("field.own", asked)]) == [case.number]
    assert await numbers(office, "all", wanted=[("field.own", other)]) == []


async def test_words_are_looked_for_among_what_one_may_see(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_MOST", 3)
    mine = await office.says("The parcel is lost")
    for index in range(5):
        await office.says("The parcel is late", inbox="billing", sender=f"zoe{index}")
    assert await numbers(office, "all", wanted=[("text", "parcel")]) == [mine.number]
    assert len(await numbers(office, "all", "Cy", wanted=[("text", "parcel")])) == 3
