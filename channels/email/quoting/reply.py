"""Taking a message apart into what is new, what is quoted and what is signature. Pure; raises nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from channels.email.quoting import attribution, header_block, separators
from channels.email.quoting.announced import announces_answers_inside
from channels.email.quoting.lines import Lines, is_quoted
from channels.email.quoting.signature import signature_lines

_FARTHEST = 2_000
"""Nobody writes more lines above a history; it keeps the time small for texts that look like marks all over."""


_LARGEST = 500_000
"""The most characters that are taken apart; nobody writes more above a history, or quotes it line by line."""


class Kind(StrEnum):
    """Whose words a part holds."""

    NEW = "new"
    QUOTED = "quoted"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that follow each other and are of one kind."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A message in parts; joined by line ends they are the whole text.

    Only where a line of the writer's ends in "On … wrote:" another line end takes the place of white space or dashes.
    """

    parts: tuple[Part, ...]

    @property
    def new(self) -> str:
        """What the writer wrote, without blank lines around it; the whole text when that would be nothing."""
        texts = [part.text.strip("\n").rstrip() for part in self.parts if part.kind is Kind.NEW]
        return "\n\n".join(text for text in texts if text.strip()).lstrip("\n")

    @property
    def has_history(self) -> bool:
        """Whether it quotes anything."""
        return any(part.kind is Kind.QUOTED for part in self.parts)


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of which the HTML tells the kind; without an end all that follow."""

    kind: Kind
    start: int
    end: int | None = None


def split(text: str, spans: Sequence[Span] = (), *, forward: bool = False) -> Reply:
    """Take a text apart; a `forward` shows all that it passes on. When in doubt it is new."""
    if forward:
        return Reply((Part(Kind.NEW, text),))
    end = text.rfind("\n", 0, _LARGEST) if len(text) > _LARGEST else -1
    if end > 0:
        return _with_more(split(text[:end], spans), text[end + 1 :])
    raw = text.split("\n")
    lines = Lines(raw if spans else attribution.unglued(raw))
    kinds = [Kind.QUOTED if is_quoted(line) else Kind.NEW for line in lines.raw]
    end = _mark_history(lines, kinds, spans)
    _mark_gaps(lines, kinds, end)
    _mark_signatures(lines, kinds, end)
    if not any(kinds[number] is Kind.NEW for number in lines.texts):
        return Reply((Part(Kind.NEW, text),))
    reply = Reply(tuple(_parts(lines, kinds)))
    if _hides_copies(lines, kinds) and announces_answers_inside(reply.new):
        return Reply((Part(Kind.NEW, text),))
    return reply


def _with_more(reply: Reply, text: str) -> Reply:
    """With the rest of a text as well: it goes on as the part above it ends."""
    return Reply((*reply.parts, Part(Kind.QUOTED if reply.parts[-1].kind is Kind.QUOTED else Kind.NEW, text)))


def _hides_copies(lines: Lines, kinds: list[Kind]) -> bool:
    """Whether history without quote signs stands at the end: answers inside it can't be told from it."""
    return bool(lines.texts) and kinds[lines.texts[-1]] is Kind.QUOTED and not lines.quoted(lines.texts[-1])


def _mark_history(lines: Lines, kinds: list[Kind], spans: Sequence[Span]) -> int:
    """Mark what is history; the number of the line where a forwarded message begins, or of lines."""
    told = {span.start: span for span in spans if span.start < len(kinds)}
    seen, skip = 0, 0
    for number in sorted({*lines.texts, *told}) if told else lines.texts:
        if number < skip or kinds[number] is not Kind.NEW:
            continue
        seen += 1
        if seen > _FARTHEST:
            break
        if separators.is_forward(lines.folded(_first_text(lines, number))):
            kinds[number:] = [Kind.NEW] * (len(kinds) - number)
            return number
        found = _told(told[number], lines) if number in told else _found(lines, number)
        if found:
            start, skip, kind = found
            kinds[start:skip] = [kind] * (skip - start)
    return len(kinds)


def _first_text(lines: Lines, number: int) -> int:
    return lines.next_text(number) if lines.blank(number) else number


def _told(span: Span, lines: Lines) -> tuple[int, int, Kind]:
    return span.start, len(lines.raw) if span.end is None else span.end, span.kind


def _found(lines: Lines, number: int) -> tuple[int, int, Kind] | None:
    """A mark at this line: where it and the history under it start and end."""
    mark = _mark(lines, number)
    if mark is None:
        return None
    start, last = mark
    below = lines.next_text(last)
    return _with_rules(lines, start), last + 1 if lines.quoted(below) else len(lines.raw), Kind.QUOTED


def _mark(lines: Lines, number: int) -> tuple[int, int] | None:
    """The first and last line of a mark that begins or, wrapped, ends in this line."""
    folded = lines.folded(number)
    if separators.is_original(folded):
        return number, _end_of_original(lines, number)
    if not folded.endswith("--") and ":" not in folded and not lines.quoted(lines.next_text(number)):
        return None
    end = header_block.ends_at(lines, number)
    if end is not None:
        return number, end
    start = attribution.starts_at(lines, number)
    return None if start is None else (start, number)


def _end_of_original(lines: Lines, number: int) -> int:
    """The last line of what a separator opens: itself, or the header block or attribution under it."""
    below = lines.next_text(number)
    end = header_block.ends_at(lines, below)
    if end is not None:
        return end
    return next((last for last in range(below, below + 3) if attribution.starts_at(lines, last) == below), number)


def _with_rules(lines: Lines, start: int) -> int:
    """The start of a mark with the rules, and above a header block the titles, that stand over it."""
    titled = header_block.kind_of(lines.folded(start)) is not None
    while start > 0 and _is_over(lines.folded(start - 1), titled=titled):
        start -= 1
    return start


def _is_over(folded: str, *, titled: bool) -> bool:
    return separators.is_rule(folded) or (titled and separators.is_title(folded))


def _mark_gaps(lines: Lines, kinds: list[Kind], end: int) -> None:
    """Blank lines under quoted ones belong to them."""
    for number in range(1, end):
        if kinds[number - 1] is Kind.QUOTED and kinds[number] is Kind.NEW and lines.blank(number):
            kinds[number] = Kind.QUOTED


def _mark_signatures(lines: Lines, kinds: list[Kind], end: int) -> None:
    """Above the history and at the end; nobody signs between quoted lines."""
    runs = [run for kind, run in _runs(kinds[:end]) if kind is Kind.NEW]
    for run in runs[:1] + runs[1:][-1:]:
        for number in signature_lines(lines, run):
            kinds[number] = Kind.SIGNATURE


def _runs(kinds: list[Kind]) -> Iterator[tuple[Kind, range]]:
    """The runs of lines of one kind, in order."""
    start = 0
    for kind, run in groupby(kinds):
        end = start + len(list(run))
        yield kind, range(start, end)
        start = end


def _parts(lines: Lines, kinds: list[Kind]) -> list[Part]:
    return [Part(kind, "\n".join(lines.raw[run.start : run.stop])) for kind, run in _runs(kinds)]
