"""A text with marks (`omnidesk.text.markup`) as Telegram's HTML: letters, links, quotations; lists stay lines.

See https://core.telegram.org/bots/api#html-style.
"""

from html import escape

from omnidesk.text.markup import Block, blocks, inline


def as_html(text: str) -> str:
    """The text as HTML of Telegram's few tags."""
    return "\n".join(_shown(block) for block in blocks(text))


def _shown(block: Block) -> str:
    lines = [inline(line, _leaf) for line in block.lines]
    match block.kind:
        case "list":
            lines = [f"• {line}" for line in lines]
        case "numbers":
            lines = [f"{number}. {line}" for number, line in enumerate(lines, block.first)]
        case "quote":
            return f"<blockquote>{chr(10).join(lines)}</blockquote>"
    return "\n".join(lines)


def _leaf(text: str) -> str:
    """Telegram knows four named entities; escape also makes the numbered one of an apostrophe, which it knows too."""
    return escape(text, quote=False)
