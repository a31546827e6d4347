"""The bot's conversation: it answers, hands off, and is silent afterwards."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlmodel import col

from omnidesk.contract.responder import Answer, Article, Bot, Problem, Saying, Source, Turn
from omnidesk.desk import actions
from omnidesk.desk.conversation import Conversation
from omnidesk.store.models import BotState, Case, Contact, Inbox, Interaction
from tests.office import Office


@dataclass
class Probe:
    """A responder and bot in one: keeps its turns, waits for `may_answer`, breaks where it is told to."""

    breaks: str = ""
    turns: list[Turn] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    def check(self, source: Source) -> Sequence[Problem]:
        return ()

    def train(self, source: Source, articles: Sequence[Article]) -> bytes:
        self._break("train")
        return b""

    def load(self, source: Source, model: bytes, articles: Sequence[Article]) -> Bot:
        self._break("load")
        return self

    async def respond(self, turn: Turn) -> Answer:
        self._break("respond")
        self.turns.append(turn)
        self.asked.set()
        await self.may_answer.wait()
        return Answer((Saying("answer"),), {}, "answer", "en")

    def _break(self, what: str) -> None:
        if self.breaks == what:
            raise RuntimeError("broken on purpose")


def conversation(office: Office, probe: Probe) -> Conversation:
    return Conversation(office.database, probe, silence=timedelta(minutes=30))


async def test_the_bot_answers_and_keeps_its_state(office: Office) -> None:
    case = await office.says("Hello", inbox="bot")
    assert (case.holder, case.shelf, case.category, case.needs_bot) == ("bot", "bot", "new", False)
    await office.says("Again", inbox="bot")
    assert await office.transcript(inbox="bot") == ["Hello", "1: Hello", "Again", "2: Again"]
    assert [sent.text for sent in office.channel("bot").sent] == ["1: Hello", "2: Again"]
    assert all(sent.automatic for sent in office.channel("bot").sent)
    answer = (await office.log(case))[-1].interaction
    assert (answer.author_kind, answer.author_name, answer.payload["why"]["intent"]) == ("bot", "Echo", "echo")


async def test_messages_that_came_meanwhile_are_one_turn(office: Office) -> None:
    await office.receive("Hello", inbox="bot")
    await office.says("Where is it?", inbox="bot")
    assert (await office.transcript(inbox="bot"))[-1] == "1: Hello Where is it?"


async def test_handed_off_the_bot_is_silent(office: Office) -> None:
    case = await office.says("person", inbox="bot")
    assert (case.holder, case.shelf, case.category) == ("team", "open", "new")
    assert case.held_at is not None
    (event,) = [
        row.interaction for row in await office.log(case) if row.interaction.payload.get("event") == "handed_off"
    ]
    assert (event.payload["reason"], event.payload["summary"]) == ("asked", "said: person")
    before = len(office.channel("bot").sent)
    await office.says("Are you there?", inbox="bot")
    assert len(office.channel("bot").sent) == before


async def test_an_answer_to_a_case_that_an_agent_took_meanwhile_is_dropped(office: Office) -> None:
    probe = Probe()
    await office.receive("Hello", inbox="bot")
    await office.workers[0].run()
    (case,) = await office.all(Case)
    thinking = asyncio.create_task(conversation(office, probe).run())
    await probe.asked.wait()
    await office.act("Bo", actions.take, case.number)
    probe.may_answer.set()
    await thinking
    assert (await office.case(case.number)).holder == "team"
    assert await office.transcript(inbox="bot") == ["Hello"]
    assert await office.all(BotState) == []


async def test_an_answer_to_a_question_of_the_past_is_dropped_and_all_is_asked_again(office: Office) -> None:
    probe = Probe()
    await office.receive("Hello", inbox="bot")
    await office.workers[0].run()
    thinking = asyncio.create_task(conversation(office, probe).run())
    await probe.asked.wait()
    await office.receive("I mean goodbye", inbox="bot")
    await office.workers[0].run()
    probe.may_answer.set()
    await thinking
    assert await office.transcript(inbox="bot") == ["Hello", "I mean goodbye"]
    await conversation(office, probe).run()
    assert probe.turns[-1].texts == ("Hello", "I mean goodbye")
    assert (await office.transcript(inbox="bot"))[-1] == "answer"


async def test_a_bot_that_breaks_passes_the_case_to_people(office: Office) -> None:
    case = await office.says("break", inbox="bot")
    assert (case.holder, case.needs_bot) == ("team", False)
    assert "handed_off" in await office.events(case)


@pytest.mark.parametrize("breaks", ["train", "load", "respond"])
async def test_a_bot_that_can_not_even_be_loaded_passes_the_case_to_people(office: Office, breaks: str) -> None:
    for sender in ("mia", "other"):
        await office.receive("Hello", inbox="bot", sender=sender)
    await office.workers[0].run()
    await conversation(office, Probe(breaks)).run()
    assert [case.holder for case in await office.all(Case)] == ["team", "team"]


async def test_an_unknown_bot_passes_the_case_to_people(office: Office) -> None:
    await office.change(Inbox, col(Inbox.slug) == "bot", bot="nobody")
    await office.inboxes.load()
    case = await office.says("Hello", inbox="bot")
    assert (case.holder, (await office.events(case)).count("handed_off")) == ("team", 1)


async def test_after_silence_the_bot_has_helped(office: Office) -> None:
    case = await office.says("Hello", inbox="bot")
    office.clock.skip(minutes=29)
    await office.work()
    assert (await office.case(case.number)).category == "new"
    office.clock.skip(minutes=2)
    await office.work()
    found = await office.case(case.number)
    assert (found.category, found.holder, found.shelf) == ("resolved", "bot", "done")
    assert (await office.events(found))[-1] == "resolved"


async def test_silence_counts_from_the_last_answer(office: Office) -> None:
    case = await office.says("Hello", inbox="bot")
    office.clock.skip(minutes=20)
    await office.says("Hm", inbox="bot")
    office.clock.skip(minutes=20)
    await office.work()
    assert (await office.case(case.number)).category == "new"


async def test_who_writes_after_the_silence_comes_back_to_the_bot(office: Office) -> None:
    case = await office.says("Hello", inbox="bot")
    office.clock.skip(minutes=31)
    await office.work()
    again = await office.says("One more thing", inbox="bot")
    assert (again.id, again.holder, again.category, again.cycle) == (case.id, "bot", "open", 2)
    assert (await office.transcript(inbox="bot"))[-1] == "2: One more thing"


async def test_nothing_automatic_is_ever_answered(office: Office) -> None:
    opened = await office.says("Out of office", inbox="bot", sender="robot", automatic=True)
    assert (opened.holder, opened.needs_bot) == ("team", False)
    await office.says("Hello", inbox="bot")
    before = len(office.channel("bot").sent)
    joined = await office.says("Out of office", inbox="bot", automatic=True)
    assert (joined.holder, joined.needs_bot, len(office.channel("bot").sent)) == ("bot", False, before)
    await office.says("I am back", inbox="bot")
    assert (await office.transcript(inbox="bot"))[-1] == "2: I am back"


async def test_the_bot_is_told_what_it_may_know(office: Office) -> None:
    probe = Probe()
    probe.may_answer.set()
    await office.receive("Hello", inbox="bot", button="b1", files={"a.txt": "a", "b.txt": "b"})
    await office.workers[0].run()
    await office.change(Contact, col(Contact.id) > 0, language="tr")
    await conversation(office, probe).run()
    (turn,) = probe.turns
    assert (turn.texts, turn.button, turn.attachments, turn.language) == (("Hello",), "b1", 2, "en")
    assert turn.facts == {"online": False, "unreachable": False}
    await office.comes("Bo")
    await office.receive("And now?", inbox="bot")
    await office.workers[0].run()
    await conversation(office, probe).run()
    assert probe.turns[-1].facts == {"online": True, "unreachable": False}


async def test_a_round_ends_when_nobody_waits_for_the_bot(office: Office) -> None:
    probe = Probe()
    probe.may_answer.set()
    assert not await conversation(office, probe).run()
    await office.says("Hello", inbox="bot")
    assert not await conversation(office, probe).run()
    assert [row.text for row in await office.all(Interaction) if row.author_kind == "bot"] == ["1: Hello"]


@pytest.mark.parametrize(("text", "chosen"), [("2", "blue"), (" 2. ", "blue"), ("1)", "red"), ("acik MAVI", "blue")])
async def test_a_number_or_the_buttons_text_chooses_where_there_are_no_buttons(
    office: Office, text: str, chosen: str
) -> None:
    await office.says("choose", inbox="smsbot")
    assert office.sms("smsbot").sent[-1].text.splitlines()[-2:] == ["1. Red", "2. Açık mavi"]
    await office.says(text, inbox="smsbot")
    assert office.sms("smsbot").sent[-1].text == f"2: {chosen}"
    (said,) = [row for row in await office.all(Interaction) if row.text == text]
    assert said.payload["button"] == chosen


@pytest.mark.parametrize("text", ["3", "0", "2 parcels", "blue"])
async def test_any_other_text_stays_a_text(office: Office, text: str) -> None:
    await office.says("choose", inbox="smsbot")
    await office.says(text, inbox="smsbot")
    assert office.sms("smsbot").sent[-1].text == f"2: {text}"


async def test_a_choice_is_over_when_the_bot_has_gone_on(office: Office) -> None:
    for text in ("choose", "something else", "2"):
        await office.says(text, inbox="smsbot")
    assert office.sms("smsbot").sent[-1].text == "3: 2"
