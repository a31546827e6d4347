"""The timeline and what stands beside it, as far as one may see."""

from typing import Any

import pytest
from sqlalchemy import event

from omnidesk.desk import actions, timeline
from omnidesk.desk.timeline import SidePanel
from omnidesk.store.models import Case, Invitation
from tests.office import Office


async def panel(office: Office, case: Case, name: str) -> SidePanel:
    viewer = await office.viewer(name)
    async with office.database.session() as session:
        return await timeline.side_panel(session, viewer, case, office.clock())


async def two_teams(office: Office) -> tuple[Case, Case]:
    """Mia's case in support and hers in billing."""
    support = await office.says("Hello")
    billing = await office.says("My invoice", inbox="billing")
    assert support.contact_id == billing.contact_id
    return support, billing


async def test_the_log_is_read_in_order_and_in_pieces(office: Office) -> None:
    case = await office.says("One")
    for number in range(5):
        await office.act("Bo", actions.note, case.number, str(number))
    async with office.database.session() as session:
        everything = [row.interaction.position for row in await timeline.timeline(session, case)]
        newest = [row.interaction.position for row in await timeline.timeline(session, case, limit=3)]
        older = [row.interaction.position for row in await timeline.timeline(session, case, before=newest[0], limit=3)]
        new = [row.interaction.position for row in await timeline.timeline(session, case, after=everything[-2])]
    assert everything == list(range(1, len(everything) + 1))
    assert newest == everything[-3:]
    assert older == everything[-6:-3]
    assert new == everything[-1:]


async def test_a_row_has_its_files_and_how_its_sending_stands(office: Office) -> None:
    case = await office.says("Look", files={"a.txt": "text"})
    await office.act("Bo", actions.reply, case.number, "Thanks")
    rows = {row.interaction.text: row for row in await office.log(case)}
    assert [file.filename for file in rows["Look"].attachments] == ["a.txt"]
    assert [delivery.state for delivery in rows["Thanks"].deliveries] == ["sent"]
    assert (rows["Look"].deliveries, rows["Thanks"].attachments) == ([], [])


async def test_a_log_of_any_length_costs_the_same_number_of_queries(office: Office) -> None:
    case = await office.says("Hello")
    engine, count = office.database.reader.sync_engine, 0

    def tell(*_: Any) -> None:
        nonlocal count
        count += 1

    event.listen(engine, "before_cursor_execute", tell)
    used = []
    for _ in range(2):
        count = 0
        await office.log(case)
        used.append(count)
        for _ in range(5):
            await office.act("Bo", actions.note, case.number, "more")
    assert used[0] == used[1]


async def test_the_history_shows_the_persons_other_cases_newest_first(office: Office) -> None:
    support, billing = await two_teams(office)
    bots = await office.says("Hello", inbox="bot")
    seen = await panel(office, support, "Cy")
    assert [case.id for case in seen.history] == [bots.id, billing.id]
    assert seen.hidden == {}
    assert (seen.team.slug, seen.inbox.slug, seen.policy_name) == ("support", "desk", "Standard")
    assert {timer.timer.metric for timer in seen.timers} == {"first_response", "resolution"}


async def test_a_closed_teams_cases_are_a_count_to_others(office: Office) -> None:
    support, _ = await two_teams(office)
    for name, hidden in (("Ada", {}), ("Bo", {"Billing": 1}), ("Cy", {})):
        seen = await panel(office, support, name)
        assert seen.hidden == hidden, name
        assert len(seen.history) == (not hidden), name


async def test_a_hidden_case_that_is_ones_own_is_shown_and_not_counted(office: Office) -> None:
    support, billing = await two_teams(office)
    bo = await office.viewer("Bo")
    await office.act("Cy", actions.assign, billing.number, bo.agent_id)
    seen = await panel(office, support, "Bo")
    assert ([case.id for case in seen.history], seen.hidden) == ([billing.id], {})


async def test_hidden_cases_push_nothing_out_of_the_history(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline, "_HISTORY", 2)
    support = await office.says("Hello")
    second = await office.says("Hello", inbox="bot")
    for _ in range(3):
        case = await office.says("My invoice", inbox="billing")
        await office.act("Cy", actions.resolve, case.number)
        office.clock.skip(days=8)
    seen = await panel(office, support, "Bo")
    assert ([case.id for case in seen.history], seen.hidden) == ([second.id], {"Billing": 3})


async def test_the_panel_shows_participants_and_the_survey(office: Office) -> None:
    case = await office.says("Hello", inbox="mail", message_id="m@x")
    await office.says("Me too", inbox="mail", sender="eve", references=["m@x"])
    resolved = await office.act("Bo", actions.resolve, case.number)
    (asked,) = await office.all(Invitation)
    await office.receive("4", inbox="mail", button=f"survey:{asked.id}:4")
    await office.work()
    seen = await panel(office, resolved, "Bo")
    assert [point.address for point in seen.participants] == ["eve"]
    assert [point.address for point in seen.points] == ["mia"]
    assert seen.survey is not None
    assert (seen.survey.score, seen.scores) == (4, {case.id: 4})
    assert seen.assignee is not None
    assert seen.assignee.name == "Bo"
