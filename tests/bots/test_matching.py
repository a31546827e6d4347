"""How well the starter bot understands, measured with `questions.csv` (language, intent, text; `oos`: nothing fits)."""

import csv
from collections import Counter
from pathlib import Path

import pytest

from bots.faq import FaqResponder
from bots.matching import Matcher
from omnidesk.contract.responder import Answer, Article
from omnidesk.text.folding import words
from tests.bots.starter import BOT, articles, text, turn

QUESTIONS = list(csv.DictReader(Path(__file__).with_name("questions.csv").read_text(encoding="utf-8").splitlines()))
BOT_LOADED = FaqResponder().load({BOT: text(BOT)}, b"", articles())


async def ask(question: str) -> Answer:
    return await BOT_LOADED.respond(turn(question))


async def outcomes(language: str) -> Counter[str]:
    """right, wrong, clarify, fallback; for `oos` the decision with `oos ` before it."""
    found: Counter[str] = Counter()
    for row in QUESTIONS:
        if row["language"] == language:
            answer = await ask(row["text"])
            if row["intent"] == "oos":
                found[f"oos {answer.decision}"] += 1
            elif answer.decision == "answer":
                found["right" if answer.why.intent == row["intent"] else "wrong"] += 1
            else:
                found[answer.decision] += 1
    return found


@pytest.mark.parametrize(("language", "asked", "beyond"), [("tr", 80, 20), ("en", 60, 20)])
async def test_most_questions_are_answered_and_hardly_any_wrongly(language: str, asked: int, beyond: int) -> None:
    found = await outcomes(language)
    within = found["right"] + found["wrong"] + found["clarify"] + found["fallback"]
    out_of_scope = found["oos answer"] + found["oos clarify"] + found["oos fallback"]
    assert within >= asked
    assert out_of_scope >= beyond
    assert found["right"] / within >= 0.85
    assert found["wrong"] / within <= 0.05
    assert found["oos answer"] / out_of_scope <= 0.1


async def test_what_is_out_of_scope_is_hardly_ever_answered() -> None:
    found = await outcomes("tr") + await outcomes("en")
    out_of_scope = found["oos answer"] + found["oos clarify"] + found["oos fallback"]
    assert found["oos answer"] / out_of_scope <= 0.05
    assert found["oos fallback"] / out_of_scope >= 0.7


async def test_every_question_of_the_list_finds_its_own_entry() -> None:
    for article in articles():
        for question in (article.title, *article.questions):
            answer = await ask(question)
            assert (answer.decision, answer.why.intent) == ("answer", article.id), question


@pytest.mark.parametrize("question", ["hava nasıl", "can I pay with bitcoin on mars", "order a pizza", "asdf qwer"])
async def test_sharing_a_word_is_not_understanding(question: str) -> None:
    assert (await ask(question)).decision == "fallback"


@pytest.mark.parametrize("question", ["sipariş", "siparişim", "order", "my order", "kargo", "sipariş vermek istiyorum"])
async def test_a_word_of_many_entries_is_asked_back(question: str) -> None:
    assert (await ask(question)).decision == "clarify"


@pytest.mark.parametrize("question", ["password", "şifre", "fatura", "invoice", "garanti"])
async def test_a_word_of_one_entry_is_enough(question: str) -> None:
    assert (await ask(question)).decision == "answer"


async def test_a_question_inside_a_longer_message_is_found() -> None:
    answer = await ask("Merhaba. Dün ilk kez alışveriş yaptım, her şey güzeldi. Faturamı nasıl indirebilirim? Sağ olun")
    assert (answer.decision, answer.why.intent) == ("answer", "invoice")


def test_nothing_matches_where_there_are_no_articles() -> None:
    assert Matcher([]).search(["order"]) == []


def test_a_question_without_content_is_no_match() -> None:
    matcher = Matcher([Article("a", "en", "Where is it?", ("where is it",), "There.")], ["how", "is", "this"])
    [match] = matcher.search(words("how is this"))
    assert match.confidence < 0.5
    assert not match.telling
