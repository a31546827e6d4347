import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.faq import FaqResponder
from omnidesk.contract.responder import Answer, Article
from tests.bots.starter import BOT, articles, text, turn

BOT_LOADED = FaqResponder().load({BOT: text(BOT)}, b"", articles())


class Dialogue:
    """A conversation with the starter bot; the state goes through JSON as it does in the store."""

    def __init__(self, **known: Any) -> None:
        self._known = known
        self._state: dict[str, Any] = {}

    async def say(self, *texts: str, **more: Any) -> Answer:
        answer = await BOT_LOADED.respond(turn(*texts, state=self._state, **(self._known | more)))
        self._state = json.loads(json.dumps(answer.state))
        return answer

    async def press(self, button: str) -> Answer:
        return await self.say(button=button)


def buttons(answer: Answer) -> list[str]:
    return [button.id for button in answer.messages[-1].buttons]


def article(id: str, language: str) -> Article:
    return next(one for one in articles() if (one.id, one.language) == (id, language))


async def test_turkish_without_its_letters_gets_the_turkish_answer_at_once() -> None:
    answer = await Dialogue().say("sifremi unuttum giris yapamiyorum")
    assert answer.decision == "answer"
    assert answer.language == "tr"
    assert answer.messages[0].text == article("password-reset", "tr").answer
    assert [button.text for button in answer.messages[0].buttons] == ["İşime yaradı", "Bir temsilciyle görüş"]


async def test_english_with_typos_gets_the_english_answer() -> None:
    answer = await Dialogue(language="tr").say("wher is my pakage")
    assert (answer.decision, answer.language) == ("answer", "en")
    assert answer.messages[0].text == article("order-status", "en").answer


async def test_why_tells_what_was_understood() -> None:
    why = (await Dialogue().say("I forgot my pasword")).why
    assert why.intent == "password-reset"
    assert 0.6 <= why.confidence <= 1
    assert why.ranking[0] == (why.intent, why.confidence)
    assert len(why.ranking) == 5
    assert list(why.ranking) == sorted(why.ranking, key=lambda pair: -pair[1])
    assert why.words == ("forgot", "pasword")


@pytest.mark.parametrize(("known", "language"), [(None, "en"), ("tr", "tr"), ("tr-TR", "tr"), ("de", "en")])
async def test_without_a_guess_the_contacts_language_is_spoken(known: str | None, language: str) -> None:
    assert (await Dialogue(language=known).say("ok")).language == language


async def test_the_language_of_the_conversation_stays() -> None:
    dialogue = Dialogue(language="en")
    await dialogue.say("iade etmek istiyorum")
    assert (await dialogue.say("42")).language == "tr"


async def test_several_messages_are_one_question() -> None:
    answer = await Dialogue().say("merhaba", "bir şey soracaktım", "faturamı nasıl indirebilirim")
    assert answer.why.intent == "invoice"
    split = await Dialogue().say("where is", "my order")
    assert (split.decision, split.why.intent) == ("answer", "order-status")


async def test_an_unsure_bot_offers_the_nearest_questions() -> None:
    answer = await Dialogue().say("my order")
    assert answer.decision == "clarify"
    assert len(buttons(answer)) <= 5
    assert buttons(answer)[-2:] == ["none", "person"]
    assert "article:order-status" in buttons(answer)
    assert article("order-status", "en").title in [button.text for button in answer.messages[0].buttons]


@pytest.mark.parametrize("how", ["button", "number", "word"])
async def test_a_choice_is_picked(how: str) -> None:
    dialogue = Dialogue()
    offered = buttons(await dialogue.say("sipariş"))
    answer = await {
        "button": lambda: dialogue.press(offered[1]),
        "number": lambda: dialogue.say("2"),
        "word": lambda: dialogue.say("ikincisi"),
    }[how]()
    assert answer.decision == "answer"
    assert offered[1] == f"article:{answer.why.intent}"
    assert answer.messages[0].text == article(answer.why.intent, "tr").answer


async def test_none_of_these_is_a_miss() -> None:
    dialogue = Dialogue()
    await dialogue.say("my order")
    assert (await dialogue.press("none")).decision == "fallback"
    await dialogue.say("my order")
    answer = await dialogue.say("none of these")
    assert answer.decision == "handoff"
    assert answer.handoff
    assert answer.handoff.reason == "fallback"


async def test_asking_back_again_and_again_is_a_miss_too() -> None:
    dialogue = Dialogue()
    assert (await dialogue.say("my order")).decision == "clarify"
    assert (await dialogue.say("order")).decision == "clarify"
    assert (await dialogue.say("my order")).decision == "handoff"


async def test_two_misses_in_a_row_bring_a_person() -> None:
    dialogue = Dialogue()
    first = await dialogue.say("hava nasıl")
    assert (first.decision, buttons(first)) == ("fallback", ["person"])
    second = await dialogue.say("bana bir şiir yaz")
    assert second.decision == "handoff"
    assert second.handoff
    assert second.handoff.summary == "Sorduğu: hava nasıl / bana bir şiir yaz\nBot yanıt bulamadı."


async def test_an_answer_between_two_misses_forgives_the_first() -> None:
    dialogue = Dialogue()
    await dialogue.say("hava nasıl")
    await dialogue.say("faturam nerede")
    assert (await dialogue.say("bana bir şiir yaz")).decision == "fallback"


@pytest.mark.parametrize("said", ["talk to a human", "Bir temsilciyle görüş", "şifremi unuttum ama insan istiyorum"])
async def test_a_person_comes_when_asked_for(said: str) -> None:
    answer = await Dialogue().say(said)
    assert answer.decision == "handoff"
    assert answer.handoff
    assert answer.handoff.reason == "asked"
    assert answer.messages[0].buttons == ()


