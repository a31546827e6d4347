"""What lies around the words of a plain text: soft line ends, the armour of a signature, files between the lines."""

import re
from itertools import islice

from channels.email.mime.transfer import uudecoded

_BEGIN, _SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----", "\n-----BEGIN PGP SIGNATURE-----"
_END = "-----END PGP SIGNATURE-----"
_HASHES = re.compile(r"[ \t]*\n(?:[A-Za-z-]+:[^\n]*\n)*\n?")
_MOST_FILES = 100
_MOST_FLOWED = 2_000_000
"""The most characters whose lines are put together (two seconds); more is no letter."""
_UU_BEGIN = re.compile(r"^begin [0-7]{3,4} (\S[^\n]{0,200})\n", re.MULTILINE)
_UU_END = re.compile(r"^(?:`| )?\n?end[ \t]*(?:\n|\Z)", re.MULTILINE)


def without_armour(text: str) -> str:
    """A text signed in the clear (RFC 4880 §7): as it was before."""
    before, begin, rest = text.partition(_BEGIN)
    signed, signature, rest = rest.partition(_SIGNATURE)
    if not begin or not signature or before.rstrip(" \t")[-1:] not in ("", "\n"):
        return text
    start = _HASHES.match(signed)
    words = re.sub(r"^- ", "", signed[start.end() if start else 0 :], flags=re.MULTILINE)
    return before + words + "\n" + rest.partition(_END)[2].lstrip(" \t\n")


def unflowed(text: str, *, delsp: bool) -> str:
    """Lines of `format=flowed` (RFC 3676) put together; quotes keep their depth, `-- ` ends a text."""
    if len(text) > _MOST_FLOWED:
        return text
    if " \n" not in text and "\n>" not in text:
        return re.sub(r"^ ", "", text, flags=re.MULTILINE)
    lines: list[list[str]] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        soft = words.endswith(" ") and words != "-- "
        shown = words[:-1] if soft and delsp else words
        if open_depth == depth and words != "-- ":
            lines[-1].append(shown)
        else:
            lines.append([">" * depth + " " * bool(depth), shown])
        open_depth = depth if soft else None
    return "\n".join(map("".join, lines))


def uuencoded(text: str) -> tuple[str, list[tuple[str, bytes]]]:
    """A text without the files that were uuencoded into it, and these with their names."""
    files, kept, end = list[tuple[str, bytes]](), list[str](), 0
    for begin in islice(_UU_BEGIN.finditer(text), _MOST_FILES):
        if begin.start() < end:
            continue
        stop = _UU_END.search(text, begin.end())
        if stop is None:
            break
        content = uudecoded(text[begin.end() : stop.start()].encode("ascii", "replace"))
        if not content:
            break
        files.append((begin[1].strip(), content))
        kept.append(text[end : begin.start()])
        end = stop.end()
    return "".join(kept) + text[end:], files
