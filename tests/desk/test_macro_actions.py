"""What macros do beyond the plain: own statuses and fields, outcomes, snoozing; all of it or nothing; undone later."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from omnidesk.desk import applying_macros, moments
from omnidesk.desk.applying_macros import Refused
from omnidesk.desk.macros import Written
from omnidesk.errors import Conflict, Invalid
from omnidesk.store.models import Agent, Case, Disposition, MacroKind, SlaTimer, Status
from tests.desk.test_case_shape import field, note, setup
from tests.desk.test_macros import applied, made
from tests.office import Office


async def macro(office: Office, *actions: dict[str, object]) -> int:
    """A shared macro."""
    return await made(office, "Ada", Written(MacroKind.MACRO, "Everything", actions=actions))


async def furnished(office: Office) -> None:
    """What a desk keeps of its own."""
    await setup(office, (Status, {"slug": "courier", "category": "on_hold"}), (Disposition, {"slug": "solved"}))
    await field(office, "product", "text", required_to_resolve=True)
    await field(office, "urgent", "checkbox")


async def undone(office: Office, case: Case, position: int | None) -> Case:
    """Bo takes a macro back."""
    async with office.database.transaction() as tx:
        await applying_macros.undo(tx, await office.viewer("Bo"), case.number, position or 0)
    return await office.case(case.number)


async def offered(office: Office, case: Case) -> int | None:
    """Which macro of the log can be undone."""
    rows = [row.interaction for row in await office.log(case)]
    async with office.database.session() as session:
        return await applying_macros.undoable(session, await office.case(case.number), rows)


async def test_own_status_and_fields_are_set_and_taken_back(office: Office) -> None:
    await furnished(office)
    case = await note(office, await office.says("Help"), product="Chair", other="x")
    both = await macro(office, {"status": "courier"}, {"fields": {"product": None, "urgent": "true"}})
    done = await applied(office, case, both)
    now = await office.case(case.number)
    assert (now.category, now.fields) == ("on_hold", {"other": "x", "urgent": True})
    assert await offered(office, case) == done.position
    await note(office, case, other="y")  # a field that the macro did not touch
    case = await undone(office, case, done.position)
    assert (case.category, case.status_id, case.fields) == ("open", None, {"product": "Chair", "other": "y"})
    assert await offered(office, case) is None
    with pytest.raises(Conflict):
        await undone(office, case, done.position)


async def test_resolving_with_an_outcome_needs_what_the_macro_itself_may_fill_in(office: Office) -> None:
    await furnished(office)
    case = await office.says("Help")
    short = await macro(office, {"priority": "high"}, {"resolve_as": "solved"})
    with pytest.raises(Refused) as refused:
        await applied(office, case, short)
    assert (refused.value.cause.code, refused.value.action) == ("not_ready", {"resolve_as": "solved"})
    assert ((await office.case(case.number)).priority, await office.events(case)) == ("normal", ["opened", "routed"])
    done = await applied(office, case, await macro(office, {"fields": {"product": "Chair"}}, {"resolve_as": "solved"}))
    case = await office.case(case.number)
    assert (case.category, case.disposition) == ("resolved", "solved")
    case = await undone(office, case, done.position)
    assert (case.category, case.disposition, case.fields) == ("open", None, {})


async def test_snoozing_is_by_the_agents_own_clock_and_wakes_again_when_undone(office: Office) -> None:
    case = await office.says("Help")
    tomorrow = await macro(office, {"snooze": "tomorrow"})
    bo = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        done = await applying_macros.apply(tx, bo, case.number, tomorrow, ZoneInfo("Europe/Istanbul"))
    case = await office.case(case.number)
    assert case.snoozed_until is not None
    assert case.snoozed_until.astimezone(ZoneInfo("Europe/Istanbul")).hour == 9
    case = await undone(office, case, done.position)
    assert not case.snoozed
    await applied(office, case, await macro(office, {"snooze": "reply"}))
    assert (await office.case(case.number)).snoozed
    await office.says("Here I am")
    assert not (await office.case(case.number)).snoozed
    assert await offered(office, case) is None


async def test_what_can_t_be_done_on_a_case_leaves_all_of_it_undone(office: Office) -> None:
    case = await office.says("Help")
    await applied(office, case, await macro(office, {"status": "resolved"}))
    with pytest.raises(Refused) as refused:
        await applied(office, case, await macro(office, {"add_labels": ["later"]}, {"snooze": "4hours"}))
    assert refused.value.cause.code == "done"
    assert "labels_changed" not in await office.events(case)


@pytest.mark.parametrize(
    "action",
    [
        {"status": "nowhere"}, {"resolve_as": "nothing"}, {"fields": {"nothing": "x"}}, {"fields": {"urgent": "maybe"}},
    ],
)  # fmt: skip
async def test_what_is_not_here_can_t_be_in_a_macro(office: Office, action: dict[str, object]) -> None:
    await furnished(office)
    with pytest.raises(Invalid) as wrong:
        await macro(office, action)
    assert "actions" in wrong.value.fields


def test_moments_are_in_the_zone_of_who_asks() -> None:
    now = datetime(2026, 1, 30, 22, 30, tzinfo=UTC)  # the 31st in Istanbul
    zone = ZoneInfo("Europe/Istanbul")
    assert moments.later("tomorrow", now, zone) == datetime(2026, 2, 1, 6, tzinfo=UTC)
    assert moments.later("4hours", now, zone) == datetime(2026, 1, 31, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize("action", [{"assignee": "me"}, {"snooze": "tomorrow"}, {"status": "resolved"}])
async def test_a_case_of_the_bots_goes_back_to_the_bot_as_it_was(office: Office, action: dict[str, object]) -> None:
    case = await office.says("Hello", inbox="bot")
    done = await applied(office, case, await macro(office, action))
    assert (await office.case(case.number)).holder == "team"
    now = await undone(office, case, done.position)
    assert (now.holder, now.shelf, now.assignee_id, now.held_at) == ("bot", "bot", None, None)
    assert (now.needs_bot, now.needs_routing, now.next_step_at) == (False, False, case.next_step_at)
    assert await office.all(SlaTimer) == []
    assert {agent.load for agent in await office.all(Agent)} == {0}
    assert "given_back_to_bot" in await office.events(case)
    before = len(office.channel("bot").sent)
    await office.says("And another thing", inbox="bot")
    assert len(office.channel("bot").sent) == before + 1


async def test_the_bot_answers_what_was_said_while_an_agent_had_its_case(office: Office) -> None:
    case = await office.says("Hello", inbox="bot")
    done = await applied(office, case, await macro(office, {"assignee": "me"}))
    await office.says("Are you there?", inbox="bot")
    before = len(office.channel("bot").sent)
    await undone(office, case, done.position)
    await office.work()
    assert len(office.channel("bot").sent) == before + 1


async def test_a_case_that_nobody_had_is_nobodys_after_undoing_that_it_was_resolved(office: Office) -> None:
    case = await office.says("Hello")
    done = await applied(office, case, await macro(office, {"status": "resolved"}))
    assert (await office.case(case.number)).assignee_id is not None
    now = await undone(office, case, done.position)
    assert (now.assignee_id, now.category) == (None, "open")
