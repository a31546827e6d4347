"""Matching a question to articles: fuzzy likeness of the sentences, held back by the words they don't share."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from omnidesk.contract.responder import Article
from omnidesk.text.folding import words

_SCORERS = (fuzz.ratio, fuzz.token_sort_ratio, fuzz.token_set_ratio)
_STEM = 5
"""Two words that begin with so many same letters are kin: what suffixes leave of a Turkish word (Can et al. 2008)."""
_SHORT_STEM = 4
_SHORT_STEM_LIKENESS = 0.5
"""A word of four letters that begins another may be its stem ("kart", "kartım") or not ("hava", "havale")."""
_SHARED = 3
"""A question says enough when its words weigh as much as one that so many articles know."""
_LITERAL = 0.95
"""From this likeness on a question is one of the list as it stands, whatever its words weigh."""
_UNKNOWN = 0.5
"""A word that no article knows weighs more than one that a single article knows."""
_UNGUARDED = 0.4
"""What is left of the likeness when the article knows none of the words."""
_TYPO = 78
"""From this likeness on, of 100, two words are the same one mistyped."""


@dataclass(frozen=True, slots=True)
class Match:
    """How well a question fits an article, 0 to 1, and the words that say so.

    `telling`: the words weigh enough to tell articles apart; "order" alone does not in a shop.
    """

    article: str
    confidence: float
    words: tuple[str, ...]
    telling: bool


class Matcher:
    """The questions of all articles, ready to be searched. Titles count as questions; languages are searched together.

    The confidence joins the mean of three fuzzy ratios to the nearest question (likeness) with what part of the asked
    words the article knows, rare words weighing more (coverage): the likeness of "can I pay on Mars" to "can I pay by
    card" is high, but Mars is unknown. Never `WRatio`: it finds short texts in everything.
    """

    def __init__(self, articles: Iterable[Article], filler: Iterable[str] = ()) -> None:
        """`filler` are words that say nothing about what is asked."""
        self._filler = frozenset(words(" ".join(filler)))
        self._questions: list[str] = []
        self._owners: list[str] = []
        self._knowing: dict[str, set[str]] = defaultdict(set)
        for article in articles:
            for question in (article.title, *article.questions):
                self._add(article.id, words(question))
        self._articles = sorted(set(self._owners))
        self._long_words = [word for word in sorted(self._knowing) if len(word) >= _STEM]
        self._stems: dict[str, list[str]] = defaultdict(list)
        for word in sorted(self._knowing):
            self._stems[word[:_SHORT_STEM]].append(word)

    def _add(self, article: str, question: list[str]) -> None:
        self._questions.append(" ".join(question))
        self._owners.append(article)
        for word in question:
            if word not in self._filler:
                self._knowing[word].add(article)

    def search(self, asked: Sequence[str]) -> list[Match]:
        """Every article, best first, for the folded words of a question."""
        likeness = self._likeness(" ".join(asked))
        known = [self._known(word) for word in dict.fromkeys(asked) if word not in self._filler]
        matches = [self._match(article, likeness[article], known) for article in self._articles]
        return sorted(matches, key=lambda match: (-match.confidence, match.article))

    def _match(self, article: str, likeness: float, known: "Sequence[_Known]") -> Match:
        total = sum(word.weight for word in known)
        covered = sum(word.weight * word.articles.get(article, 0.0) for word in known)
        coverage = covered / total if total else 0.0
        heard = tuple(word.text for word in known if article in word.articles)
        confidence = math.sqrt(likeness * (_UNGUARDED + (1 - _UNGUARDED) * coverage))
        telling = likeness >= _LITERAL or covered >= self._weight(_SHARED)
        return Match(article, confidence, heard, telling)

    def _likeness(self, asked: str) -> dict[str, float]:
        total = [0.0] * len(self._questions)
        for scorer in _SCORERS:
            for _, score, position in process.extract(asked, self._questions, scorer=scorer, limit=None):
                total[position] += score / (100 * len(_SCORERS))
        best: dict[str, float] = defaultdict(float)
        for article, score in zip(self._owners, total, strict=True):
            best[article] = max(best[article], score)
        return best

    def _known(self, word: str) -> "_Known":
        articles: dict[str, float] = {}
        for other, likeness in self._kin(word).items():
            for article in self._knowing[other]:
                articles[article] = max(articles.get(article, 0.0), likeness)
        return _Known(word, self._weight(len(articles) or _UNKNOWN), articles)

    def _weight(self, known_by: float) -> float:
        return math.log(1 + len(self._articles) / known_by)

    def _kin(self, word: str) -> dict[str, float]:
        """The known words that are this one with another suffix or a typo, and how surely."""
        kin = {}
        for other in self._stems.get(word[:_SHORT_STEM], ()):
            if likeness := _stem_likeness(word, other):
                kin[other] = likeness
        if len(word) >= _STEM:
            near = process.extract(word, self._long_words, scorer=fuzz.ratio, score_cutoff=_TYPO, limit=None)
            for other, score, _ in near:
                kin[other] = max(kin.get(other, 0.0), score / 100)
        return kin


@dataclass(frozen=True, slots=True)
class _Known:
    """An asked word, how much it says, and how surely each article has it."""

    text: str
    weight: float
    articles: dict[str, float]


def _stem_likeness(word: str, other: str) -> float:
    if word == other or (word[:_STEM] == other[:_STEM] and len(word) >= _STEM):
        return 1.0
    return _SHORT_STEM_LIKENESS if min(len(word), len(other)) == _SHORT_STEM else 0.0
