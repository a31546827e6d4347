"""Listening for words and phrases: whole words, one typo, and Turkish suffixes."""

from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from omnidesk.text.folding import words

_SHORTEST_WITH_TYPO = 5
_SHORTEST_WITH_TYPO_AND_SUFFIX = 6  # "insan" with a typo and a suffix would be "inşaat" too
_SHORTEST_STEM = 4


class Phrases:
    """Phrases to listen for; `suffixes` lets their last words grow ("temsilci" hears "temsilciyle")."""

    def __init__(self, texts: Iterable[str], *, suffixes: bool = False) -> None:
        split = {tuple(words(text)) for text in texts} - {()}
        self._suffixes = suffixes
        self._by_letter: dict[str, list[tuple[str, ...]]] = {}
        for phrase in sorted(split, key=lambda phrase: (-len(phrase), phrase)):
            self._by_letter.setdefault(phrase[0][0], []).append(phrase)

    def heard(self, said: Sequence[str]) -> bool:
        """Whether one of the phrases is in the folded words."""
        return any(self._at(said, start) for start in range(len(said)))

    def without(self, said: Sequence[str]) -> list[str]:
        """The folded words less every phrase; the longest phrase is taken first."""
        left, start = [], 0
        while start < len(said):
            length = self._at(said, start)
            if not length:
                left.append(said[start])
            start += length or 1
        return left

    def _at(self, said: Sequence[str], start: int) -> int:
        for phrase in self._by_letter.get(said[start][0], ()):
            if self._same(said[start : start + len(phrase)], phrase):
                return len(phrase)
        return 0

    def _same(self, said: Sequence[str], phrase: Sequence[str]) -> bool:
        if len(said) < len(phrase):
            return False
        *first, last = phrase
        return all(map(_mistyped, said, first)) and self._grown(said[-1], last, alone=not first)

    def _grown(self, said: str, wanted: str, *, alone: bool) -> bool:
        if not self._suffixes:
            return _mistyped(said, wanted)
        if said.startswith(wanted) and (said == wanted or not alone or len(wanted) >= _SHORTEST_STEM):
            return True
        if len(wanted) < _SHORTEST_WITH_TYPO_AND_SUFFIX:
            return _mistyped(said, wanted)
        lengths = range(len(wanted) - 1, len(wanted) + 2)
        return any(_mistyped(said[:length], wanted) for length in lengths)


def _mistyped(said: str, wanted: str) -> bool:
    """Equal but for one letter added, lost, changed or swapped; the first letter is right ("nisan" is no "insan")."""
    if said == wanted:
        return True
    if len(wanted) < _SHORTEST_WITH_TYPO or said[:1] != wanted[0] or abs(len(said) - len(wanted)) > 1:
        return False
    return OSA.distance(said, wanted) <= 1
