"""A changed message keeps what it said before, and an album is one message; neither makes work."""

import pytest

from omnidesk.desk import actions
from omnidesk.store.models import Attachment, Case, Interaction, Kind, SearchText
from tests.office import Office


async def messages(office: Office, case: Case) -> list[Interaction]:
    return [row.interaction for row in await office.log(case) if row.interaction.kind == Kind.MESSAGE]


async def test_an_edit_replaces_the_text_and_keeps_what_it_said_before(office: Office) -> None:
    case = await office.says("I want to cancell", message_id="a")
    await office.says("and quickly", message_id="b")
    await office.receive("I want to cancel", edits="a")
    await office.receive("I want to cancel order 17", edits="a")
    await office.work()
    first, second = await messages(office, case)
    assert (first.text, second.text) == ("I want to cancel order 17", "and quickly")
    assert [version["text"] for version in first.payload["versions"]] == ["I want to cancell", "I want to cancel"]
    assert (await office.events(case))[-2:] == ["message_edited", "message_edited"]
    assert (await office.case(case.number)).preview == "and quickly"


async def test_an_edit_of_the_newest_message_is_what_the_list_shows(office: Office) -> None:
    case = await office.says("Hallo", message_id="a")
    await office.receive("Hello", edits="a")
    await office.work()
    assert (await office.case(case.number)).preview == "Hello"


async def test_an_edit_that_changes_nothing_is_not_told(office: Office) -> None:
    case = await office.says("Hello", message_id="a")
    before = await office.events(case)
    await office.receive("Hello", edits="a")
    await office.work()
    assert await office.events(case) == before
    assert "versions" not in (await messages(office, case))[0].payload


async def test_an_edit_that_comes_with_its_message_in_one_batch(office: Office) -> None:
    await office.receive("Hallo", message_id="a")
    await office.receive("Hello", edits="a")
    await office.work()
    (case,) = await office.all(Case)
    assert [said.text for said in await messages(office, case)] == ["Hello"]


async def test_an_edit_reopens_nothing(office: Office) -> None:
    case = await office.says("Hello", message_id="a")
    await office.act("Ada", actions.resolve, case.number)
    await office.receive("Hello again", edits="a")
    await office.work()
    now = await office.case(case.number)
    assert (now.category, now.unread, now.cycle) == ("resolved", False, case.cycle)
    assert len(await office.all(Case)) == 1


async def test_an_edit_after_an_agent_has_read_is_new_to_them(office: Office) -> None:
    case = await office.says("Hello", message_id="a")
    await office.act("Ada", actions.reply, case.number, "Yes?")
    assert not (await office.case(case.number)).unread
    await office.receive("Hello, I mean goodbye", edits="a")
    await office.work()
    now = await office.case(case.number)
    assert (now.unread, now.waits_since) == (True, None)


async def test_nobody_edits_what_somebody_else_said(office: Office) -> None:
    case = await office.says("My words", message_id="a")
    other = await office.says("Not yours", sender="eve", edits="a")
    assert other.id != case.id
    assert [said.text for said in await messages(office, case)] == ["My words"]


async def test_an_edit_of_what_we_never_saw_is_a_message(office: Office) -> None:
    case = await office.says("What I meant", edits="before-our-time")
    assert case.preview == "What I meant"


async def test_the_first_and_the_latest_versions_are_kept(office: Office) -> None:
    case = await office.says("version 0", message_id="a")
    for number in range(1, 31):
        await office.receive(f"version {number}", edits="a")
    await office.work()
    (said,) = await messages(office, case)
    kept = [version["text"] for version in said.payload["versions"]]
    assert (len(kept), kept[0], kept[-1]) == (20, "version 0", "version 29")


async def test_what_an_edit_says_is_found(office: Office) -> None:
    await office.says("aardvark", message_id="a")
    await office.receive("zebra", edits="a")
    await office.work()
    assert [row.said for row in await office.all(SearchText)] == ["zebra"]


async def test_files_sent_together_are_one_message(office: Office) -> None:
    case = await office.says("Both pages", message_id="a", album="x", files={"1.txt": "one"})
    await office.receive("", message_id="b", album="x", files={"2.txt": "two"})
    await office.receive("the back", message_id="c", album="x", files={"3.txt": "three"})
    await office.work()
    (said,) = await messages(office, case)
    assert said.text == "Both pages\nthe back"
    assert [file.filename for file in await office.all(Attachment)] == ["1.txt", "2.txt", "3.txt"]


async def test_an_album_in_one_batch_is_one_message(office: Office) -> None:
    for number in range(3):
        await office.receive("", message_id=f"m{number}", album="x", files={f"{number}.txt": "x"})
    await office.work()
    (case,) = await office.all(Case)
    (said,) = await messages(office, case)
    assert {file.interaction_id for file in await office.all(Attachment)} == {said.id}


@pytest.mark.parametrize("in_one_batch", [True, False])
async def test_each_part_of_an_album_is_edited_by_itself(office: Office, in_one_batch: bool) -> None:
    for part in "abc":
        await office.receive(f"page {part}", message_id=part, album="x", files={f"{part}.txt": part})
        if not in_one_batch:
            await office.work()
    await office.receive("page B", message_id="b", edits="b", files={"b.txt": "b"})
    await office.receive("page A", message_id="a", edits="a", files={"a.txt": "a"})
    await office.work()
    (case,) = await office.all(Case)
    (said,) = await messages(office, case)
    assert said.text == "page A\npage B\npage c"
    assert len(await office.all(Attachment)) == 3


async def test_what_comes_after_an_answer_is_no_part_of_the_album(office: Office) -> None:
    case = await office.says("Page 1", message_id="a", album="x", files={"1.txt": "one"})
    await office.act("Ada", actions.reply, case.number, "Thank you")
    await office.says("Page 2", message_id="b", album="x", files={"2.txt": "two"})
    assert [said.text for said in await messages(office, case)] == ["Page 1", "Thank you", "Page 2"]


async def test_what_a_message_answers_is_kept_with_it(office: Office) -> None:
    case = await office.says("Yes, that one", quoted="Do you mean order 17?")
    assert (await messages(office, case))[0].payload["quoted"] == "Do you mean order 17?"
