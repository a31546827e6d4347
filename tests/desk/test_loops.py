"""Loops: two programs that answer each other are stopped within the ceilings, and the desk says so."""

import asyncio
from dataclasses import replace

import pytest
from sqlmodel import col

from omnidesk.contract.channel import ChannelError
from omnidesk.desk import interactions
from omnidesk.desk.interactions import SYSTEM, Content
from omnidesk.desk.outgoing import deliveries, loops
from omnidesk.errors import NotAllowed, NotFound
from omnidesk.store.models import AuditEntry, Case, ContactPoint, Delivery, Direction, Inbox, Kind, Loop
from tests.fakes import FakeMail
from tests.office import Office

_LONG = "Thank you for your mail. I am out of the office."


async def with_bot(office: Office, inbox: str = "mail") -> None:
    """From now on a bot holds what comes in there."""
    await office.change(Inbox, col(Inbox.slug) == inbox, bot="echo")
    office.inboxes._versions.clear()
    await office.inboxes.refresh()


async def rally(office: Office, count: int, sender: str = "robot") -> Case:
    """A robot that says it is none writes every few minutes, each time as an answer to us."""
    await with_bot(office)
    case = await office.says("ping 0", inbox="mail", sender=sender, message_id="p0")
    for number in range(1, count):
        office.clock.skip(minutes=6)
        await office.says(f"ping {number}", inbox="mail", sender=sender, message_id=f"p{number}", references=["p0"])
    return await office.case(case.number)


def sent(office: Office, inbox: str = "mail") -> int:
    return len(office.channel(inbox).sent)


async def test_a_bot_stops_at_the_ceiling_and_the_case_is_for_people(office: Office) -> None:
    case = await rally(office, 6)
    assert sent(office) == 3
    assert (case.holder, case.category) == ("team", "new")
    events = await office.events(case)
    assert events.count("automatic_held") == 1
    assert events.index("automatic_held") < events.index("handed_off")
    (loop,) = await office.all(Loop)
    assert (loop.reason, loop.ceiling, loop.held, loop.case_id) == ("address", 3, 1, case.id)


async def test_what_reaches_the_ceiling_within_minutes_is_noticed_with_the_last_one(office: Office) -> None:
    await with_bot(office)
    await office.says("ping 0", inbox="mail", sender="robot", message_id="p0")
    await office.says("ping 1", inbox="mail", sender="robot", message_id="p1")
    case = await office.says("ping 2", inbox="mail", sender="robot", message_id="p2")
    (loop,) = await office.all(Loop)
    assert (sent(office), loop.held, loop.case_id) == (3, 0, case.id)
    assert case.holder == "team"


async def test_a_new_case_of_that_address_is_for_people_at_once(office: Office) -> None:
    await rally(office, 4)
    other = await office.says("Something else", inbox="mail", sender="robot", message_id="q0")
    assert other.holder == "team"
    assert sent(office) == 3
    handed = [row.interaction.payload for row in await office.log(other)]
    assert {"event": "handed_off", "reason": "loop", "summary": ""} in handed


async def test_others_are_answered_as_before(office: Office) -> None:
    await rally(office, 4)
    await office.says("Hello", inbox="mail", sender="mia", message_id="m0")
    assert sent(office) == 4


async def test_it_ends_by_itself_after_a_quiet_day(office: Office) -> None:
    await rally(office, 4)
    office.clock.skip(hours=25)
    await office.says("Hello again", inbox="mail", sender="robot", message_id="q0")
    assert sent(office) == 4


async def test_somebody_lets_it_go_on_or_stops_it_for_good(office: Office) -> None:
    await rally(office, 4)
    (loop,) = await office.all(Loop)
    ada, bo = await office.viewer("Ada"), await office.viewer("Bo")
    async with office.database.transaction() as tx:
        with pytest.raises(NotAllowed):
            await loops.allow(tx, bo, loop.id)
        with pytest.raises(NotFound):
            await loops.allow(tx, ada, 7)
        await loops.allow(tx, ada, loop.id)
    await office.says("Thank you", inbox="mail", sender="robot", message_id="q0")
    assert sent(office) == 4
    async with office.database.transaction() as tx:
        await loops.stop(tx, ada, loop.id)
    office.clock.skip(days=400)
    last = await office.says("And now?", inbox="mail", sender="robot", message_id="r0")
    assert (sent(office), last.holder) == (4, "team")
    acts = [(entry.action, entry.detail) for entry in await office.all(AuditEntry) if "loop" in entry.action]
    assert acts == [("loop.allow", {"address": "robot"}), ("loop.stop", {"address": "robot"})]


