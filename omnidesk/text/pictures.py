"""Pictures in a text: each stands where its file's name is written in brackets, `[photo.png]`.

So a text is one that people read everywhere, and a channel or page that can show a picture puts it there.
"""

import re
from collections.abc import Collection, Iterator

TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What browsers and mail programs show; SVG is left out, since it can hold scripts."""


def is_placed(text: str, filename: str) -> bool:
    """Whether a text has a place for the picture of this name."""
    return f"[{filename}]" in text


def pieces(text: str, filenames: Collection[str]) -> Iterator[tuple[str, str]]:
    """The text in pieces, each with the name of the picture behind it; empty behind the last.

    A picture is shown once, where it is named first.
    """
    left = set(filenames)
    end = 0
    for found in re.finditer("|".join(re.escape(f"[{name}]") for name in filenames) or "(?!)", text):
        name = found[0][1:-1]
        if name in left:
            left.remove(name)
            yield text[end : found.start()], name
            end = found.end()
    yield text[end:], ""
