"""Where the parts of a multipart begin and end (RFC 2046 §5.1); only places are told, so that nothing is copied."""

import re

Span = tuple[int, int]
"""The first byte of a part, and the one behind its last."""

_AFTER = re.compile(rb"(--)?[ \t]*(?:\r?\n|\Z)")
_GUESSED = re.compile(
    rb"^--([^\s-][^\r\n]{0,100}?|-{1,60}[^\r\n]{1,100}?)[ \t]*\r?\nContent-[A-Za-z-]+:", re.MULTILINE | re.IGNORECASE
)


def spans(body: bytes, start: int, end: int, boundary: bytes) -> list[Span]:
    """The parts that a boundary parts; nothing where it doesn't stand.

    Parts may follow its end: programs that nest two multiparts with one boundary end it twice.
    """
    if not boundary:
        return []
    mark = b"--" + boundary
    found, begun = list[Span](), -1
    at = body.find(mark, start, end)
    while at >= 0:
        after = _AFTER.match(body, at + len(mark), end)
        if after and (at == start or body[at - 1] == 10):
            if begun >= 0:
                found.append((begun, _before_line_end(body, begun, at)))
            begun = -1 if after[1] else after.end()
        at = body.find(mark, at + len(mark), end)
    if begun >= 0:
        found.append((begun, end))
    return found


def guessed(body: bytes, start: int, end: int) -> bytes:
    """The boundary that stands over headers of a part, for mails that name none, or a wrong one."""
    found = _GUESSED.search(body, start, end)
    return found[1] if found else b""


def _before_line_end(body: bytes, start: int, end: int) -> int:
    """The line end above a boundary belongs to that."""
    if end > start and body[end - 1] == 10:
        end -= 1
        if end > start and body[end - 1] == 13:
            end -= 1
    return end
