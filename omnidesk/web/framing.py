"""How high the frame around a mail's own HTML is.

Guessed from its text: what runs in the frame has no way to tell the page, nor the page to look into it.
"""

import re

_ENDS = re.compile(r"(?:</?(?:br|p|div|tr|li|ul|ol|h[1-6]|blockquote|pre|hr)\b[^<>]*>\s*)+", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_TALL = re.compile(r"<(?:img|table|pre)\b", re.IGNORECASE)
_LINE = 75
"""So many letters stand on a line."""
_SHORT, _MIDDLE = 3, 9


def height(html: str) -> str:
    """`short`, `middle` or `tall`."""
    if _TALL.search(html):
        return "tall"
    lines = sum(1 + len(text) // _LINE for part in _ENDS.split(html) if (text := _TAG.sub("", part).strip()))
    return "short" if lines <= _SHORT else "middle" if lines <= _MIDDLE else "tall"
