"""What the person on the other side sees: all of it, once, and nothing that is not theirs."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.contract.channel import Nudge, Transcript
from omnidesk.desk import actions, files, surveys, transcripts
from omnidesk.desk.files import from_handle
from omnidesk.events import CaseChanged, Typing
from omnidesk.keys import BLOBS
from omnidesk.store.ids import IdMaker
from omnidesk.store.models import Delivery, Invitation
from tests.office import Office


async def read(office: Office, after: str = "", sender: str = "mia", inbox: str = "desk") -> Transcript:
    return await office.reception(inbox).transcript(sender, after)


def texts(transcript: Transcript) -> list[str]:
    return [entry.text for entry in transcript.entries]


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def test_an_address_that_never_wrote_has_no_transcript(office: Office) -> None:
    assert await read(office) == Transcript((), "")


async def test_the_cursor_gives_what_is_new_and_only_that(office: Office) -> None:
    case = await office.says("One")
    first = await read(office)
    assert texts(first) == ["One"]
    assert texts(await read(office, first.cursor)) == []
    await office.act("Bo", actions.reply, case.number, "Two")
    await office.says("Three")
    second = await read(office, first.cursor)
    assert texts(second) == ["Two", "Three"]
    assert texts(await read(office, second.cursor)) == []
    assert texts(await read(office)) == ["One", "Two", "Three"]


async def test_nothing_is_missed_when_transactions_commit_in_another_order_than_they_began(office: Office) -> None:
    """Ids and times are made when a transaction begins; positions in a case are made under its lock."""
    first, second = await office.says("One"), await office.says("Other", inbox="bot")
    bo = await office.viewer("Bo")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with office.database.transaction() as tx:
            await actions.reply(tx, bo, first.number, "begun first")
            begun.set()
            await go_on.wait()

    async def quick() -> None:
        async with office.database.transaction() as tx:
            await actions.reply(tx, bo, second.number, "begun second")

    slowly = asyncio.create_task(slow())
    await begun.wait()
    quickly = asyncio.create_task(quick())
    await asyncio.wait([quickly], timeout=0.2)  # on SQLite it waits its turn
    between = await read(office)
    go_on.set()
    await asyncio.gather(slowly, quickly)
    after = await read(office, between.cursor)
    assert sorted(texts(between) + texts(after)) == ["1: Other", "One", "Other", "begun first", "begun second"]


async def test_a_line_that_an_agent_has_read_comes_again_as_seen(office: Office) -> None:
    case = await office.says("One")
    await office.says("Two")
    before = await read(office)
    assert [entry.seen for entry in before.entries] == [False, False]
    await office.act("Bo", actions.mark_read, case.number, 3)
    after = await read(office, before.cursor)
    assert [(entry.id, entry.seen) for entry in after.entries] == [(before.entries[0].id, True)]
    assert texts(await read(office, after.cursor)) == []
    await office.act("Ada", actions.mark_read, case.number, 1)
    assert texts(await read(office, after.cursor)) == []


async def test_notes_and_events_are_never_shown(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.note, case.number, "a difficult one")
    await office.act("Bo", actions.assign, case.number, None)
    await office.act("Bo", actions.resolve, case.number)
    assert texts(await read(office)) == ["Hello", "How was it?"]


async def test_somebody_elses_case_is_never_shown(office: Office) -> None:
    await office.says("My secret")
    assert texts(await read(office, sender="eve")) == []
    await office.says("Hello, I am eve", sender="eve")
    assert texts(await read(office, sender="eve")) == ["Hello, I am eve"]


async def test_who_joined_a_thread_sees_nothing_of_it(office: Office) -> None:
    case = await office.says("My secret", inbox="mail", message_id="m@x")
    joined = await office.says("Me too", inbox="mail", sender="eve", references=["m@x"])
    assert joined.id == case.id
    assert texts(await read(office, sender="eve", inbox="mail")) == []
    assert texts(await read(office, inbox="mail")) == ["My secret", "Me too"]


async def test_several_cases_are_one_conversation(office: Office) -> None:
    first = await office.says("First")
    await office.act("Bo", actions.resolve, first.number)
    office.clock.skip(days=20)
    second = await office.says("Second")
    assert second.id != first.id
    assert texts(await read(office)) == ["First", "How was it?", "Second"]


async def test_a_cursor_that_is_not_ours_asks_from_the_beginning(office: Office) -> None:
    await office.says("Hello")
    strange = [
        "x", ".", "1-2", "1-2-3-4", "-1--1--1", "g-1-1", "1-1-" + "f" * 400, "ş", "\x00", "[" * 400, "1e999",
        base64.urlsafe_b64encode(json.dumps({"1": [1, 2]}).encode()).decode(), "0x1-0x1-0x1", "1_0-1-1",
    ]  # fmt: skip
    for cursor in strange:
        assert texts(await read(office, cursor)) == ["Hello"], cursor


def test_a_cursor_of_many_cases_stays_short() -> None:
    """Clients send it back in a line of at most 500 characters."""
    ids = IdMaker(7)
    marks = {ids.next(datetime(2040, 1, 1, tzinfo=UTC)): (position, 200) for position in range(230, 250)}
    cursor = transcripts._cursor(marks)
    assert len(cursor) <= 500
    assert transcripts._marks(cursor) == marks


async def test_a_surveys_question_comes_again_only_when_it_is_answered(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.resolve, case.number)
    asked = await read(office)
    question = asked.entries[-1].question
    assert question is not None
    assert (question.scale, question.answered) == ((1, 2, 3, 4, 5), None)
    await office.receive("4", button=f"{question.button}:4")
    await office.work()
    (answered,) = (await read(office, asked.cursor)).entries
    assert answered.id == asked.entries[-1].id
    assert answered.question is not None
    assert answered.question.answered == 4
    assert question.button == surveys.button_of((await office.all(Invitation))[0].id)
    cursor = (await read(office, asked.cursor)).cursor
    await office.says("Thanks")
    assert texts(await read(office, cursor)) == ["Thanks"]


async def test_an_entry_says_who_spoke_and_what_came_with_it(office: Office) -> None:
    await office.says("Look", external_id="client-1", files={"a.txt": "text"})
    case = await office.says("Well?")
    await office.act("Bo", actions.reply, case.number, "Nice")
    looked, _, nice = (await read(office)).entries
    assert (looked.direction, looked.author, looked.name, looked.echo) == ("inbound", "contact", "", "client-1")
    assert [(file.filename, await file.read()) for file in looked.files] == [("a.txt", b"text")]
    assert (nice.direction, nice.author, nice.name) == ("outbound", "agent", "Bo")


# --- following


async def next_nudge(nudges: AsyncIterator[Nudge]) -> Nudge:
    async with asyncio.timeout(5):
        return await anext(nudges)


async def test_a_follower_is_woken_by_the_first_message_of_an_unknown_address_and_by_replies(office: Office) -> None:
    async with office.reception("desk").follow("mia") as nudges:
        case = await office.says("Hello")
        assert await next_nudge(nudges) == Nudge("changed")
        await office.says("Not for mia", sender="eve")
        waiting = asyncio.create_task(next_nudge(nudges))
        await asyncio.sleep(0)
        assert not waiting.done()
        await office.act("Bo", actions.reply, case.number, "Hi")
        assert await waiting == Nudge("changed")


async def test_a_follower_is_told_that_an_agent_types_but_not_that_the_person_does(office: Office) -> None:
    case = await office.says("Hello")
    async with office.reception("desk").follow("mia") as nudges:
        office.database.bus.publish(Typing(case.id, case.contact_point_id, "contact", "Mia"))
        office.database.bus.publish(Typing(case.id, case.contact_point_id, "agent", "Bo"))
        assert await next_nudge(nudges) == Nudge("typing", "Bo")


async def test_an_address_met_while_its_follower_looks_it_up_is_followed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The look-up may begin before the first message is committed, and end after."""
    point_id_of, looked, go_on = transcripts.point_id_of, asyncio.Event(), asyncio.Event()

    async def slowly(session: AsyncSession, channel: str, address: str) -> int | None:
        found = await point_id_of(session, channel, address)
        looked.set()
        await go_on.wait()
        return found

    monkeypatch.setattr(transcripts, "point_id_of", slowly)
    async with AsyncExitStack() as stack:
        entering = asyncio.create_task(stack.enter_async_context(office.reception("desk").follow("mia")))
        await looked.wait()
        await office.says("Hello")
        go_on.set()
        nudges = await entering
        assert await next_nudge(nudges) == Nudge("changed")
        await office.says("Again")
        assert await next_nudge(nudges) == Nudge("changed")


