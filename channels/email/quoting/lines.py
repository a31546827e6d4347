"""The lines of a text, as the finders of marks look at them."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from omnidesk.text.folding import fold

_LONGEST = 400
"""A longer line is prose: nothing that a mail program writes between messages is that long."""
_INVISIBLE = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U00013438\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001"
    "\U000e0020-\U000e007f]"
)
"""Unicode's format characters (category Cf): marks of direction, joiners, soft hyphens."""
_SMILEY = re.compile(r">[:;=._]['-]?[()<>_DPo/\\]")
_LINK = re.compile(r"<(?:https?|mailto):[^<>\s]{0,300}>|\[(?:cid|mailto):[^][\s]{0,300}\]")


@dataclass(slots=True)
class Lines:
    """Lines by number; a number outside is an empty line."""

    raw: list[str]
    texts: list[int] = field(init=False)
    """The numbers of the lines that aren't blank."""
    _plain: dict[int, str] = field(default_factory=dict)
    _folded: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.texts = [number for number, line in enumerate(self.raw) if line and not line.isspace()]

    def plain(self, number: int) -> str:
        """Without what can't be seen, links and bold signs at its ends; nothing for a long line."""
        if not 0 <= number < len(self.raw):
            return ""
        if number not in self._plain:
            self._plain[number] = _plain(self.raw[number])
        return self._plain[number]

    def folded(self, number: int) -> str:
        """The plain line, folded."""
        if number not in self._folded:
            self._folded[number] = fold(self.plain(number))
        return self._folded[number]

    def blank(self, number: int) -> bool:
        """Whether there is nothing in the line, or no such line."""
        return not 0 <= number < len(self.raw) or not self.raw[number] or self.raw[number].isspace()

    def quoted(self, number: int) -> bool:
        """Whether the line begins with a quote sign."""
        return 0 <= number < len(self.raw) and is_quoted(self.raw[number])

    def next_text(self, number: int) -> int:
        """The number of the first line after this one that isn't blank; of no line when all are."""
        position = bisect_right(self.texts, number)
        return self.texts[position] if position < len(self.texts) else len(self.raw)

    def texts_in(self, start: int, end: int) -> list[int]:
        """The numbers of the lines from start to before end that aren't blank."""
        return self.texts[bisect_left(self.texts, start) : bisect_left(self.texts, end)]


def is_quoted(line: str) -> bool:
    """Whether the line begins with a quote sign that is no part of a face."""
    start = line.lstrip()[:4]
    return start[:1] in (">", "＞") and not _SMILEY.match(start)


def _plain(line: str) -> str:
    if len(line) > _LONGEST:
        return ""
    if not line.isascii():
        line = _INVISIBLE.sub("", line).replace("\xa0", " ")
    return _LINK.sub("", line).strip(" \t\r\f\v*")
