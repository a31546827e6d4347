"""Notices: who hears of what, in the transaction of what happened."""

import asyncio
from datetime import timedelta
from functools import partial

from omnidesk.desk import actions, notices
from omnidesk.desk.notices import Told
from omnidesk.desk.upkeep import SlaClock
from omnidesk.events import Event, NoticesChanged
from omnidesk.store.models import Agent, Case, Notice, NoticeKind, Role, Team
from omnidesk.web.notice_words import sentence
from omnidesk.web.pages import PAGES
from tests.office import Office


async def heard(office: Office, name: str) -> list[Told]:
    """What an agent has to hear of, newest first."""
    viewer = await office.viewer(name)
    async with office.database.session() as session:
        page = await notices.list_notices(session, viewer)
    return [told for group in page.groups for told in group]


async def new(office: Office, name: str) -> list[str]:
    """The kinds of what an agent has not seen yet."""
    return [told.word for told in await heard(office, name) if told.seen_at is None]


async def test_an_agent_hears_of_a_case_that_somebody_else_gives_them(office: Office) -> None:
    case, bo = await office.says("Hello", name="Mia"), await office.viewer("Bo")
    await office.act("Ada", actions.assign, case.number, bo.agent_id)
    (told,) = await heard(office, "Bo")
    assert (told.kind, told.actor, told.number, told.contact) == ("assigned", "Ada", case.number, "Mia")
    assert await heard(office, "Ada") == []


async def test_what_one_does_oneself_is_no_news(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.take, case.number)
    await office.act("Bo", actions.reply, case.number, "Hello Mia")
    assert await heard(office, "Bo") == []


async def test_routing_tells_who_got_the_case(office: Office) -> None:
    await office.comes("Bo")
    await office.says("Hello")
    assert await new(office, "Bo") == ["assigned"]


async def test_what_the_customer_writes_is_news_for_who_has_the_case(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.take, case.number)
    await office.says("And another thing")
    await office.says("I am away until Monday.", automatic=True)
    assert [(told.kind, told.said) for told in await heard(office, "Bo")][-1:] == [("wrote", "And another thing")]
    assert await heard(office, "Ada") == []


async def test_a_handoff_is_news_for_the_team_until_somebody_takes_it(office: Office) -> None:
    case = await office.says("person", inbox="bot")
    assert (await new(office, "Ada"), await new(office, "Bo"), await new(office, "Cy")) == (
        ["handoff"],
        ["handoff"],
        [],
    )
    await office.act("Bo", actions.take, case.number)
    assert (await new(office, "Ada"), await new(office, "Bo")) == ([], [])


async def test_a_breach_is_news_for_who_has_the_case(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.take, case.number)
    office.clock.skip(minutes=31)
    await office.work()
    assert await new(office, "Bo") == ["sla_breached"]


async def test_who_has_the_case_is_warned_once_and_told_when_it_is_late(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.take, case.number)
    office.clock.skip(minutes=24)
    await asyncio.gather(*(SlaClock(office.database).run() for _ in range(3)))
    await Office(office.app, office.clock).work()
    (told,) = await heard(office, "Bo")
    gettext = partial(office.app[PAGES].gettext, "en")
    assert sentence(gettext, told, office.clock()) == f"#{case.number} is due in 5 min"
    assert sentence(gettext, told, office.clock() + timedelta(hours=1)) == f"#{case.number} was nearly due"
    office.clock.skip(minutes=7)
    await office.work()
    late, _ = await heard(office, "Bo")
    assert sentence(gettext, late, office.clock()) == f"#{case.number} is overdue"


async def test_nobody_is_warned_of_what_was_answered_or_is_nobodys(office: Office) -> None:
    answered, _ = await office.says("Hello"), await office.says("Hello", sender="eve")
    await office.act("Bo", actions.take, answered.number)
    await office.act("Bo", actions.reply, answered.number, "Hello Mia")
    office.clock.skip(minutes=25)
    await office.work()
    assert await heard(office, "Bo") == []
    assert "sla_warning" not in await office.events(answered)


async def test_cy_hears_nothing_of_a_case_he_may_not_see(office: Office) -> None:
    case, cy = await office.says("Hello"), await office.viewer("Cy")
    await office.change(Team, Team.slug == "support", closed=True)
    async with office.database.transaction() as tx:
        notices.give(tx, cy.agent_id, NoticeKind.MENTION, await tx.get(Case, case.id))
    assert await office.all(Notice) == []


async def test_a_case_that_goes_to_a_closed_team_leaves_the_list_and_the_count(office: Office) -> None:
    case, cy = await office.says("Hello"), await office.viewer("Cy")
    async with office.database.transaction() as tx:
        notices.give(tx, cy.agent_id, NoticeKind.MENTION, await tx.get(Case, case.id))
    assert await new(office, "Cy") == ["mention"]
    await office.change(Team, Team.slug == "support", closed=True)
    assert await heard(office, "Cy") == []
    async with office.database.session() as session:
        assert await notices.count(session, await office.viewer("Cy")) == 0


async def test_reading_the_case_is_seeing_its_notices(office: Office) -> None:
    first, second = await office.says("Hello"), await office.says("Hello", sender="other")
    bo = await office.viewer("Bo")
    for case in (first, second):
        await office.act("Ada", actions.assign, case.number, bo.agent_id)
    changed: list[Event] = []
    office.database.bus.on(NoticesChanged, changed.append)
    await office.act("Bo", actions.mark_read, first.number, 1)
    assert changed == [NoticesChanged(bo.agent_id)]
    assert [told.number for told in await heard(office, "Bo") if told.seen_at is None] == [second.number]
    async with office.database.transaction() as tx:
        await notices.see_all(tx, bo.agent_id)
    assert await new(office, "Bo") == []


async def test_the_count_is_of_cases_and_the_list_goes_on_from_where_it_ended(office: Office) -> None:
    case, bo = await office.says("Hello"), await office.viewer("Bo")
    await office.act("Bo", actions.take, case.number)
    for index in range(5):
        await office.says(f"And {index}")
    async with office.database.session() as session:
        assert await notices.count(session, bo) == 1
        page = await notices.list_notices(session, bo, limit=3)
        rest = await notices.list_notices(session, bo, limit=3, before=page.next)
    assert [told.said for group in page.groups for told in group] == ["And 4", "And 3", "And 2"]
    assert ([told.said for group in rest.groups for told in group], rest.next) == (["And 1", "And 0"], None)


async def test_who_has_left_or_only_looks_on_is_not_told(office: Office) -> None:
    await office.change(Agent, Agent.name == "Ada", active=False)
    await office.change(Agent, Agent.name == "Bo", role=Role.VIEWER)
    await office.says("person", inbox="bot")
    assert await office.all(Notice) == []


async def test_a_notice_is_forgotten_after_ninety_days(office: Office) -> None:
    case, bo = await office.says("Hello"), await office.viewer("Bo")
    await office.act("Ada", actions.assign, case.number, bo.agent_id)
    office.clock.skip(days=89)
    await office.work()
    assert NoticeKind.ASSIGNED in [notice.kind for notice in await office.all(Notice)]
    office.clock.skip(days=2)
    await office.work()
    assert NoticeKind.ASSIGNED not in [notice.kind for notice in await office.all(Notice)]
