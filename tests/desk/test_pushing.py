"""Pushes: what reaches a browser that shows no page, in whose language, and what does not."""

from collections.abc import AsyncIterator
from functools import partial

import pytest
from sqlmodel import col

from omnidesk.desk import actions, agents, fetching, notices, presence
from omnidesk.desk.notices import choices, pushing, subscriptions
from omnidesk.desk.notices.pushing import Pusher, Pushes
from omnidesk.errors import Invalid
from omnidesk.keys import FETCHER
from omnidesk.store.models import Agent, Case, NoticeChoice, NoticeKind, PushSubscription, Secret
from omnidesk.web import notice_letters
from omnidesk.web.pages import PAGES
from tests.office import Office
from tests.push_service import PushService, running


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with running() as service:
        yield service


@pytest.fixture
async def pushes(office: Office) -> AsyncIterator[Pushes]:
    """The worker, with a fetcher that reaches loopback; the office's own would only be refused."""
    office.workers = [worker for worker in office.workers if worker.name != "notices_push"]
    async with fetching.opened(lambda address: True) as fetcher:
        pusher = Pusher(office.database, office.keys, fetcher, "desk@example.com")
        yield Pushes(office.database, pusher, partial(notice_letters.push, office.app[PAGES], office.clock))


async def subscribed(office: Office, name: str, service: PushService, browser: str = "one") -> str:
    """An agent signs in and subscribes; gives the session's token."""
    viewer = await office.viewer(name)
    async with office.database.transaction() as tx:
        token = await agents.open_session(tx, viewer.agent_id, "a browser")
        endpoint = f"{service.url}/push/{browser}"
        row = {
            "id": tx.new_id(), "agent_id": viewer.agent_id, "digest": subscriptions.digest(endpoint),
            "endpoint": endpoint, "session": agents.digest_of(token), "created_at": tx.now, **service.keys,
        }  # fmt: skip
        tx.add_row(PushSubscription, row)
    return token


async def given(office: Office, name: str, text: str = "My secret parcel", sender: str = "mia") -> Case:
    """A case that Ada gives to an agent."""
    case, viewer = await office.says(text, name="Mia", sender=sender), await office.viewer(name)
    async with office.database.transaction() as tx:
        return await actions.assign(tx, await office.viewer("Ada"), case.number, viewer.agent_id)


async def choose(office: Office, name: str, **chosen: object) -> None:
    viewer = await office.viewer(name)
    async with office.database.transaction() as tx:
        await choices.keep(tx, NoticeChoice.model_validate({"agent_id": viewer.agent_id, **chosen}))


async def test_a_push_is_in_the_agents_language_and_tells_nothing_of_what_was_said(
    office: Office, pushes: Pushes, service: PushService
) -> None:
    await subscribed(office, "Bo", service)
    case = await given(office, "Bo")
    await pushes.run()
    assert service.got == [{
        "title": f"Ada, #{case.number} numaralı talebi size verdi", "body": "Okumak için talebi açın.",
        "url": f"/cases/{case.number}", "tag": f"case-{case.number}", "count": 1,
    }]  # fmt: skip
    assert not await pushes.run()


async def test_who_chose_so_reads_what_was_said(office: Office, pushes: Pushes, service: PushService) -> None:
    await choose(office, "Bo", with_text=True)
    await subscribed(office, "Bo", service)
    case = await office.says("Hello")
    await office.act("Bo", actions.take, case.number)
    await office.says("It is broken")
    await pushes.run()
    assert [push["body"] for push in service.got] == ["It is broken"]


async def test_what_comes_together_is_one_push(office: Office, pushes: Pushes, service: PushService) -> None:
    await subscribed(office, "Bo", service)
    numbers = [(await given(office, "Bo", sender=f"mia{index}")).number for index in range(6)]
    await pushes.run()
    (push,) = service.got
    assert (push["title"], push["url"], push["count"]) == ("6 talep size verildi", "/notices", 6)
    assert push["body"].count("\n") == 3
    assert f"#{numbers[-1]}" in push["body"]


async def test_a_page_in_sight_needs_no_push(office: Office, pushes: Pushes, service: PushService) -> None:
    await subscribed(office, "Bo", service)
    bo = await office.comes("Bo")
    await given(office, "Bo")
    await pushes.run()
    await presence.look_away(office.database, bo.agent_id)
    await presence.touch(office.database, bo.agent_id, presence.At.ELSEWHERE)
    assert not await pushes.run()
    await given(office, "Bo", sender="other")
    await pushes.run()
    assert len(service.got) == 1


async def test_what_was_seen_is_not_pushed(office: Office, pushes: Pushes, service: PushService) -> None:
    await subscribed(office, "Bo", service)
    bo = await office.viewer("Bo")
    await given(office, "Bo")
    async with office.database.transaction() as tx:
        await notices.see_all(tx, bo.agent_id)
    assert not await pushes.run()


async def test_quiet_hours_end_in_one_push(office: Office, pushes: Pushes, service: PushService) -> None:
    now = office.clock().hour
    await choose(office, "Bo", quiet_from=f"{now:02}:00", quiet_to=f"{(now + 2) % 24:02}:00")
    await subscribed(office, "Bo", service)
    await given(office, "Bo")
    await pushes.run()
    await given(office, "Bo", sender="other")
    await pushes.run()
    assert service.got == []
    due = await pushes.next_due()
    assert due is not None
    assert (due.hour, due.minute) == ((now + 2) % 24, 0)
    office.clock.skip(hours=2)
    await pushes.run()
    assert [push["count"] for push in service.got] == [2]


