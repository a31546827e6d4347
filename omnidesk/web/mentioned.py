"""Names that are mentioned in a note, marked where they stand."""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape


def mentioned(text: str, written: Sequence[str] | None) -> str | Markup:
    """The text with these names, as they were written behind their @, marked."""
    if not written:
        return text
    longest_first = sorted(written, key=len, reverse=True)
    calls = re.compile(rf"(?<![\w@])(@(?:{'|'.join(map(re.escape, longest_first))}))(?!\w)")
    pieces = calls.split(text)
    marked = Markup('<span class="mention">{}</span>')
    return Markup().join(marked.format(piece) if at % 2 else escape(piece) for at, piece in enumerate(pieces))
