"""HTML of strangers made harmless: what is left may stand in our pages."""

import re
from html import unescape

import nh3

_MOST_NESTED = 10_000
"""Cleaning takes quadratic time in the depth (nh3 0.3: 10,000 tags 0.2 s, 100,000 tags 18 s)."""
_MOST_REFERENCES = 200_000
"""And in the number of `&`, `<` and `>` in one text (400,000 take a second, 2,000,000 half a minute)."""
_MOST_MARKS = 50_000
"""Tags and references in HTML whose text is worth a close reading (a second)."""
_OPENING = re.compile(r"<(?!(?:br|hr|img|col|wbr|p|li|td|th|tr|d[dt]|meta|link|input|o:p)\b)[a-z]", re.IGNORECASE)
"""Tags that can nest by themselves; the others can't get deeper without these."""
_HIDDEN = {"script", "style", "title", "noscript", "template", "textarea", "xmp"}
_HIDDEN_TEXT = re.compile(r"<(script|style|title)\b", re.IGNORECASE)
_UNSAFE_STYLE = re.compile(r"expression|url\s*\(|@import|script|behavio|[\\<>]|/\*", re.IGNORECASE)
"""nh3 looks at the names of style properties, not at their values."""

_STYLES = {
    "background-color", "border", "border-collapse", "border-color", "border-spacing", "border-style", "border-width",
    "color", "direction", "display", "font", "font-family", "font-size", "font-style", "font-weight", "height",
    "line-height", "list-style-type", "margin", "margin-bottom", "margin-left", "margin-right", "margin-top",
    "max-height", "max-width", "mso-hide", "opacity", "overflow", "padding", "padding-bottom", "padding-left",
    "padding-right", "padding-top", "text-align", "text-decoration", "vertical-align", "visibility", "white-space",
    "width",
}  # fmt: skip


def _keep(tag: str, attribute: str, value: str) -> str | None:
    """The value of an attribute, or None to drop it."""
    if attribute == "style" and _UNSAFE_STYLE.search(value):
        return None
    scheme = value.strip().lower().partition(":")[0]
    if (tag, attribute) == ("img", "src"):
        return value if scheme == "cid" else _REMOTE + value.strip() if scheme in ("http", "https") else None
    return None if scheme == "cid" else value


_REMOTE = "remote:"
_IMAGE = re.compile(r"<img\b[^<>]*>")
"""Exactly the images of cleaned HTML: everywhere else there `<` and `>` are written as references."""
_UNSEEN = re.compile(
    r"""(?<![\w-])(?:max-)?(?:width|height)(?:="|\s*:\s*)\s*[01](?:\.\d*)?(?:px)?\s*["!;]|display\s*:\s*none"""
)


def _set_aside(image: re.Match[str]) -> str:
    """A picture that lies elsewhere, in a form in which nothing fetches it: that would tell the sender who reads when.

    One that nobody could see is there for nothing else.
    """
    tag = image[0]
    if _UNSEEN.search(tag):
        return re.sub(rf' src="{_REMOTE}[^"]*"', "", tag)
    return tag.replace(f' src="{_REMOTE}', ' data-remote="', 1)


_CLEANER = nh3.Cleaner(
    tags=(nh3.ALLOWED_TAGS | {"font"}) - {"map", "area"},
    clean_content_tags=_HIDDEN,
    attributes={
        **nh3.ALLOWED_ATTRIBUTES,
        "*": {"style", "title", "dir", "lang", "align", "valign", "hidden"},
        "li": {"value"},
        "font": {"color", "face", "size"},
        "table": {"width", "border", "cellpadding", "cellspacing", "bgcolor"},
        "td": {"colspan", "rowspan", "width", "height", "bgcolor"},
        "th": {"colspan", "rowspan", "width", "height", "bgcolor"},
    },
    attribute_filter=_keep,
    filter_style_properties=_STYLES,
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
)


def is_bomb(html: str) -> bool:
    """Whether cleaning this would take too long. Counting openings only can't be fooled by closings in comments."""
    return is_costly(html, _MOST_REFERENCES) or sum(1 for _ in _OPENING.finditer(html)) > _MOST_NESTED


def is_costly(html: str, most: int = _MOST_MARKS) -> bool:
    """Whether reading this tag by tag would take too long."""
    return any(html.count(mark) > most for mark in "<>&")


def clean(html: str) -> str:
    """Without scripts, handlers, forms, frames and unsafe styles; well-formed. Remote images stand in `data-remote`."""
    return _IMAGE.sub(_set_aside, _CLEANER.clean(html).strip())


def strip(html: str) -> str:
    """The bare text of HTML that is too costly to clean, in linear time."""
    text = re.sub(r"<(?:br|/?p|/?div|/?tr|/?li)\b[^<>]*>", "\n", _without_hidden(html), flags=re.IGNORECASE)
    spaced = re.sub(r"[^\S\n]+", " ", unescape(re.sub(r"<[^<>]*>", " ", text)))
    return re.sub(r" ?\n[ \n]*", "\n", spaced).strip()


def _without_hidden(html: str) -> str:
    lower, kept, start = html.lower(), [], 0
    for hidden in _HIDDEN_TEXT.finditer(html):
        if hidden.start() >= start:
            kept.append(html[start : hidden.start()])
            end = lower.find(f"</{hidden[1].lower()}", hidden.end())
            start = end if end >= 0 else len(html)
    return "".join(kept) + html[start:]