async def test_a_case_has_a_ceiling_of_its_own(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeMail, "capabilities", replace(FakeMail.capabilities, automatic_per_day=5))
    await with_bot(office)
    case = await office.says("ping", inbox="mail", sender="robot", message_id="p0")
    for number in range(1, 9):
        office.clock.skip(minutes=31)
        await office.says(f"ping {number}", inbox="mail", sender="robot", message_id=f"p{number}", references=["p0"])
    assert sent(office) == 5
    (loop,) = await office.all(Loop)
    assert (loop.reason, loop.ceiling) == ("case", 5)
    assert (await office.case(case.number)).holder == "team"


async def test_who_says_the_same_again_and_again_is_no_person(office: Office) -> None:
    case = await office.says(_LONG, inbox="bot", sender="robot")
    for _ in range(5):
        case = await office.says(_LONG, inbox="bot", sender="robot")
    assert sent(office, "bot") == 4
    assert case.holder == "team"
    (loop,) = await office.all(Loop)
    assert (loop.reason, loop.case_id) == ("repeats", case.id)


@pytest.mark.parametrize("text", ["1", "yes"])
async def test_a_person_may_say_short_things_often(office: Office, text: str) -> None:
    case = await office.says(text, inbox="bot", sender="mia")
    for _ in range(7):
        case = await office.says(text, inbox="bot", sender="mia")
    assert (sent(office, "bot"), case.holder) == (8, "bot")


async def test_an_inbox_of_ours_is_not_answered(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeMail, "addresses", ("support@desk.example",))
    await with_bot(office)
    case = await office.says("Hello", inbox="mail", sender="support@desk.example", message_id="p0")
    assert (sent(office), case.holder) == (0, "team")
    (said,) = [row.interaction for row in await office.log(case) if row.interaction.kind == Kind.MESSAGE]
    assert said.automatic


async def test_nothing_automatic_goes_to_an_inbox_of_ours(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was queued when the address was made an inbox."""
    await with_bot(office)
    await office.receive("Hello", inbox="mail", sender="old@desk.example", message_id="p0")
    for worker in office.workers:
        if worker.name in ("intake", "bot"):
            await worker.run()
    assert [row.state for row in await office.all(Delivery)] == ["queued"]
    monkeypatch.setattr(FakeMail, "addresses", ("old@desk.example",))
    office.inboxes._know_own()
    await office.work()
    assert sent(office) == 0
    assert [loop.reason for loop in await office.all(Loop)] == ["own"]


async def test_our_own_message_that_comes_back_is_logged_and_not_answered(office: Office) -> None:
    await with_bot(office)
    case = await office.says("Hello", inbox="mail", sender="mia", message_id="m0")
    (ours,) = [row.provider_id for row in await office.all(Delivery)]
    back = await office.says("1: Hello", inbox="mail", sender="list", message_id=ours)
    assert (back.number, sent(office)) == (case.number, 1)
    assert (await office.log(case))[-1].interaction.automatic


async def test_two_processes_never_both_send_the_last_one(office: Office) -> None:
    cases = [await office.says("Hello", inbox="mail", message_id=f"m{number}") for number in range(8)]
    for number, case in enumerate(cases):
        async with office.database.transaction() as tx:
            this = await tx.get(Case, case.id)
            point = await tx.get(ContactPoint, this.contact_point_id)
            said = interactions.append(tx, this, Kind.MESSAGE, Direction.OUTBOUND, SYSTEM, Content(text=f"{number}"))
            deliveries.queue(tx, this, point, said, automatic=True)
    others = [f"elsewhere/{number}/a" for number in range(3)]
    for holder in others:
        await office.lease(holder)
    outboxes = [office.outbox(holder) for holder in (office.holder, *others)]
    while any(await asyncio.gather(*(outbox.run() for outbox in outboxes))):
        pass
    assert sent(office) == 3
    assert sorted(row.state for row in await office.all(Delivery)) == ["cancelled"] * 5 + ["sent"] * 3
    (loop,) = await office.all(Loop)
    assert loop.held == 5


async def test_a_delivery_that_is_tried_again_counts_once(office: Office) -> None:
    await with_bot(office)
    office.channel("mail").refuse = [ChannelError("451 later")] * 5
    await office.says("ping", inbox="mail", sender="mia", message_id="p0")
    for _ in range(6):
        office.clock.skip(minutes=9)
        await office.work()
    assert sent(office) == 1
    assert await office.all(Loop) == []
