"""What agents do, and who may do it."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlmodel import col

from omnidesk.desk import actions
from omnidesk.errors import Conflict, Invalid, NotAllowed, NotFound
from omnidesk.store.models import Agent, Case, Delivery, DeliveryState, Interaction, Read, Role, Team
from tests.office import Office

Verb = Callable[..., Awaitable[Any]]

VERBS: list[tuple[Verb, tuple[Any, ...]]] = [
    (actions.reply, ("Hello",)),
    (actions.note, ("Hello",)),
    (actions.assign, (None,)),
    (actions.take, ()),
    (actions.resolve, ()),
    (actions.reopen, ()),
    (actions.mark_read, (1,)),
]


async def failed_delivery(office: Office, case: Case) -> int:
    await office.act("Ada", actions.reply, case.number, "Hello")
    (delivery,) = await office.all(Delivery)
    await office.change(Delivery, col(Delivery.id) == delivery.id, state=DeliveryState.FAILED, error="full")
    return int(delivery.id)


async def refuses(office: Office, name: str, verb: Verb, *said: Any) -> Exception:
    """What an agent is told who may not."""
    viewer = await office.viewer(name)
    with pytest.raises((NotAllowed, NotFound)) as caught:
        async with office.database.transaction() as tx:
            await verb(tx, viewer, *said)
    return caught.value


async def test_a_viewer_may_do_nothing(office: Office) -> None:
    case = await office.says("Hello")
    delivery = await failed_delivery(office, case)
    await office.change(Agent, col(Agent.name) == "Bo", role=Role.VIEWER)
    before = (await office.case(case.number)).version
    for verb, said in [*((verb, (case.number, *said)) for verb, said in VERBS), (actions.retry_delivery, (delivery,))]:
        assert isinstance(await refuses(office, "Bo", verb, *said), NotAllowed), verb.__name__
    assert (await office.case(case.number)).version == before


async def test_cy_is_refused_what_belongs_to_a_closed_team_and_learns_nothing_of_it(office: Office) -> None:
    case = await office.says("Hello")
    delivery = await failed_delivery(office, case)
    await office.change(Team, col(Team.slug) == "support", closed=True)
    for verb, said in VERBS:
        here = await refuses(office, "Cy", verb, case.number, *said)
        nowhere = await refuses(office, "Cy", verb, 999_999, *said)
        assert isinstance(here, NotFound), verb.__name__
        assert str(here).replace(str(case.number), "N") == str(nowhere).replace("999999", "N")
    assert isinstance(await refuses(office, "Cy", actions.retry_delivery, delivery), NotFound)
    assert await office.all(Read) == []


async def test_bo_is_refused_billings_case_while_ada_as_administrator_is_not(office: Office) -> None:
    case = await office.says("My invoice", inbox="billing")
    for verb, said in VERBS:
        assert isinstance(await refuses(office, "Bo", verb, case.number, *said), NotFound), verb.__name__
    for name in ("Ada", "Cy"):
        await office.act(name, actions.note, case.number, f"{name} was here")


async def test_who_was_given_a_closed_teams_case_may_work_on_it(office: Office) -> None:
    case = await office.says("My invoice", inbox="billing")
    bo = await office.viewer("Bo")
    await office.act("Cy", actions.assign, case.number, bo.agent_id)
    await office.act("Bo", actions.reply, case.number, "Let me see")
    await office.act("Cy", actions.take, case.number)
    assert isinstance(await refuses(office, "Bo", actions.note, case.number, "x"), NotFound)


async def test_a_reply_to_what_has_moved_on_is_stopped(office: Office) -> None:
    case = await office.says("Hello")
    seen = case.last_position
    await office.says("I mean goodbye")
    with pytest.raises(Conflict) as caught:
        await office.act("Bo", actions.reply, case.number, "Hello!", last_seen=seen)
    assert caught.value.code == "somebody_wrote"
    assert await office.transcript() == ["Hello", "I mean goodbye"]
    now = (await office.case(case.number)).last_position
    await office.act("Bo", actions.reply, case.number, "Goodbye!", last_seen=now)


async def test_what_colleagues_said_stops_a_reply_too(office: Office) -> None:
    case = await office.says("Hello")
    for verb in (actions.note, actions.reply):
        seen = (await office.case(case.number)).last_position
        await office.act("Ada", verb, case.number, "I have this")
        with pytest.raises(Conflict):
            await office.act("Bo", actions.reply, case.number, "Hello!", last_seen=seen)


async def test_events_and_ones_own_words_do_not_stop_a_reply(office: Office) -> None:
    case = await office.says("Hello")
    seen = case.last_position
    await office.act("Bo", actions.note, case.number, "mine")
    await office.act("Bo", actions.reply, case.number, "One", last_seen=seen)
    await office.act("Ada", actions.assign, case.number, None)
    await office.act("Bo", actions.reply, case.number, "Two", last_seen=seen)
    assert await office.transcript() == ["Hello", "One", "Two"]


async def test_a_case_that_became_a_colleagues_stops_a_reply(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Ada", actions.take, case.number)
    with pytest.raises(Conflict):
        await office.act("Bo", actions.reply, case.number, "Hello!", last_seen=case.last_position)
    await office.act("Ada", actions.reply, case.number, "Hello!", last_seen=case.last_position)


async def test_a_reply_to_the_bots_case_takes_it_over(office: Office) -> None:
    case = await office.says("Hello", inbox="bot")
    taken = await office.act("Bo", actions.reply, case.number, "A person here")
    bo = await office.viewer("Bo")
    assert (taken.holder, taken.assignee_id, taken.category) == ("team", bo.agent_id, "open")
    assert "taken_from_bot" in await office.events(taken)
    await office.says("Thanks", inbox="bot")
    assert await office.transcript(inbox="bot") == ["Hello", "1: Hello", "A person here", "Thanks"]


@pytest.mark.parametrize("inbox", ["desk", "bot"])
async def test_a_reply_to_a_resolved_case_reopens_it(office: Office, inbox: str) -> None:
    case = await office.says("Hello", inbox=inbox)
    if inbox == "bot":
        office.clock.skip(minutes=31)
        await office.work()
    else:
        await office.act("Ada", actions.resolve, case.number)
    again = await office.act("Bo", actions.reply, case.number, "One more thing")
    assert (again.category, again.cycle, again.holder, again.shelf) == ("open", 2, "team", "open")
    assert again.assignee_id is not None
    assert [again.needs_agent, again.needs_routing, again.needs_bot] == [False, False, False]


async def test_the_first_reply_takes_the_case_and_later_ones_leave_it(office: Office) -> None:
    case = await office.says("Hello")
    ada = await office.viewer("Ada")
    replied = await office.act("Ada", actions.reply, case.number, "Hi")
    first = replied.first_reply_at
    assert (replied.assignee_id, replied.unread, replied.preview) == (ada.agent_id, False, "Hi")
    again = await office.act("Bo", actions.reply, case.number, "Hi from me")
    assert (again.assignee_id, again.first_reply_at) == (ada.agent_id, first)


async def test_nothing_and_far_too_much_can_not_be_said(office: Office) -> None:
    case = await office.says("Hello")
    for verb in (actions.reply, actions.note):
        for text in ("", "  \n ", "x" * 50_001):
            with pytest.raises(Invalid) as caught:
                await office.act("Bo", verb, case.number, text)
            assert "text" in caught.value.fields
    assert len(await office.all(Interaction)) == case.last_position


async def test_only_who_can_answer_is_given_a_case(office: Office) -> None:
    case = await office.says("Hello")
    bo = await office.viewer("Bo")
    for hindered in ({"active": False}, {"active": True, "role": Role.VIEWER}):
        await office.change(Agent, col(Agent.name) == "Bo", **hindered)
        with pytest.raises(Invalid) as caught:
            await office.act("Ada", actions.assign, case.number, bo.agent_id)
        assert "agent" in caught.value.fields
    with pytest.raises(Invalid):
        await office.act("Ada", actions.assign, case.number, 17)


async def test_assigning_is_logged_with_who_did_it_and_doing_it_twice_is_not(office: Office) -> None:
    case = await office.says("Hello")
    bo = await office.viewer("Bo")
    for _ in range(2):
        await office.act("Ada", actions.assign, case.number, bo.agent_id)
    events = [row.interaction for row in await office.log(case) if row.interaction.payload.get("event") == "assigned"]
    assert [(event.author_name, event.payload["agent"]) for event in events] == [("Ada", "Bo")]
    await office.act("Ada", actions.assign, case.number, None)
    assert (await office.events(case))[-1] == "unassigned"


async def test_resolving_takes_what_nobody_has_and_is_done_once(office: Office) -> None:
    case = await office.says("Hello")
    resolved = await office.act("Bo", actions.resolve, case.number)
    assert resolved.assignee_id == (await office.viewer("Bo")).agent_id
    version = resolved.version
    assert (await office.act("Ada", actions.resolve, case.number)).version == version
    reopened = await office.act("Ada", actions.reopen, case.number)
    assert (reopened.category, reopened.cycle) == ("open", 2)
    assert (await office.act("Ada", actions.reopen, case.number)).version == reopened.version


async def test_reading_ends_being_new_for_the_one_who_has_it(office: Office) -> None:
    case = await office.says("Hello")
    bo = await office.viewer("Bo")
    await office.act("Ada", actions.assign, case.number, bo.agent_id)
    position = (await office.case(case.number)).last_position
    for name, upto, unread in (("Ada", position, True), ("Bo", position - 1, True), ("Bo", position, False)):
        found = await office.act(name, actions.mark_read, case.number, upto)
        assert found.unread == unread, (name, upto)


async def test_a_page_that_lags_behind_takes_no_reading_back(office: Office) -> None:
    case = await office.says("Hello")
    for position in (3, 1, 10**12):
        await office.act("Bo", actions.mark_read, case.number, position)
    (read,) = await office.all(Read)
    assert read.position == case.last_position


async def test_a_failed_message_is_tried_again_once(office: Office) -> None:
    case = await office.says("Hello")
    delivery = await failed_delivery(office, case)
    bo = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        await actions.retry_delivery(tx, bo, delivery)
    await office.work()
    (found,) = await office.all(Delivery)
    assert (found.state, found.error, found.attempts) == ("sent", "", 1)
    with pytest.raises(Conflict):
        async with office.database.transaction() as tx:
            await actions.retry_delivery(tx, bo, delivery)
    with pytest.raises(NotFound):
        async with office.database.transaction() as tx:
            await actions.retry_delivery(tx, bo, 17)
