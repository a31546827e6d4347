"""The case's own shape: statuses, fields, outcomes, tasks, links."""

from typing import Any

import pytest

from omnidesk.desk import actions, changes, links, own_fields, tasks
from omnidesk.desk.beside import beside
from omnidesk.errors import Invalid, NotFound
from omnidesk.store.models import Case, CaseFieldValue, CaseLink, Disposition, FieldDefinition, Row, Status, Task
from tests.office import Office


async def setup(office: Office, *rows: tuple[type[Row], dict[str, Any]]) -> None:
    """What a desk set up."""
    async with office.database.transaction() as tx:
        for model, values in rows:
            name = {"name": {"en": values.get("slug", ""), "tr": values.get("slug", "")}}
            tx.new(model, created_at=tx.now, **{**name, **values})


async def field(office: Office, slug: str, kind: str, **more: Any) -> None:
    """An own field of cases."""
    await setup(office, (FieldDefinition, {"subject": "case", "slug": slug, "kind": kind, **more}))


async def note(office: Office, case: Case, **fields: Any) -> Case:
    """Ada writes fields down."""
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await changes.note_fields(tx, viewer, await actions.for_work(tx, viewer, case.number), fields)
    return await office.case(case.number)


async def test_an_own_status_lives_in_its_category(office: Office) -> None:
    await setup(office, (Status, {"slug": "with-the-courier", "category": "on_hold"}))
    case, viewer = await office.says("Hello"), await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await changes.set_status(tx, viewer, await actions.for_work(tx, viewer, case.number), "with-the-courier")
    case = await office.case(case.number)
    assert (case.category, case.status_id is not None) == ("on_hold", True)
    case = await office.says("Any news?")
    assert (case.category, case.status_id) == ("open", None)
    assert "status_changed" in await office.events(case)


@pytest.mark.parametrize(
    ("kind", "said", "kept", "more"),
    [
        ("number", "12,5", 12.5, {}), ("number", " 1 000 ", 1000, {}), ("date", "2026-03-31", "2026-03-31", {}),
        ("choice", "red", "red", {"choices": [{"slug": "red", "name": {"en": "Red"}}]}), ("checkbox", "true", True, {}),
        ("regex", "TR-88231", "TR-88231", {"pattern": r"[A-Z]{2}-\d{5}"}), ("text", " hi ", "hi", {}),
    ],
)  # fmt: skip
async def test_a_field_keeps_what_its_kind_can_hold(
    office: Office, kind: str, said: str, kept: Any, more: dict[str, Any]
) -> None:
    await field(office, "f", kind, **more)
    case = await note(office, await office.says("Hello"), f=said)
    assert case.fields == {"f": kept}
    assert len(await office.all(CaseFieldValue)) == 1
    case = await note(office, case, f="")
    assert case.fields == {}
    assert await office.all(CaseFieldValue) == []


@pytest.mark.parametrize(
    ("kind", "said", "more"),
    [
        ("number", "twelve", {}), ("number", "1e400", {}), ("number", True, {}), ("date", "31.3.", {}),
        ("number", "1_000", {}), ("number", "1.234,5", {}), ("number", "٣", {}), ("number", "NaN", {}),
        ("date", "2026-W01-1", {}), ("date", "20260331", {}), ("date", 20260331, {}),
        ("choice", "blue", {"choices": [{"slug": "red", "name": {}}]}), ("text", "x" * 2001, {}),
        ("regex", "x", {"pattern": "[A-Z]+"}), ("checkbox", "perhaps", {}),
    ],
)  # fmt: skip
async def test_a_field_refuses_what_it_can_not_hold(office: Office, kind: str, said: Any, more: dict[str, Any]) -> None:
    await field(office, "f", kind, **more)
    case = await office.says("Hello")
    with pytest.raises(Invalid, match=r"fields\.f"):
        await note(office, case, f=said)
    assert (await office.case(case.number)).fields == {}


@pytest.mark.parametrize("numbers", [[-3, -2.5, 0, 0.5, 7, 12, 1000]])
async def test_numbers_are_found_in_their_order(office: Office, numbers: list[float]) -> None:
    await field(office, "f", "number")
    (one,) = await office.all(FieldDefinition)
    texts = [own_fields.sortable(one, number) for number in numbers]
    assert texts == sorted(texts)


