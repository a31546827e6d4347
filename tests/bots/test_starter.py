import pytest
import yaml

from bots.faq import FaqResponder
from bots.source import Entry
from omnidesk.text.folding import fold
from omnidesk.text.language import guess
from tests.bots.starter import BOT, CONFIG, FAQ, articles, entries, text


def test_the_starter_bot_has_no_problems() -> None:
    assert FaqResponder().check({BOT: text(BOT), FAQ: text(FAQ)}) == []


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry["slug"])
def test_every_entry_is_complete_in_both_languages(entry: dict[str, object]) -> None:
    complete = Entry.model_validate(entry)
    for language in ("en", "tr"):
        assert len(complete.questions.of(language)) >= 6
        assert guess(complete.answer.of(language)) == language


def test_no_question_stands_in_two_places() -> None:
    questions = [fold(question) for article in articles() for question in article.questions]
    assert len(questions) == len(set(questions))


def test_slugs_are_unique() -> None:
    slugs = [entry["slug"] for entry in entries()]
    assert len(slugs) == len(set(slugs))


def test_the_starter_desk_names_only_what_it_brings() -> None:
    desk = yaml.safe_load(text("desk/starter.yaml"))
    bot = yaml.safe_load(text(BOT))["bot"]["slug"]
    teams = {team["slug"] for team in desk["teams"]}
    assert {inbox["team"] for inbox in desk["inboxes"]} <= teams
    assert {team for agent in desk["agents"] for team in agent["teams"]} <= teams
    assert {inbox["bot"] for inbox in desk["inboxes"]} == {None, bot}
    assert {entry["bot"] for entry in entries()} == {bot}


def test_the_starter_survey_names_every_score_in_both_languages() -> None:
    [survey] = yaml.safe_load(text("desk/starter.yaml"))["surveys"]
    assert {language: len(labels) for language, labels in survey["labels"].items()} == {"en": 5, "tr": 5}


def test_yaml_reads_every_word_as_text() -> None:
    # An unquoted no, on or 9:30 would be a boolean or a number.
    words = yaml.safe_load(text(BOT))["words"]
    flat = [word for one in words.values() for key, kept in one.items() if key != "numbers" for word in kept]
    assert [word for word in flat if not isinstance(word, str)] == []


def test_every_file_of_the_starter_is_a_mapping_of_kinds() -> None:
    kinds = [set(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in sorted(CONFIG.glob("*/*.yaml"))]
    assert {"faq"} in kinds
    setup = {"statuses", "fields", "labels", "dispositions", "canned_replies", "macros"}
    assert {"calendars", "teams", "agents", "sla_policies", "surveys", "inboxes", *setup} in kinds
