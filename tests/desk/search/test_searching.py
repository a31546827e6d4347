"""Search: what was said is found however it is spelt, as far as one may see it."""

from datetime import UTC
from typing import Any

import pytest
from sqlmodel import col

from omnidesk.desk import actions
from omnidesk.desk.search import indexing, searching
from omnidesk.desk.search.searching import Found, search
from omnidesk.store.models import CaseLabel, Inbox, Interaction, Label, SearchWaiting
from omnidesk.text import questions
from tests.office import Office


async def found(office: Office, question: str, name: str = "Ada") -> Found:
    """What an agent finds."""
    viewer = await office.viewer(name)
    async with office.database.session() as session:
        return await search(session, viewer, questions.read(question), office.clock(), UTC)


async def numbers(office: Office, question: str, name: str = "Ada") -> list[int]:
    """The numbers of the cases found, the best first."""
    return [hit.case.number for hit in (await found(office, question, name)).hits]


async def test_every_spelling_of_a_turkish_word_finds_the_others(office: Office) -> None:
    spellings = ["İSTANBUL", "istanbul", "ıstanbul", "Istanbul"]
    cases = {(await office.says(f"Kargom {word}'da", sender=word)).number for word in spellings}
    for word in spellings:
        assert set(await numbers(office, word)) == cases, word


async def test_a_word_is_found_by_its_beginning_from_four_letters_on(office: Office) -> None:
    case = await office.says("Şifremi unuttum")
    for question in ("şifre", "sifre", "SIFREMI", "unut", "şifre unut"):
        assert await numbers(office, question) == [case.number], question
    for question in ("şif", "unutmak", "ifre", "şifre kargo", '"şifre"'):
        assert await numbers(office, question) == [], question


async def test_quoted_words_stand_next_to_each_other_and_others_may_be_shut_out(office: Office) -> None:
    together = await office.says("Kargo takip numaram yok", sender="a")
    apart = await office.says("Takip ettiğim kargo nerede", sender="b")
    assert set(await numbers(office, "kargo takip")) == {together.number, apart.number}
    assert await numbers(office, '"kargo takip"') == [together.number]
    assert await numbers(office, "kargo -nerede") == [together.number]


async def test_subjects_files_and_notes_are_found(office: Office) -> None:
    mail = await office.says("See below", inbox="mail", sender="m@x.example", subject="Broken lamp")
    await office.act("Ada", actions.note, mail.number, "He is a wholesaler")
    for question in ("lamp", "below", "wholesaler"):
        assert await numbers(office, question) == [mail.number], question
    assert await numbers(office, "wholesaler has:note") == [mail.number]
    assert await numbers(office, "lamp has:note") == []


async def test_operators_keep_what_they_say(office: Office) -> None:
    mail = await office.says("About the parcel", inbox="mail", sender="mia@x.example", name="Mia Demir")
    chat = await office.says("About the parcel", sender="bob", name="Bob Stone")
    await office.act("Ada", actions.take, chat.number)
    await office.act("Ada", actions.resolve, chat.number)
    async with office.database.transaction() as tx:
        tx.add_row(CaseLabel, {"case_id": mail.id, "label": "vip"})
    for question, expected in (
        ("parcel from:mia", [mail]), ("parcel from:demir", [mail]), ("kimden:bob", [chat]), ("in:mail", [mail]),
        ("parcel kutu:Mail", [mail]), ("label:vip", [mail]), ("is:resolved", [chat]), ("durum:çözüldü", [chat]),
        ("parcel is:open", [mail]), ("assignee:me", [chat]), ("assignee:none", [mail]), ("parcel assignee:ada", [chat]),
        ("parcel before:2020-01-01", []), ("parcel after:7d channel:fakemail", None), ("before:1d", []),
        ("parcel after:01.01.2025 from:mia", [mail]), ("team:support is:open", [mail]), ("from:nobody", []),
    ):  # fmt: skip
        if expected is not None:
            assert await numbers(office, question) == [case.number for case in expected], question


async def test_an_operator_that_means_nothing_is_told_with_what_would(office: Office) -> None:
    await office.says("Hello")
    for question, operator, known in (
        ("hello in:nowhere", "in", "desk"), ("hello is:purple", "is", "open"), ("hello before:yesterday", "before", ""),
    ):  # fmt: skip
        (unknown,) = (await found(office, question)).unknown
        assert unknown.operator == operator
        assert known in (unknown.known or ("",))


async def test_labels_are_found_however_they_are_spelt(office: Office) -> None:
    case, other = await office.says("Hello"), await office.says("Hi", sender="other")
    async with office.database.transaction() as tx:
        for label in ("Acil", "Şikayet"):
            tx.new(Label, name=label, created_at=tx.now)
            tx.add_row(CaseLabel, {"case_id": case.id, "label": label})
        tx.new(Label, name="Iade", archived=True, created_at=tx.now)
        for label in ("Iade", "Acil servis", "acıl"):  # the last two stand on cases only
            tx.add_row(CaseLabel, {"case_id": other.id, "label": label})
    for question, expected in (
        ("label:sikayet", {case.number}), ("etiket:ŞİKAYET", {case.number}), ("label:IADE", {other.number}),
        ("label:acil", {case.number, other.number}), ('label:"acil s"', {other.number}),
        ("hello label:acil", {case.number}),
    ):  # fmt: skip
        assert set(await numbers(office, question)) == expected, question
    (unknown,) = (await found(office, "label:nowhere")).unknown
    assert (unknown.operator, unknown.known) == ("label", ("Acil", "Şikayet"))


