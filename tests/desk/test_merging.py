"""Merging cases: what was said goes along, later messages land right, and all of it can be undone."""

import asyncio
from typing import Any

import pytest

from omnidesk.desk import actions, changes
from omnidesk.desk.casework import merging, targets
from omnidesk.desk.incoming import joining
from omnidesk.desk.views import Reader
from omnidesk.errors import Conflict, Invalid, NotAllowed, NotFound
from omnidesk.store.models import (
    Agent,
    Case,
    CaseFieldValue,
    CaseLabel,
    CaseMerge,
    Delivery,
    FieldDefinition,
    Interaction,
    Role,
    SlaSegment,
    SlaTimer,
)
from tests.office import Office


async def merge(office: Office, who: str, case: Case, into: Case) -> CaseMerge:
    viewer = await office.viewer(who)
    async with office.database.transaction() as tx:
        return await merging.merge(tx, viewer, case.number, into.number)


async def undo(office: Office, who: str, made: CaseMerge) -> None:
    viewer = await office.viewer(who)
    async with office.database.transaction() as tx:
        await merging.undo(tx, viewer, made.id)


async def two(office: Office) -> tuple[Case, Case]:
    """Two cases of Mia, written in by turns."""
    one = await office.says("One", inbox="mail", message_id="one@x")
    other = await office.says("Two", inbox="mail", message_id="two@x")
    await office.says("Three", inbox="mail", references=["one@x"])
    await office.says("Four", inbox="mail", references=["two@x"])
    return await office.case(one.number), await office.case(other.number)


async def said(office: Office, case: Case) -> list[str]:
    return [row.interaction.text for row in await office.log(case) if row.interaction.kind == "message"]


async def positions(office: Office, case: Case) -> list[int]:
    return [row.interaction.position for row in await office.log(case)]


async def state(office: Office, *cases: Case) -> Any:
    """All that a merge touches; what it leaves in the log itself is left out."""
    skip = {"merged_into", "merged_from", "merge_undone"}
    log = [
        (row.id, row.case_id, row.position)
        for row in await office.all(Interaction)
        if row.payload.get("event") not in skip
    ]
    rows = [(row.id, row.case_id) for row in await office.all(Delivery)]
    timers = [(row.id, row.state, row.due_at, row.ended_at) for row in await office.all(SlaTimer)]
    segments = [(row.id, row.ended_at) for row in await office.all(SlaSegment)]
    loads = [(agent.name, agent.load) for agent in await office.all(Agent)]
    now = [await office.case(case.number) for case in cases]
    left = {"version", "updated_at", "last_position", "log_version"}
    return sorted(log), rows, timers, segments, loads, [case.model_dump(exclude=left) for case in now]


async def test_what_was_said_goes_along_in_order_of_time(office: Office) -> None:
    one, other = await two(office)
    await merge(office, "Ada", other, one)
    assert await said(office, one) == ["One", "Two", "Three", "Four"]
    places = await positions(office, one)
    assert places == list(range(1, len(places) + 1))
    assert (await office.case(one.number)).last_position == len(places)
    gone = await office.case(other.number)
    assert (gone.category, gone.disposition, gone.merged_into_id) == ("closed", "merged", one.id)
    assert (await office.events(other), await office.events(one))[0] == ["merged_into"]


async def test_merge_then_undo_is_nothing(office: Office) -> None:
    one, other = await two(office)
    await office.act("Bo", actions.reply, other.number, "An answer")
    await office.work()
    before = await state(office, one, other)
    for _ in range(2):
        made = await merge(office, "Ada", other, one)
        assert await state(office, one, other) != before
        await undo(office, "Bo", made)
        assert await state(office, one, other) == before


async def test_labels_and_fields_go_along_where_they_are_missing_and_back(office: Office) -> None:
    one, other = await two(office)
    async with office.database.transaction() as tx:
        for slug in ("order", "price"):
            tx.new(FieldDefinition, subject="case", slug=slug, kind="text", name={"en": slug}, created_at=tx.now)
    ada = await office.viewer("Ada")
    for case, labels, fields in (
        (one, ["vip", "late"], {"order": "7", "price": "9"}), (other, ["vip", "lost"], {"order": "8"}),
    ):  # fmt: skip
        async with office.database.transaction() as tx:
            locked = await actions.for_work(tx, ada, case.number)
            await changes.VERBS["labels"](tx, ada, locked, labels)
            await changes.note_fields(tx, ada, locked, fields)
    before = await belongs(office, other)
    made = await merge(office, "Ada", one, other)
    assert await belongs(office, other) == (
        ["late", "lost", "vip"], {"order": "8", "price": "9"}, {"order": "8", "price": "9"},
    )  # fmt: skip
    await undo(office, "Ada", made)
    assert await belongs(office, other) == before
    assert (await belongs(office, one))[:2] == (["late", "vip"], {"order": "7", "price": "9"})


async def belongs(office: Office, case: Case) -> tuple[list[str], dict[str, str], dict[str, str]]:
    """The labels and fields of a case, and by which fields it is found."""
    labels = sorted(row.label for row in await office.all(CaseLabel) if row.case_id == case.id)
    slugs = {row.id: row.slug for row in await office.all(FieldDefinition)}
    found = {slugs[row.field_id]: row.value for row in await office.all(CaseFieldValue) if row.case_id == case.id}
    return labels, (await office.case(case.number)).fields, found


