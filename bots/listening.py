"""Hearing what isn't a question: asking for a person, greetings, thanks, picking a choice."""

from collections.abc import Sequence
from typing import Literal

from bots.source import Both, Vocabulary
from bots.words import Phrases
from omnidesk.text.folding import words

SmallTalk = Literal["thanks", "bye", "greeting"]


class Listener:
    """The words of a bot, in both languages at once: people mix them."""

    def __init__(self, vocabulary: Both[Vocabulary]) -> None:
        both = (vocabulary.en, vocabulary.tr)
        self.filler = frozenset(words(" ".join(word for one in both for word in one.filler)))
        self._person = (Phrases(vocabulary.en.person), Phrases(vocabulary.tr.person, suffixes=True))
        self._small_talk: dict[SmallTalk, Phrases] = {
            "thanks": Phrases(text for one in both for text in one.thanks),
            "bye": Phrases(text for one in both for text in one.bye),
            "greeting": Phrases(text for one in both for text in one.greeting),
        }
        self._polite = Phrases(text for one in both for text in (*one.thanks, *one.bye, *one.greeting))
        self._none = Phrases(text for one in both for text in one.none)
        self._agree = Phrases(text for one in both for text in one.agree)
        self._numbers = _numbers(both)

    def wants_person(self, said: Sequence[str]) -> bool:
        """Whether a person is asked for anywhere in the words."""
        return any(phrases.heard(said) for phrases in self._person)

    def without_greeting(self, said: Sequence[str]) -> list[str]:
        """The words without greetings, unless nothing else was said."""
        return self._small_talk["greeting"].without(said) or list(said)

    def small_talk(self, said: Sequence[str]) -> SmallTalk | None:
        """Which kind of small talk this is, if it is nothing but that."""
        if not said or self._rest(self._polite, said):
            return None
        return next((kind for kind, phrases in self._small_talk.items() if phrases.heard(said)), None)

    def picked(self, said: Sequence[str], offered: Sequence[str]) -> str | None:
        """The offered button that is named by its number, by yes, or by none."""
        if not said or not offered:
            return None
        if "none" in offered and not self._rest(self._none, said):
            return "none"
        choices = [button for button in offered if button.startswith("article:")]
        if len(choices) == 1 and not self._rest(self._agree, said):
            return choices[0]
        number = self._number(said)
        return offered[number - 1] if 0 < number <= len(offered) else None

    def _number(self, said: Sequence[str]) -> int:
        if any(word not in self._numbers and word not in self.filler for word in said):
            return 0
        if len(said) == 1:
            return self._numbers.get(said[0], 0)
        # In "bir şey" and "I need one" the number is filler.
        return max((self._numbers.get(word, 0) for word in said if word not in self.filler), default=0)

    def _rest(self, phrases: Phrases, said: Sequence[str]) -> bool:
        left = phrases.without(said)
        return len(left) == len(said) or any(word not in self.filler for word in left)


def _numbers(both: Sequence[Vocabulary]) -> dict[str, int]:
    named = {
        word: number
        for one in both
        for number, names in enumerate(one.numbers, start=1)
        for word in words(" ".join(names))
    }
    return named | {str(number): number for number in range(1, 10)}
