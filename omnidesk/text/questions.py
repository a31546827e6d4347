"""What somebody types into the search, taken apart: words, phrases, what must not be there, and operators."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from omnidesk.text.folding import fold, words

MOST_WORDS = 12
"""So many words and phrases are looked for; who pastes a letter finds it by its beginning."""
PREFIX_FROM = 4
"""A word of so many letters is also found as the beginning of another: `şifre` finds `şifremi`."""

OPERATORS: Mapping[str, tuple[str, ...]] = {
    "from": ("from", "kimden"),
    "in": ("in", "kutu"),
    "team": ("team", "ekip"),
    "assignee": ("assignee", "atanan"),
    "label": ("label", "etiket"),
    "is": ("is", "durum"),
    "channel": ("channel", "kanal"),
    "before": ("before", "once"),
    "after": ("after", "sonra"),
    "has": ("has", "var"),
}
"""Each operator with the folded words it is written as, in English and in Turkish."""
_BY_WORD = {word: name for name, written in OPERATORS.items() for word in written}
_TOKEN = re.compile(
    r'(?P<not>-)?(?:(?P<operator>[^\W\d_]{2,12}):(?="|[^\s"/]))?(?:"(?P<quoted>[^"]*)"?|(?P<bare>[^\s"]+))'
)


@dataclass(frozen=True, slots=True)
class Term:
    """Words that must stand next to each other; the last of one that was not in quotes may go on."""

    words: tuple[str, ...]
    quoted: bool = False

    @property
    def begins(self) -> bool:
        """Whether its last word may be the beginning of another."""
        return not self.quoted and len(self.words[-1]) >= PREFIX_FROM


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked for. `number`: of a case, where the question is nothing else."""

    terms: tuple[Term, ...] = ()
    without: tuple[Term, ...] = ()
    operators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    number: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not (self.terms or self.operators or self.number)


def read(text: str) -> Question:
    """Take a question apart. Raises nothing: what is no operator is a word."""
    terms: list[Term] = []
    without: list[Term] = []
    operators: dict[str, list[str]] = {}
    for token in _TOKEN.finditer(text):
        quoted = token["quoted"] is not None
        said = token["quoted"] if quoted else token["bare"]
        name = operator_of(token["operator"] or "")
        if name is not None and said.strip():
            operators.setdefault(name, []).append(said.strip())
            continue
        found = tuple(words(f"{token['operator'] or ''} {said}"))
        if found:
            (without if token["not"] else terms).append(Term(found, quoted))
    return Question(
        tuple(dict.fromkeys(terms))[:MOST_WORDS],
        tuple(dict.fromkeys(without))[:MOST_WORDS],
        {name: tuple(dict.fromkeys(values)) for name, values in operators.items()},
        _number(text),
    )


def operator_of(written: str) -> str | None:
    """The operator that a word in either language names."""
    return _BY_WORD.get(fold(written))


def _number(text: str) -> int | None:
    found = re.fullmatch(r"\s*#?(\d{1,9})\s*", text)
    return int(found[1]) if found else None