async def test_a_person_comes_when_the_button_is_pressed_and_knows_what_was_said() -> None:
    dialogue = Dialogue()
    await dialogue.say("my refund has not arrived")
    answer = await dialogue.press("person")
    assert answer.handoff
    assert answer.handoff.summary == (
        "Asked: my refund has not arrived\nThe bot answered: When do I get my money back?"
    )


async def test_the_summary_speaks_the_language_of_the_conversation() -> None:
    dialogue = Dialogue(language="en")
    await dialogue.say("param ne zaman iade edilir")
    answer = await dialogue.say("temsilci")
    assert answer.handoff
    assert answer.handoff.summary == ("Sorduğu: param ne zaman iade edilir\nBotun yanıtı: Para iadem ne zaman yapılır?")


async def test_asking_for_a_person_at_once_says_so() -> None:
    answer = await Dialogue().say("agent please")
    assert answer.handoff
    assert answer.handoff.summary == "Asked for a person right away."


async def test_a_question_inside_the_wish_for_a_person_reaches_the_agent() -> None:
    answer = await Dialogue().say("temsilciye bağlayın, üç haftadır paramı geri alamıyorum")
    assert answer.handoff
    assert "üç haftadır paramı geri alamıyorum" in answer.handoff.summary


async def test_after_a_handoff_the_bot_begins_anew() -> None:
    dialogue = Dialogue()
    await dialogue.say("hava nasıl")
    await dialogue.say("temsilci")
    assert (await dialogue.say("bana bir şiir yaz")).decision == "fallback"


async def test_nobody_online_is_said_when_the_desk_says_so() -> None:
    away = await Dialogue().say("talk to a human", facts={"online": False})
    here = await Dialogue().say("talk to a human", facts={"online": True})
    assert away.messages[0].text.startswith("Nobody is here right now.")
    assert here.messages == (await Dialogue().say("talk to a human")).messages


@pytest.mark.parametrize(
    ("said", "step"),
    [("merhaba", "greeting"), ("teşekkürler", "thanks"), ("bye", "bye"), ("👍", "thanks")],
)
async def test_small_talk_is_answered_kindly_and_is_no_miss(said: str, step: str) -> None:
    dialogue = Dialogue()
    await dialogue.say("hava nasıl")
    answer = await dialogue.say(said)
    assert (answer.decision, answer.why.step, buttons(answer)) == ("answer", step, ["person"])
    assert answer.state["misses"] == 1


async def test_a_file_without_words_is_not_read_and_is_no_miss() -> None:
    answer = await Dialogue(language="tr").say("", attachments=1)
    assert answer.decision == "fallback"
    assert answer.messages[0].text.startswith("Ne yazık ki dosyaları okuyamıyorum.")
    assert buttons(answer) == ["person"]
    assert answer.state["misses"] == 0


async def test_that_helped_is_thanked_for() -> None:
    dialogue = Dialogue()
    await dialogue.say("where is my invoice")
    assert (await dialogue.press("helped")).why.step == "helped"


@pytest.mark.parametrize("button", ["article:gone", "nonsense", "article:"])
async def test_a_button_of_the_past_is_no_failure(button: str) -> None:
    assert (await Dialogue().press(button)).decision == "fallback"


@pytest.mark.parametrize(
    "state", [{"misses": "many"}, {"asked": 7}, {"offered": [1]}, {"language": "xx"}, {"foreign": {"deep": []}}]
)
async def test_a_state_of_another_bot_is_forgotten(state: dict[str, Any]) -> None:
    answer = await BOT_LOADED.respond(turn("where is my invoice", state=state))
    assert answer.why.intent == "invoice"


async def test_an_article_in_one_language_only_is_still_an_answer() -> None:
    only = [Article("parking", "en", "Parking", ("where can I park",), "Behind the house.")]
    bot = FaqResponder().load({BOT: text(BOT)}, b"", only)
    assert (await bot.respond(turn("where can I park", language="tr"))).messages[0].text == "Behind the house."


async def test_a_bot_without_articles_falls_back_and_fetches_a_person() -> None:
    bot = FaqResponder().load({BOT: text(BOT)}, b"", [])
    assert (await bot.respond(turn("where is my order"))).decision == "fallback"
    assert (await bot.respond(turn("agent please"))).decision == "handoff"


def test_training_is_deterministic() -> None:
    source = {BOT: text(BOT)}
    assert FaqResponder().train(source, articles()) == FaqResponder().train(source, articles())


@settings(deadline=None)
@given(
    st.lists(st.text(), max_size=3),
    st.none() | st.text(),
    st.none() | st.text(),
    st.integers(0, 3),
    st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.lists(st.text())),
)
async def test_any_turn_gets_the_same_answer_twice(
    texts: list[str], button: str | None, language: str | None, attachments: int, state: dict[str, Any]
) -> None:
    asked = turn(*texts, button=button, language=language, attachments=attachments, state=state)
    answer = await BOT_LOADED.respond(asked)
    assert answer == await BOT_LOADED.respond(asked)
    assert answer.messages[0].text
    assert json.loads(json.dumps(answer.state)) == answer.state


async def test_no_after_an_answer_is_not_thanked_for() -> None:
    dialogue = Dialogue()
    await dialogue.say("where is my invoice")
    assert (await dialogue.say("no")).decision == "fallback"
    assert (await dialogue.say("no thanks")).why.step == "thanks"


async def test_a_wish_at_the_end_of_a_long_text_is_heard() -> None:
    assert (await Dialogue().say("la la " * 1000 + "I want a human")).decision == "handoff"


async def test_a_very_long_text_is_no_failure() -> None:
    assert (await Dialogue().say("where is my order? " * 50_000)).why.intent == "order-status"
