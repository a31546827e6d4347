"""Light formatting: a text that can be read as it is; mails and pages show its marks as form, others leave them out.

**bold**   _italic_   [words](https://example.com)
- begins an item of a list, 1. one of a numbered list, > a quotation
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Literal

_URL = r"(?i:https?)://[^\s<>\"]*[^\s<>\".,;:!?'()\[\]{}]"
_INLINE = re.compile(
    rf"\[(?P<words>[^\[\]\n]{{1,300}})\]\((?P<link>(?i:https?)://[^\s<>\"()]{{1,2000}})\)"
    rf"|(?P<url>{_URL})"
    r"|\*\*(?P<bold>(?! )[^\n*]{1,1000}(?<! ))\*\*"
    r"|(?<!\w)_(?P<italic>(?! )[^\n_]{1,1000}(?<! ))_(?!\w)"
)
_ITEM = re.compile(r" {0,3}(?P<sign>[-*•]|(?P<number>\d{1,3})[.)]) +(?P<said>\S.*)")
_QUOTE = re.compile(r" {0,3}> ?(?P<said>.*)")

Kind = Literal["text", "list", "numbers", "quote"]


@dataclass(slots=True)
class Block:
    """Lines that belong together. `first`: the number that a numbered list begins with."""

    kind: Kind
    first: int = 1
    lines: list[str] = field(default_factory=list)


def is_formatted(text: str) -> bool:
    """Whether a text has marks that mean something."""
    return plain(text) != text or any(block.kind != "text" for block in blocks(text))


def plain(text: str) -> str:
    """The text for who can't show form: without the marks of letters, links written out; lists and quotations stay."""
    return _INLINE.sub(lambda found: _plain(found), text)


def _plain(found: re.Match[str]) -> str:
    if found["url"]:
        return found[0]
    if found["words"]:
        words = plain(found["words"])
        return found["link"] if words == found["link"] else f"{words} ({found['link']})"
    return plain(found["bold"] or found["italic"])


def blocks(text: str) -> Iterator[Block]:
    """The text as lists, quotations, and what stands between them."""
    block = Block("text")
    for line in text.split("\n"):
        kind, first, said = _line(line)
        if kind != block.kind:
            if block.lines:
                yield block
            block = Block(kind, first)
        block.lines.append(said)
    if block.lines:
        yield block


def _line(line: str) -> tuple[Kind, int, str]:
    if item := _ITEM.fullmatch(line):
        return ("numbers", int(item["number"]), item["said"]) if item["number"] else ("list", 1, item["said"])
    if quote := _QUOTE.fullmatch(line):
        return "quote", 1, quote["said"]
    return "text", 1, line


def inline(text: str, leaf: Callable[[str], str]) -> str:
    """Letters and links as HTML; `leaf` makes HTML of what is between marks, and of addresses that stand alone."""
    pieces, end = [], 0
    for found in _INLINE.finditer(text):
        pieces += [leaf(text[end : found.start()]), _shown(found, leaf)]
        end = found.end()
    return "".join([*pieces, leaf(text[end:])])


def _shown(found: re.Match[str], leaf: Callable[[str], str]) -> str:
    if found["url"]:
        return leaf(found[0])
    if found["words"]:
        return f'<a href="{escape(found["link"])}" rel="noopener noreferrer">{escape(plain(found["words"]))}</a>'
    tag = "strong" if found["bold"] else "em"
    return f"<{tag}>{inline(found['bold'] or found['italic'], leaf)}</{tag}>"


def listed(block: Block, leaf: Callable[[str], str]) -> str:
    """A list or a quotation as HTML."""
    lines = [inline(line, leaf) for line in block.lines]
    if block.kind == "quote":
        return f"<blockquote>{'<br>'.join(lines)}</blockquote>"
    tag, start = ("ul", "") if block.kind == "list" else ("ol", f' start="{block.first}"' if block.first != 1 else "")
    return f"<{tag}{start}>{''.join(f'<li>{line}</li>' for line in lines)}</{tag}>"