@pytest.mark.parametrize("status", [404, 410])
async def test_a_dead_subscription_is_removed(
    office: Office, pushes: Pushes, service: PushService, status: int
) -> None:  # fmt: skip
    await subscribed(office, "Bo", service)
    service.answers.append(status)
    await given(office, "Bo")
    await pushes.run()
    assert await office.all(PushSubscription) == []


async def test_a_push_service_that_is_away_is_tried_again_for_an_hour(
    office: Office, pushes: Pushes, service: PushService
) -> None:
    await subscribed(office, "Bo", service)
    service.answers.extend([503, 503])
    await given(office, "Bo")
    await pushes.run()
    assert not await pushes.run()
    for _ in range(2):
        office.clock.skip(minutes=1, seconds=1)
        await pushes.run()
    assert len(service.got) == 1
    service.answers.append(503)
    await given(office, "Bo", sender="other")
    office.clock.skip(hours=2)
    await pushes.run()
    office.clock.skip(minutes=2)
    await pushes.run()
    assert len(service.got) == 1


async def test_who_has_signed_out_or_chose_to_be_off_hears_nothing(
    office: Office, pushes: Pushes, service: PushService
) -> None:
    token = await subscribed(office, "Bo", service)
    await office.change(Agent, col(Agent.name) == "Bo", chosen="off")
    await given(office, "Bo")
    await pushes.run()
    await office.change(Agent, col(Agent.name) == "Bo", chosen="online")
    async with office.database.transaction() as tx:
        await agents.close_session(tx, token)
    await given(office, "Bo", sender="other")
    await pushes.run()
    assert service.got == []


async def test_the_desk_signs_with_one_key_that_is_kept_encrypted(
    office: Office, pushes: Pushes, service: PushService
) -> None:
    public = await pushing.public_key(office.database, office.keys)
    await subscribed(office, "Bo", service)
    await given(office, "Bo")
    await pushes.run()
    assert service.senders == {public}
    (secret,) = await office.all(Secret)
    assert "PRIVATE" not in secret.value


async def test_an_endpoint_inside_the_network_is_not_reached(office: Office, service: PushService) -> None:
    await subscribed(office, "Bo", service)
    pusher = Pusher(office.database, office.keys, office.app[FETCHER], "desk@example.com")
    push = notice_letters.test_push(office.app[PAGES], "en")
    assert not await pusher.send(push, await office.all(PushSubscription))
    assert service.senders == set()


@pytest.mark.parametrize(
    ("endpoint", "p256dh", "auth"),
    [
        ("http://push.example.com/x", "", ""),
        ("https:///x", "", ""),
        ("javascript:alert(1)", "", ""),
        ("https://push.example.com/" + "x" * 3000, "", ""),
        ("https://push.example.com/x", "AAAA", ""),
        ("https://push.example.com/x", "", "AAAA"),
        ("https://push.example.com/x", "é", "é"),
    ],
)
async def test_what_is_no_subscription_is_refused(
    office: Office, service: PushService, endpoint: str, p256dh: str, auth: str
) -> None:
    bo, keys = await office.viewer("Bo"), service.keys
    with pytest.raises(Invalid):
        async with office.database.transaction() as tx:
            await subscriptions.subscribe(
                tx, bo.agent_id, session="s", endpoint=endpoint, p256dh=p256dh or keys["p256dh"],
                auth=auth or keys["auth"],
            )  # fmt: skip


async def test_a_browser_belongs_to_who_signed_in_last_and_ten_are_kept(office: Office, service: PushService) -> None:
    ada, bo = await office.viewer("Ada"), await office.viewer("Bo")
    for agent, name in [(ada, "one"), (bo, "one"), *((bo, f"b{index}") for index in range(12))]:
        async with office.database.transaction() as tx:
            await subscriptions.subscribe(
                tx, agent.agent_id, session="s", endpoint=f"https://push.example.com/{name}", **service.keys
            )  # fmt: skip
    kept = await office.all(PushSubscription)
    assert {one.agent_id for one in kept} == {bo.agent_id}
    assert [one.endpoint[-3:] for one in kept] == [f"/b{index}"[-3:] for index in range(2, 12)]


async def test_cases_that_are_given_one_after_the_other_come_as_two_pushes(
    office: Office, pushes: Pushes, service: PushService
) -> None:
    await subscribed(office, "Bo", service)
    for index in range(8):
        await given(office, "Bo", sender=f"mia{index}")
        await pushes.run()
    assert [push["count"] for push in service.got] == [1]
    async with office.database.transaction() as tx:
        case = await tx.get(Case, (await office.all(Case))[0].id)
        notices.give(tx, (await office.viewer("Bo")).agent_id, NoticeKind.MENTION, case)
    await pushes.run()
    assert [push["count"] for push in service.got] == [1, 1]  # what concerns oneself waits for nothing
    office.clock.skip(seconds=31)
    await pushes.run()
    assert [(push["title"], push["count"]) for push in service.got][2:] == [("7 talep size verildi", 7)]