async def test_who_stops_following_hears_nothing_more(office: Office) -> None:
    await office.says("Hello")
    async with office.reception("desk").follow("mia") as nudges:
        pass
    await office.says("Again")
    waiting = asyncio.create_task(next_nudge(nudges))
    _, late = await asyncio.wait([waiting], timeout=0.05)
    assert late
    waiting.cancel()


# --- signals


async def states(office: Office) -> list[str]:
    return [delivery.state for delivery in await office.all(Delivery)]


async def test_signals_move_deliveries_forward_and_never_back(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.reply, case.number, "Hi")
    assert await states(office) == ["sent"]
    said, reply = (await read(office)).entries
    await office.reception("desk").signal("mia", "seen", said.id)
    assert await states(office) == ["sent"]  # only what came before the answer was seen
    upto = reply.id
    for signal, state in (("delivered", "delivered"), ("seen", "read"), ("delivered", "read"), ("typing", "read")):
        await office.reception("desk").signal("mia", signal, upto)  # type: ignore[arg-type]
        assert await states(office) == [state]
    (_, reply) = (await read(office)).entries
    assert reply.seen


async def test_what_is_seen_at_once_is_told_once(office: Office) -> None:
    case = await office.says("Hello")
    for text in ("One", "Two", "Three"):
        await office.act("Bo", actions.reply, case.number, text)
    told: list[CaseChanged] = []
    office.database.bus.on(CaseChanged, told.append)
    await office.reception("desk").signal("mia", "seen", (await read(office)).entries[-1].id)
    assert await states(office) == ["read"] * 3
    assert len(told) == 1


async def test_a_signal_of_nobody_is_harmless(office: Office) -> None:
    case = await office.says("Hello")
    await office.act("Bo", actions.reply, case.number, "Hi")
    await office.reception("desk").signal("eve", "seen", "1")
    assert await states(office) == ["sent"]


async def test_the_persons_typing_is_told(office: Office) -> None:
    heard: list[Typing] = []
    office.database.bus.on(Typing, heard.append)
    case = await office.says("Hello", name="Mia")
    await office.reception("desk").signal("mia", "typing")
    assert heard == [Typing(case.id, case.contact_point_id, "contact", "Mia")]


async def test_an_upload_is_cited_by_its_handle(office: Office) -> None:
    handle = await office.reception("desk").upload(chunks(b"text"), limit=10)
    stored = from_handle(office.keys, handle)
    assert await office.app[BLOBS].get(stored.blob) == b"text"
    assert files.from_handle(office.keys, handle).size == 4