async def test_channels_are_those_of_inboxes_that_one_may_see(office: Office) -> None:
    case = await office.says("Hello")
    async with office.database.session() as session:
        inbox = await session.get_one(Inbox, case.inbox_id)
    await office.change(Inbox, col(Inbox.id) == inbox.id, channel="pigeon")
    await office.change(Interaction, col(Interaction.case_id) == case.id, channel="pigeon")
    assert await numbers(office, "hello channel:Pigeon") == [case.number]
    (unknown,) = (await found(office, "kanal:smoke")).unknown
    assert {"pigeon", "phone"} <= set(unknown.known)
    await office.change(Inbox, col(Inbox.slug) == "billing", channel="secret")
    assert (await found(office, "channel:secret", "Bo")).unknown != ()
    assert (await found(office, "channel:secret", "Cy")).unknown == ()


async def test_more_hits_than_are_ranked_are_said_to_be_more(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for sender in ("a", "b", "c"):
        await office.says("A parcel", sender=sender)
    assert not (await found(office, "parcel is:open")).capped
    monkeypatch.setattr(searching, "_RANKED", 2)
    assert (await found(office, "parcel is:open")).capped


async def test_people_are_found_despite_a_slip(office: Office) -> None:
    await office.says("Hello", name="Ayşe Yılmaz")
    for question, instead in (("yilmaz", ""), ("yilmza", "yilmaz"), ("ayse yılmz", "ayse yilmaz"), ("aişe", "ayse")):
        answer = await found(office, question)
        assert [entry.called for entry in answer.people] == ["Ayşe Yılmaz"], question
        assert answer.instead == instead, question
    assert (await found(office, "xyzzyx")).people == []


async def test_a_number_is_a_case(office: Office) -> None:
    case = await office.says("Hello")
    for question in (f"#{case.number}", str(case.number)):
        numbered = (await found(office, question)).numbered
        assert numbered is not None
        assert numbered.number == case.number
    assert (await found(office, "#999999")).numbered is None


async def test_a_closed_team_is_a_count(office: Office) -> None:
    secret = await office.says("The salary of the boss", inbox="billing", sender="a")
    await office.says("Another salary", inbox="billing", sender="b")
    ours = await office.says("My salary", sender="c")
    assert set(await numbers(office, "salary", "Cy")) == {secret.number, secret.number + 1, ours.number}
    answer = await found(office, "salary", "Bo")
    assert [hit.case.number for hit in answer.hits] == [ours.number]
    assert answer.hidden == {"Billing": 2}
    assert (await found(office, str(secret.number), "Bo")).numbered is None
    assert (await found(office, "in:billing", "Bo")).unknown != ()


async def test_the_very_words_and_the_latest_stand_first(office: Office) -> None:
    old = await office.says("iade istiyorum", sender="a")
    office.clock.skip(days=400)
    longer = await office.says("iadesini istiyorum", sender="b")
    new = await office.says("iade istiyorum", sender="c")
    assert await numbers(office, "iade") == [new.number, longer.number, old.number]


async def test_a_case_stands_once_with_its_best_row(office: Office) -> None:
    case = await office.says("The lamp is broken")
    await office.says("The lamps, all of them")
    (hit,) = (await found(office, "lamp")).hits
    assert (hit.case.number, hit.more) == (case.number, 1)
    assert hit.row is not None
    assert hit.row.text == "The lamp is broken"


async def test_nothing_waits_when_all_is_indexed_and_nothing_is_indexed_twice(office: Office) -> None:
    await office.says("Hello")
    assert await office.all(SearchWaiting) == []
    rows = [row.interaction for row in await office.log(await office.case(1001))]
    async with office.database.transaction() as tx:
        for row in rows:
            indexing.wait(tx, row.id)
    await office.work()
    assert await office.all(SearchWaiting) == []
    assert len(await numbers(office, "hello")) == 1


async def test_hostile_questions_find_nothing_and_break_nothing(office: Office) -> None:
    await office.says("Hello")
    hostile: list[Any] = [
        "", " ", '"', "*", "AND", "NOT hello", "hello OR 1=1 --", "' ; DROP TABLE cases", "a" * 5_000, "hello:*",
        "NEAR(a b)", "\x00", "🙂", "before:99999999-01-01", "before:0001-01-01 hello", "after:9999-12-31", "in:",
        "from:", "-", "-hello", "& | ! <->", "\\", "%", "_", "هلو", "你好", "İ" * 300, "#0", "#" * 50,
    ]  # fmt: skip
    for question in hostile:
        await found(office, question)
