"""What a bot's YAML may hold, and what is wrong with it, with path and line."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Generic, Literal, Self, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from omnidesk.contract.responder import Problem, Source
from omnidesk.text.folding import words

Language = Literal["en", "tr"]
Text = Annotated[str, Field(min_length=1)]
Texts = Annotated[list[Text], Field(min_length=1)]
Share = Annotated[float, Field(ge=0, le=1)]
T = TypeVar("T")


class _Model(BaseModel):
    """Strict, so that YAML's `no` and `9:30` are found where a text is meant."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Both(_Model, Generic[T]):
    """The same thing in both languages."""

    en: T
    tr: T

    def of(self, language: str) -> T:
        """The one of that language."""
        return self.tr if language == "tr" else self.en


class Name(_Model):
    """How a bot is called: by inboxes and by people."""

    slug: Text
    name: Text


class Thresholds(_Model):
    """From which confidence on the bot answers or asks back, and by how much the best must lead."""

    answer: Share
    clarify: Share
    lead: Share

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.clarify > self.answer:
            raise ValueError("clarify must not be above answer")
        return self


class Sayings(_Model):
    """What the bot says, in one language."""

    greeting: Text
    thanks: Text
    bye: Text
    clarify: Text
    fallback: Text
    attachment: Text
    handoff: Text
    nobody_online: Text
    ask_email: str = ""
    """What an address is asked for with, of whom nothing could reach later; empty = it is not."""
    button_person: Text
    button_none: Text
    button_helped: Text
    summary_asked: Annotated[str, Field(pattern=r"\{questions\}")]
    summary_answered: Annotated[str, Field(pattern=r"\{titles\}")]
    summary_unanswered: Text
    summary_nothing: Text


class Vocabulary(_Model):
    """What the bot listens for, in one language."""

    person: Texts
    greeting: Texts
    thanks: Texts
    bye: Texts
    none: Texts
    agree: Texts
    numbers: list[Texts]
    filler: Texts


class Settings(_Model):
    """A bot's own file."""

    bot: Name
    language: Language
    thresholds: Thresholds
    misses: Annotated[int, Field(ge=1)]
    texts: Both[Sayings]
    words: Both[Vocabulary]


class Entry(_Model):
    """A question people ask and its answer."""

    slug: Text
    bot: Text
    title: Both[Text]
    questions: Both[Texts]
    answer: Both[Text]


class Faq(_Model):
    """A file of questions and answers."""

    faq: list[Entry]


def read(source: Source) -> Settings:
    """The settings of the bot in a source. Raises ValueError with the first problem."""
    problems = check(source)
    if problems:
        first = problems[0]
        raise ValueError(f"{first.path}:{first.line}: {first.text}")
    return next(file for file in map(_parse, source.values()) if isinstance(file, Settings))


def check(source: Source) -> Sequence[Problem]:
    """What is wrong in a source: a bot's own file, perhaps with files of questions."""
    problems: list[Problem] = []
    files: dict[str, Settings | Faq] = {}
    for path, text in source.items():
        try:
            files[path] = _parse(text)
        except ValidationError as error:
            problems += [_invalid(path, text, found["loc"], found["msg"]) for found in error.errors()]
        except (yaml.YAMLError, ValueError, RecursionError) as error:
            problems.append(_unreadable(path, error))
    return problems or [*_check_bots(files), *_check_questions(source, files)]


def _parse(text: str) -> Settings | Faq:
    content = yaml.safe_load(text)
    kind = Faq if isinstance(content, dict) and "faq" in content else Settings
    return kind.model_validate(content)


def _check_bots(files: dict[str, Settings | Faq]) -> Iterator[Problem]:
    bots = [path for path, file in files.items() if isinstance(file, Settings)]
    if not bots:
        yield Problem(next(iter(files), ""), 1, "there is no file with the bot's own settings (bot, texts, words)")
    for path in bots[1:]:
        yield Problem(path, 1, f"a second bot; the first is in {bots[0]}")


def _check_questions(source: Source, files: dict[str, Settings | Faq]) -> Iterator[Problem]:
    slugs = {file.bot.slug for file in files.values() if isinstance(file, Settings)}
    owners: dict[str, str] = {}
    for path, file in files.items():
        for number, entry in enumerate(file.faq if isinstance(file, Faq) else ()):
            if slugs and entry.bot not in slugs:
                yield _invalid(path, source[path], ("faq", number, "bot"), f"there is no bot {entry.bot}")
            for place, question in _questions(entry):
                owner = owners.setdefault(" ".join(words(question)), entry.slug)
                if owner != entry.slug:
                    text = f"“{question}” stands in {owner} too"
                    yield _invalid(path, source[path], ("faq", number, *place), text)


def _questions(entry: Entry) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for language in ("en", "tr"):
        for number, question in enumerate(entry.questions.of(language)):
            yield ("questions", language, number), question


def _invalid(path: str, text: str, place: Sequence[str | int], what: str) -> Problem:
    return Problem(path, _line(text, place), f"{'.'.join(map(str, place))}: {what}" if place else what)


def _unreadable(path: str, error: Exception) -> Problem:
    mark = getattr(error, "problem_mark", None)
    return Problem(path, mark.line + 1 if mark else 1, f"this is no YAML: {getattr(error, 'problem', None) or error}")


def _line(text: str, place: Sequence[str | int]) -> int:
    """The line of the deepest part of `place` that exists, counted from 1."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = 0
    for part in place:
        step = _step(node, part)
        if step is None:
            break
        line, node = step
    return line + 1


def _step(node: yaml.Node | None, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line, node.value[part]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line, value
    return None
