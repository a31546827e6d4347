import pytest

from bots.faq import FaqResponder
from omnidesk.contract.responder import Problem
from tests.bots.starter import BOT, FAQ, articles, text


def line_of(path: str, part: str) -> int:
    lines = text(path).splitlines()
    return next(number for number, line in enumerate(lines, start=1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("  name: Assistant ", "  name: 7 ", "bot.name"),
        ("language: en  ", "language: de  ", "language"),
        ("  answer: 0.61 ", "  answer: 6 ", "thresholds.answer"),
        ("  clarify: 0.57 ", "  clarify: 0.9 ", "clarify must not be above answer"),
        ("misses: 2 ", "misses: 0 ", "misses"),
        ("    button_none: Hiçbiri", "    button_nothing: Hiçbiri", "texts.tr.button_n"),
        ('    summary_asked: "Asked: {questions}"', '    summary_asked: "Asked"', "texts.en.summary_asked"),
        ("      - temsilci\n", "      - no\n", "words.tr.person.0"),
    ],
)
def test_a_wrong_value_is_found_with_its_line(old: str, new: str, what: str) -> None:
    assert text(BOT).count(old) == 1
    problems = FaqResponder().check({BOT: text(BOT).replace(old, new)})
    near = line_of(BOT, old.strip("\n"))
    assert any(what in problem.text and problem.path == BOT and abs(problem.line - near) <= 2 for problem in problems)


def test_the_line_is_the_one_of_the_key() -> None:
    bad = text(BOT).replace("misses: 2 ", "misses: many ")
    [problem] = FaqResponder().check({BOT: bad})
    assert (problem.path, problem.line) == (BOT, line_of(BOT, "misses: 2"))


def test_a_missing_language_is_found_at_its_entry() -> None:
    bad = text(FAQ).replace("      tr: Faturam nerede?\n", "")
    [problem] = FaqResponder().check({BOT: text(BOT), FAQ: bad})
    number = bad[: bad.index("en: Where is my invoice?")].count("\n")
    assert (problem.path, problem.line) == (FAQ, number)
    assert problem.text.endswith("title.tr: Field required")


def test_a_question_in_two_entries_is_found_whatever_its_spelling() -> None:
    bad = text(FAQ).replace("        - faturam nerede\n", "        - SİFREMİ  unuttum!\n")
    [problem] = FaqResponder().check({BOT: text(BOT), FAQ: bad})
    assert problem.line == line_of(FAQ, "        - faturam nerede")
    assert "stands in password-reset too" in problem.text


def test_an_entry_of_an_unknown_bot_is_found() -> None:
    bad = text(FAQ).replace("bot: assistant", "bot: butler", 1)
    [problem] = FaqResponder().check({BOT: text(BOT), FAQ: bad})
    assert (problem.line, problem.text) == (
        line_of(FAQ, "bot: assistant\n".strip()),
        "faq.0.bot: there is no bot butler",
    )


@pytest.mark.parametrize("bad", ["bot: [", "a: b: c", "\x00", "bot: {slug: a", "x: 2024-13-45", "[" * 5000])
def test_what_is_no_yaml_is_a_problem_and_no_crash(bad: str) -> None:
    [problem] = FaqResponder().check({BOT: bad})
    assert problem.path == BOT
    assert problem.line >= 1


def test_the_line_of_broken_yaml_is_where_it_breaks() -> None:
    [problem] = FaqResponder().check({BOT: "bot:\n  slug: a\n  name: b: c\n"})
    assert problem.line == 3


@pytest.mark.parametrize("empty", ["", "[]", "just text", "{}"])
def test_a_file_without_content_is_a_problem(empty: str) -> None:
    assert FaqResponder().check({BOT: empty})


def test_a_source_needs_one_bot() -> None:
    assert FaqResponder().check({}) == [
        Problem("", 1, "there is no file with the bot's own settings (bot, texts, words)")
    ]
    assert [problem.path for problem in FaqResponder().check({"a.yaml": text(BOT), "b.yaml": text(BOT)})] == ["b.yaml"]


def test_a_bad_source_is_neither_trained_nor_loaded() -> None:
    with pytest.raises(ValueError, match=r"^bot\.yaml:1: "):
        FaqResponder().train({"bot.yaml": "bot: ["}, articles())
    with pytest.raises(ValueError, match=r"^bot\.yaml:1: "):
        FaqResponder().load({"bot.yaml": "bot: ["}, b"", articles())
