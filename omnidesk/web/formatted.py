"""What colleagues wrote, with its marks as form: every piece of it is escaped, the tags are ours."""

from collections.abc import Sequence

from markupsafe import Markup, escape

from omnidesk.text import markup
from omnidesk.web.mentioned import mentioned


def formatted(text: str, written: Sequence[str] | None) -> Markup:
    """The text as HTML, for a place that keeps line breaks; names in `written` are marked."""

    def leaf(piece: str) -> str:
        return str(escape(mentioned(piece, written)))

    shown = ""
    for block in markup.blocks(text):
        if block.kind == "text":
            shown += "\n".join(markup.inline(line, leaf) for line in _trimmed(block.lines, text))
        else:
            shown += markup.listed(block, leaf)
    return Markup(shown)  # noqa: S704 - made of escaped pieces and tags of ours


def _trimmed(lines: list[str], text: str) -> list[str]:
    """Without an empty line beside a list, which stands apart by itself."""
    if lines == text.split("\n"):
        return lines
    return "\n".join(lines).strip("\n").split("\n")
