"""Replies that wait: undone, sent when their time has come, ended by what happened meanwhile."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from omnidesk.app import make_workers
from omnidesk.desk import actions, calls, spam
from omnidesk.desk.calls import Call, Outcome
from omnidesk.desk.casework import merging
from omnidesk.desk.drafts import Writing
from omnidesk.desk.outgoing import planned
from omnidesk.errors import Conflict, Invalid, NotAllowed
from omnidesk.store.models import (
    Agent,
    Case,
    Category,
    ContactPoint,
    Direction,
    Draft,
    Interaction,
    Kind,
    Notice,
    PlannedReply,
)
from tests.office import Office


async def plan(office: Office, case: Case, text: str, *, who: str = "Ada", **how: Any) -> None:
    viewer = await office.viewer(who)
    async with office.database.transaction() as tx:
        locked = await actions.for_work(tx, viewer, case.number)
        seconds = how.pop("seconds", 15)
        await planned.plan(tx, viewer, locked, Writing(text), send_at=tx.now + timedelta(seconds=seconds), **how)
    await office.work()


async def do(office: Office, case: Case, verb: Any, *, who: str = "Ada") -> None:
    viewer = await office.viewer(who)
    (reply,) = await office.all(PlannedReply)
    async with office.database.transaction() as tx:
        await verb(tx, viewer, await actions.for_work(tx, viewer, case.number), reply.id)
    await office.work()


async def said(office: Office) -> list[str]:
    return [
        row.text for row in await office.all(Interaction) if row.kind == Kind.MESSAGE and row.author_kind == "agent"
    ]


async def test_a_reply_waits_and_then_is_one(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Dear Mia", then=Category.WAITING)
    assert await said(office) == []
    assert (await office.case(case.number)).first_reply_at is None
    office.clock.skip(seconds=16)
    await office.work()
    assert await said(office) == ["Dear Mia"]
    now = await office.case(case.number)
    assert (now.category, now.assignee_id) == (Category.WAITING, (await office.viewer("Ada")).agent_id)
    assert await office.all(PlannedReply) == []


async def test_what_is_undone_leaves_nothing_and_stands_in_the_composer(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Dear Mai")
    events = await office.events(case)
    await do(office, case, planned.take_back)
    office.clock.skip(minutes=1)
    await office.work()
    assert await said(office) == []
    assert await office.events(case) == events
    assert [draft.text for draft in await office.all(Draft)] == ["Dear Mai"]


async def test_the_next_reply_sends_the_one_before_in_order(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "One")
    await plan(office, case, "Two")
    assert await said(office) == ["One"]
    office.clock.skip(seconds=16)
    await office.work()
    assert await said(office) == ["One", "Two"]


async def test_a_reply_for_later_is_ended_by_the_customers_message(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Any news?", later=True, seconds=3600)
    await office.says("Here is some news")
    office.clock.skip(hours=2)
    await office.work()
    assert await said(office) == []
    (reply,) = await office.all(PlannedReply)
    assert (reply.state, reply.why) == ("cancelled", "customer_wrote")
    assert "planned_cancelled" in await office.events(case)
    await do(office, case, planned.take_back)
    assert [draft.text for draft in await office.all(Draft)] == ["Any news?"]


async def test_a_reply_for_later_is_ended_by_resolving(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Any news?", later=True, seconds=3600)
    await office.act("Bo", actions.resolve, case.number)
    (reply,) = await office.all(PlannedReply)
    assert (reply.state, reply.why) == ("cancelled", "resolved")


async def test_an_automatic_message_ends_nothing(office: Office) -> None:
    case = await office.says("Hello", inbox="mail")
    await plan(office, case, "Any news?", later=True, seconds=3600)
    await office.says("I am away", inbox="mail", automatic=True)
    office.clock.skip(hours=2)
    await office.work()
    assert await said(office) == ["Any news?"]


async def test_what_may_not_be_sent_any_more_is_kept_with_the_reason(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Dear Mia")
    await office.change(ContactPoint, ContactPoint.id == case.contact_point_id, consent=False)
    office.clock.skip(seconds=16)
    await office.work()
    (reply,) = await office.all(PlannedReply)
    assert (reply.state, reply.why, reply.text) == ("refused", "stopped", "Dear Mia")
    assert "reply_refused" in await office.events(case)
    await do(office, case, planned.cancel)
    assert await office.all(PlannedReply) == []


async def test_an_agent_who_is_gone_sends_nothing(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Dear Mia", who="Bo")
    await office.change(Agent, Agent.name == "Bo", active=False)
    office.clock.skip(seconds=16)
    await office.work()
    assert [reply.state for reply in await office.all(PlannedReply)] == ["refused"]


async def test_two_processes_send_it_once(office: Office) -> None:
    case = await office.says("Hello")
    for text in ("One", "Two", "Three"):
        await plan(office, case, text, later=True, seconds=60)
    office.clock.skip(minutes=2)
    both = [worker for _ in range(2) for worker in make_workers(office.app) if worker.name == planned.WORKER]
    await asyncio.gather(*[worker.run() for worker in both])
    await office.work()
    assert await said(office) == ["One", "Two", "Three"]


async def test_only_its_agent_decides(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Dear Mia")
    for verb in (planned.take_back, planned.send_now, planned.cancel):
        with pytest.raises(NotAllowed):
            await do(office, case, verb, who="Bo")
    await do(office, case, planned.send_now)
    assert await said(office) == ["Dear Mia"]
    async with office.database.transaction() as tx:
        viewer = await office.viewer("Ada")
        locked = await actions.for_work(tx, viewer, case.number)
        with pytest.raises(Conflict):
            await planned.take_back(tx, viewer, locked, 1)


async def test_a_time_that_has_passed_is_refused(office: Office) -> None:
    case = await office.says("Hello")
    for seconds in (-1, 400 * 86400):
        with pytest.raises(Invalid):
            await plan(office, case, "Late", later=True, seconds=seconds)


async def test_a_rehearsal_leaves_nothing(office: Office) -> None:
    case = await office.says("Hello")
    viewer = await office.viewer("Ada")
    await actions.rehearse(office.database, viewer, case.number, "Dear Mia")
    assert await said(office) == []
    assert (await office.case(case.number)).version == case.version
    with pytest.raises(Invalid):
        await actions.rehearse(office.database, viewer, case.number, " ")


async def test_a_reply_resolves_in_one_stroke(office: Office) -> None:
    case = await office.says("Hello")
    now = await office.act("Ada", actions.reply, case.number, "Done.", then=Category.RESOLVED)
    assert now.category == Category.RESOLVED
    assert await said(office) == ["Done."]
    now = await office.act("Ada", actions.reply, case.number, "One more thing.", then=Category.ON_HOLD)
    assert now.category == Category.ON_HOLD


async def two_cases(office: Office, *, sender: str = "mia") -> tuple[Case, Case]:
    """Two cases by mail; the second one of `sender`."""
    one = await office.says("One", inbox="mail", message_id="one@x")
    return one, await office.says("Two", inbox="mail", message_id="two@x", sender=sender)


async def test_a_reply_that_can_be_undone_goes_along_when_its_case_is_merged(office: Office) -> None:
    one, other = await two_cases(office)
    await plan(office, one, "Dear Mia", then=Category.RESOLVED)
    await office.act("Bo", merging.merge, one.number, other.number)
    office.clock.skip(seconds=16)
    await office.work()
    assert await office.all(PlannedReply) == []
    assert [row.case_id for row in await office.all(Interaction) if row.text == "Dear Mia"] == [other.id]
    assert (await office.case(other.number)).category == "open"


async def test_what_was_meant_for_one_person_does_not_go_to_another(office: Office) -> None:
    one, other = await two_cases(office, sender="noa")
    await plan(office, one, "Dear Mia")
    await office.act("Bo", merging.merge, one.number, other.number)
    office.clock.skip(seconds=16)
    await office.work()
    assert await said(office) == []
    (reply,) = await office.all(PlannedReply)
    assert (reply.state, reply.why, reply.case_id) == ("cancelled", "merged", other.id)
    assert [notice.kind for notice in await office.all(Notice)] == ["not_sent"]
    await do(office, other, planned.take_back)
    assert [draft.text for draft in await office.all(Draft)] == ["Dear Mia"]


async def test_what_is_marked_as_spam_is_not_answered(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Dear Mia")
    await office.act("Ada", spam.mark, case.number)
    office.clock.skip(seconds=16)
    await office.work()
    assert await said(office) == []
    assert (await office.case(case.number)).disposition == "spam"


async def test_its_agent_hears_that_it_is_not_sent_and_a_colleague_may_take_it_over(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Any news?", who="Bo", later=True, seconds=3600)
    await office.act("Ada", actions.resolve, case.number)
    (notice,) = [notice for notice in await office.all(Notice) if notice.kind == "not_sent"]
    assert notice.agent_id == (await office.viewer("Bo")).agent_id
    await do(office, case, planned.take_back)
    (draft,) = await office.all(Draft)
    assert (draft.text, draft.agent_id) == ("Any news?", (await office.viewer("Ada")).agent_id)


async def test_what_waits_to_be_undone_is_held_back_when_a_colleague_resolves(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Dear Mia")
    now = await office.act("Bo", actions.resolve, case.number)
    office.clock.skip(seconds=16)
    await office.work()
    assert (await said(office), now.category) == ([], Category.RESOLVED)
    (reply,) = await office.all(PlannedReply)
    assert (reply.state, reply.why, reply.text) == ("cancelled", "resolved", "Dear Mia")
    ada = await office.viewer("Ada")
    assert [notice.agent_id for notice in await office.all(Notice) if notice.kind == "not_sent"] == [ada.agent_id]
    with pytest.raises(NotAllowed):
        await do(office, case, planned.send_now, who="Bo")
    await do(office, case, planned.send_now)
    assert (await said(office), (await office.case(case.number)).category) == (["Dear Mia"], Category.OPEN)


async def test_a_colleagues_reply_that_resolves_holds_back_what_waits_too(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Dear Mia")
    await plan(office, case, "Any news?", later=True, seconds=3600, then=Category.RESOLVED)
    await plan(office, case, "Done.", who="Bo", then=Category.RESOLVED)
    assert await said(office) == ["Dear Mia"]  # the next one of the same agent sends it
    await plan(office, case, "One more thing")
    office.clock.skip(seconds=16)
    await office.work()
    assert sorted(await said(office)) == ["Dear Mia", "Done."]
    assert [reply.why for reply in await office.all(PlannedReply)] == ["agent_replied", "resolved"]


async def test_ones_own_replies_go_out_before_one_resolves_and_with_it(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Dear Mia")
    await office.act("Ada", actions.resolve, case.number)
    assert (await said(office), (await office.case(case.number)).category) == (["Dear Mia"], Category.RESOLVED)
    await office.act("Ada", actions.reopen, case.number)
    await plan(office, case, "Bye", later=True, seconds=60, then=Category.RESOLVED)
    office.clock.skip(minutes=2)
    await office.work()
    assert (await said(office), (await office.case(case.number)).category) == (["Dear Mia", "Bye"], Category.RESOLVED)


async def test_a_colleagues_answer_holds_back_what_was_put_off_and_its_agent_is_told(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Any news?", later=True, seconds=3600)
    await office.act("Ada", actions.reply, case.number, "Meanwhile: we look into it.")
    assert [reply.state for reply in await office.all(PlannedReply)] == ["planned"]
    await office.act("Bo", actions.note, case.number, "I call them.")
    await office.act("Bo", actions.reply, case.number, "Solved?")
    office.clock.skip(hours=2)
    await office.work()
    (reply,) = await office.all(PlannedReply)
    assert (reply.state, reply.why, reply.said) == ("cancelled", "agent_replied", "Bo")
    ada = await office.viewer("Ada")
    assert [notice.agent_id for notice in await office.all(Notice) if notice.kind == "not_sent"] == [ada.agent_id]
    await do(office, case, planned.send_now)
    assert (await said(office))[-1] == "Any news?"
    assert await office.all(PlannedReply) == []


async def test_a_colleagues_call_that_is_answered_holds_back_what_was_put_off(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Any news?", later=True, seconds=3600)
    for outcome, state in ((Outcome.NO_ANSWER, "planned"), (Outcome.ANSWERED, "cancelled")):
        await office.act("Bo", calls.log, case.number, Call(Direction.OUTBOUND, outcome), country="TR")
        assert [reply.state for reply in await office.all(PlannedReply)] == [state]
    assert [(reply.why, reply.said) for reply in await office.all(PlannedReply)] == [("agent_replied", "Bo")]


async def test_what_was_refused_or_went_elsewhere_is_not_sent_as_it_is(office: Office) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Dear Mia")
    await office.act("Ada", spam.mark, case.number)
    with pytest.raises(Conflict):
        await do(office, case, planned.send_now)


async def test_a_reply_to_a_case_that_a_colleague_resolved_meanwhile_is_asked_about(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.resolve, case.number)
    with pytest.raises(Conflict):
        await office.act("Ada", actions.reply, case.number, "Dear Mia", last_seen=case.last_position)
    seen = (await office.case(case.number)).last_position
    await office.act("Ada", actions.reply, case.number, "Dear Mia", last_seen=seen)
    assert await said(office) == ["Dear Mia"]