async def test_what_is_required_comes_before_resolving(office: Office) -> None:
    await field(office, "product", "text", required_to_resolve=True)
    await setup(office, (Disposition, {"slug": "solved"}))
    case = await office.says("Hello")
    async with office.database.transaction() as tx:
        await tasks.add(tx, await office.viewer("Ada"), case.number, "Call the courier", {"must_be_done": True})
    with pytest.raises(Invalid) as caught:
        await office.act("Ada", actions.resolve, case.number)
    assert caught.value.code == "not_ready"
    assert set(caught.value.fields.values()) == {"required to resolve", "not done"}
    await note(office, case, product="Chair")
    (task,) = await office.all(Task)
    async with office.database.transaction() as tx:
        await tasks.tick(tx, await office.viewer("Ada"), task.id, done=True)
    case = await office.act("Ada", actions.resolve, case.number, "solved")
    assert (case.category, case.disposition) == ("resolved", "solved")
    case = await office.act("Ada", actions.reopen, case.number)
    assert case.disposition is None
    with pytest.raises(Invalid, match="disposition"):
        await office.act("Ada", actions.resolve, case.number, "nonsense")


async def test_links_are_seen_from_both_sides_and_a_closed_team_s_as_its_name(office: Office) -> None:
    first, second = await office.says("One"), await office.says("Two", sender="other")
    secret = await office.says("Secret", inbox="billing", sender="zoe")
    ada = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await links.link(tx, ada, second.number, first.number, "parent")
        await links.link(tx, ada, second.number, secret.number, "related")
    async with office.database.session() as session:
        of_first = await links.of_case(session, ada, first)
        of_second = await links.of_case(session, await office.viewer("Bo"), second)
    assert [(one.role, one.case.number if one.case else None) for one in of_first] == [("child", second.number)]
    assert [(one.role, one.case is None, one.team) for one in of_second] == [
        ("parent", False, "Support"), ("related", True, "Billing"),
    ]  # fmt: skip
    with pytest.raises(Invalid):
        async with office.database.transaction() as tx:
            await links.link(tx, ada, first.number, second.number, "parent")
    with pytest.raises(NotFound):
        async with office.database.transaction() as tx:
            await links.link(tx, await office.viewer("Bo"), first.number, secret.number, "related")
    async with office.database.transaction() as tx:
        await links.unlink(tx, ada, first.number, second.id, "child")
    assert len(await office.all(CaseLink)) == 1


async def test_one_s_own_tasks_come_by_their_time(office: Office) -> None:
    case, ada = await office.says("Hello"), await office.viewer("Ada")
    mine = {"assignee_id": ada.agent_id}
    async with office.database.transaction() as tx:
        await tasks.add(tx, ada, case.number, "Some day", mine)
        await tasks.add(tx, ada, case.number, "Tomorrow", {**mine, "due_at": office.clock()})
    async with office.database.session() as session:
        first = await tasks.mine(session, ada, limit=1)
        rest = await tasks.mine(session, ada, cursor=first.next, limit=1)
        panel = await beside(session, ada, await office.case(case.number))
    assert [one.task.text for one in (*first.tasks, *rest.tasks)] == ["Tomorrow", "Some day"]
    assert rest.next is None
    assert len(panel.tasks) == 2


async def test_a_task_goes_to_nobody_who_may_not_see_its_case(office: Office) -> None:
    case, ada, cy = await office.says("Secret", inbox="billing"), await office.viewer("Ada"), await office.viewer("Cy")
    bo = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        task = await tasks.add(tx, ada, case.number, "Ask", {"assignee_id": cy.agent_id})
    for verb, said in ((tasks.add, case.number), (tasks.edit, task.id)):
        values = ("Ask", {"assignee_id": bo.agent_id}) if verb is tasks.add else ({"assignee_id": bo.agent_id},)
        with pytest.raises(Invalid):
            async with office.database.transaction() as tx:
                await verb(tx, ada, said, *values)
    (kept,) = await office.all(Task)
    assert kept.assignee_id == cy.agent_id


@pytest.mark.parametrize(
    ("said", "english", "turkish"),
    [
        ("12", 12, 12), ("1.234", 1.234, 1234), ("1,234", 1234, 1.234), ("1.234,5", None, 1234.5),
        ("1,234.5", 1234.5, None), ("12.5", 12.5, 12.5), ("12,5", 12.5, 12.5), ("-3,5", -3.5, -3.5),
        ("1 000", 1000, 1000), ("1_000", None, None), ("1.2.3", None, None), (",", None, None), ("9" * 30, None, None),
    ],
)  # fmt: skip
def test_a_number_is_read_in_the_language_of_who_types_it(
    said: str, english: float | None, turkish: float | None
) -> None:  # fmt: skip
    field = FieldDefinition(id=1, slug="f", kind="number", subject="case", name={"en": "F"})
    for language, wanted in (("en", english), ("tr", turkish)):
        text = own_fields.typed(field, said, language)
        if wanted is None:
            with pytest.raises(Invalid):
                own_fields.value_of(field, text)
        else:
            assert own_fields.value_of(field, text) == wanted