async def test_later_messages_land_where_the_case_went_through_chains_too(office: Office) -> None:
    one, other = await two(office)
    third = await office.says("Five", inbox="mail", message_id="five@x")
    await merge(office, "Ada", other, one)
    await merge(office, "Ada", one, third)
    token = joining.case_token(office.keys, other.id)
    for how in ({"references": ["two@x"]}, {"token": token}):
        assert (await office.says("More", inbox="mail", **how)).id == third.id


async def test_what_came_after_the_merge_stays(office: Office) -> None:
    one, other = await two(office)
    made = await merge(office, "Ada", other, one)
    await office.says("Late", inbox="mail", references=["two@x"])
    await undo(office, "Ada", made)
    assert await said(office, one) == ["One", "Three", "Late"]
    assert await said(office, other) == ["Two", "Four"]


async def test_an_earlier_merge_is_undone_after_the_later_one_only(office: Office) -> None:
    one, other = await two(office)
    third = await office.says("Five", inbox="mail", message_id="five@x")
    first, second = await merge(office, "Ada", other, one), await merge(office, "Ada", one, third)
    with pytest.raises(Conflict):
        await undo(office, "Ada", first)
    await undo(office, "Ada", second)
    await undo(office, "Ada", first)
    with pytest.raises(Conflict):
        await undo(office, "Ada", first)


async def test_two_who_merge_both_ways_at_once_get_one_merge(office: Office) -> None:
    one, other = await two(office)
    results = await asyncio.gather(
        merge(office, "Ada", one, other), merge(office, "Bo", other, one), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == ["CaseMerge", "Conflict"]


async def test_a_merged_case_is_not_worked_on_and_takes_no_other(office: Office) -> None:
    one, other = await two(office)
    await merge(office, "Ada", other, one)
    with pytest.raises(Conflict):
        await office.act("Ada", actions.reopen, other.number)
    with pytest.raises(Conflict):
        await merge(office, "Ada", one, other)
    with pytest.raises(Invalid):
        await merge(office, "Ada", one, one)


async def test_cy_is_refused_and_sees_no_target_of_a_closed_team(office: Office) -> None:
    one, other = await two(office)
    hidden = await office.says("Bill", inbox="mail", message_id="bill@x")
    team = (await office.viewer("Cy")).team_ids
    await office.becomes(hidden, team_id=next(iter(team)), assignee_id=None)
    for case, into in ((hidden, one), (one, hidden)):
        with pytest.raises(NotFound):
            await merge(office, "Bo", case, into)
    async with office.database.session() as session:
        bo = await office.viewer("Bo")
        reader = Reader(bo, office.clock())
        assert hidden.id not in {case.id for case in await targets.candidates(session, reader, one.number)}
        assert not await targets.candidates(session, reader, one.number, str(hidden.number))
        assert hidden.id not in {case.id for case in await targets.candidates(session, reader, one.number, "bill")}
        with pytest.raises(NotFound):
            await merging.preview(session, bo, one.number, hidden.number)
    made = await merge(office, "Ada", hidden, other)
    with pytest.raises(NotFound):
        await undo(office, "Bo", made)
    await office.change(Agent, Agent.name == "Bo", role=Role.VIEWER)
    with pytest.raises(NotAllowed):
        await merge(office, "Bo", one, other)


async def test_a_page_from_before_a_merge_knows_other_positions(office: Office) -> None:
    one, other = await two(office)
    made = await merge(office, "Ada", one, other)
    merged = await office.case(other.number)
    await undo(office, "Ada", made)
    seen = {"last_seen": merged.last_position, "log_version": merged.log_version}
    await office.says("Five", inbox="mail", references=["two@x"])
    for stale in (seen, {"last_seen": merged.last_position}):
        with pytest.raises(Conflict) as caught:
            await office.act("Bo", actions.reply, other.number, "Dear Mia", **stale)
        assert caught.value.code == "somebody_wrote"
    now = await office.case(other.number)
    seen = {"last_seen": now.last_position, "log_version": now.log_version}
    await office.act("Bo", actions.reply, other.number, "Dear Mia", **seen)


async def test_a_target_is_found_by_words_subject_and_person(office: Office) -> None:
    case = await office.says("Hello", name="Mia")
    late = await office.says(
        "Where is it?", inbox="mail", sender="zoe@shop.example", name="Zoe Kaya", message_id="1", subject="Broken chair"
    )  # fmt: skip
    gone = await office.says("A chair", sender="max", name="Max")
    await merge(office, "Ada", gone, late)
    reader = Reader(await office.viewer("Bo"), office.clock())
    asked = {
        "where it": True,
        "chair": True,
        "broken": True,
        "Zoe": True,
        "kay": True,
        "zoe@shop.example": True,
        "sofa": False,
        "(": False,
    }
    async with office.database.session() as session:
        for question, found in asked.items():
            numbers = [one.number for one in await targets.candidates(session, reader, case.number, question)]
            assert (question, numbers) == (question, [late.number] if found else [])
