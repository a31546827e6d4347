"""One text of a composer as the two parts of a mail: plain text, and HTML with clickable links."""

import re
from collections.abc import Mapping
from html import escape

from omnidesk.contract.channel import Link, Outbound
from omnidesk.text import markup
from omnidesk.text.pictures import pieces

_URL = r"(?i:https?)://[^\s<>\"]*[^\s<>\".,;:!?'()\[\]{}]"
_MAIL = r"(?<![\w.+-])[A-Za-z0-9_.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}\b"
_CLICKABLE = re.compile(f"(?P<url>{_URL})|(?P<mail>{_MAIL})")
DASHES = "-- "
"""What stands above a signature; mail programs know it and leave it out of quotations (RFC 3676 §4.3)."""


def plain(outbound: Outbound, below: str) -> str:
    """The message as text, and what stands below it in every mail of the inbox."""
    links = "\n".join(f"{link.text}: {link.url}" for link in outbound.links)
    said = markup.plain(outbound.text) if outbound.formatted else outbound.text
    text = "\n\n".join(filter(None, (said.strip(), links))) + "\n"
    return f"{text}\n{DASHES}\n{below}\n" if below else text


def html(outbound: Outbound, title: str, below: str, pictures: Mapping[str, str]) -> str:
    """The same as a page; `pictures`: the content ids of those that stand in the text, by their names."""
    paragraphs = [
        shown
        for text, name in pieces(outbound.text, pictures)
        for shown in (*_shown(text, outbound.formatted), _picture(name, pictures[name]) if name else "")
        if shown
    ]
    if outbound.links:
        paragraphs.append("<p>" + " &nbsp; ".join(map(_anchor, outbound.links)) + "</p>")
    if below:
        paragraphs += [f"<div>{DASHES}<br>", *_paragraphs(below), "</div>"]
    body = "\n".join(paragraphs)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(outbound.language)}">\n'
        f'<head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _shown(text: str, formatted: bool) -> list[str]:
    """A part of the text; with its marks as form, if it has any."""
    if not formatted:
        return _paragraphs(text)
    found = []
    for block in markup.blocks(text):
        if block.kind == "text":
            parts = re.split(r"\n\s*\n", "\n".join(block.lines).strip())
            found += [f"<p>{markup.inline(part, _clickable)}</p>".replace("\n", "<br>\n") for part in parts if part]
        else:
            found.append(markup.listed(block, _clickable))
    return found


def _paragraphs(text: str) -> list[str]:
    return [_paragraph(part) for part in re.split(r"\n\s*\n", text.strip()) if part]


def _picture(name: str, content_id: str) -> str:
    return f'<p><img src="cid:{escape(content_id)}" alt="{escape(name)}" style="max-width:100%"></p>'


def _paragraph(text: str) -> str:
    """One paragraph; its line breaks stay."""
    return "<p>" + _clickable(text).replace("\n", "<br>\n") + "</p>"


def _clickable(text: str) -> str:
    """Addresses of pages and people become links."""
    pieces, end = [], 0
    for found in _CLICKABLE.finditer(text):
        url = found[0] if found["url"] else f"mailto:{found[0]}"
        pieces += [escape(text[end : found.start()]), _anchor(Link(found[0], url))]
        end = found.end()
    return "".join([*pieces, escape(text[end:])])


def _anchor(link: Link) -> str:
    return f'<a href="{escape(link.url)}">{escape(link.text)}</a>'
