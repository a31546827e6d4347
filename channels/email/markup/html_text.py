"""Text made from cleaned HTML: its paragraphs, lists, quotes and where its links lead."""

import re
from html import unescape

from channels.email.markup.clean_markup import Attributes, Walk

_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "pre", "blockquote", "hr", "figure"}
_LINES = {
    "div",
    "li",
    "tr",
    "dt",
    "dd",
    "br",
    "center",
    "article",
    "section",
    "header",
    "footer",
    "address",
    "caption",
    "aside",
    "nav",
    "details",
    "summary",
    "figcaption",
    "hgroup",
}

_VOID = {"br", "hr", "img", "col", "wbr", "area"}
_HIDDEN = re.compile(
    r"(?:^|[;\s])(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|opacity\s*:\s*0(?:\.0+)?\s*(?:;|!|$)"
    r"|(?:font-size|max-height)\s*:\s*0(?:px|pt|em|%)?\s*(?:;|!|$))",
    re.IGNORECASE,
)
"""How newsletters hide the line that a list of mails shows beside the subject."""


def to_text(html: str) -> str:
    """The text of HTML that `clean` returned; what is hidden only if there is nothing else."""
    return _written(html, _Writer(hiding=True)) or _written(html, _Writer(hiding=False))


def _written(html: str, writer: "_Writer") -> str:
    writer.feed(html)
    return writer.text()


class _Writer(Walk):
    """Collects lines while the tags go by."""

    def __init__(self, *, hiding: bool) -> None:
        self._hiding = hiding
        self._hidden = 0
        """How many open tags are hidden."""
        self._lines: list[str] = []
        self._line = ""
        self._marker = ""
        self._lists: list[int | None] = []
        """The next number of each open list; None for one with dashes."""
        self._quotes = 0
        self._pre = 0
        self._link = ("", 0)
        """Where the open link leads, and where its text begins in the line."""
        self._button = False
        """Whether the line above ended with text of the open link."""
        self._line_was_empty = True

    def text(self) -> str:
        """All lines so far."""
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def handle_starttag(self, tag: str, values: Attributes, written: str) -> None:
        if self._hidden or (self._hiding and _is_hidden(values)):
            self._hidden += tag not in _VOID
            return
        self._break(tag)
        match tag:
            case "br":
                self._end_empty_line()
            case "blockquote":
                self._quotes += 1
            case "pre":
                self._pre += 1
            case "ul":
                self._lists.append(None)
            case "ol":
                self._lists.append(_number(values.get("start")) or 1)
            case "li":
                self._start_item(_number(values.get("value")))
            case "a":
                self._link = (values.get("href") or "", len(self._line))
            case "img" if values.get("alt"):
                self._line += f"[{values['alt']}]"

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            self._hidden -= tag not in _VOID
            return
        match tag:
            case "a":
                self._end_link()
            case "td" | "th" if self._line:
                self._line += "\t"
        self._break(tag)
        match tag:
            case "blockquote":
                self._quotes -= 1
            case "pre":
                self._pre -= 1
            case "li":
                self._marker = ""
            case "ul" | "ol":
                self._lists.pop()
                self._end_paragraph()

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        data = unescape(data) if "&" in data else data
        if self._pre:
            *lines, self._line = (self._line + data).split("\n")
            for line in lines:
                self._lines.append(self._prefix() + line.rstrip())
            return
        text = re.sub(r"\s+", " ", data)
        self._line += text.lstrip() if not self._line or self._line[-1].isspace() else text

    def _break(self, tag: str) -> None:
        self._line_was_empty = not self._line.strip()
        if tag in _LINES or tag in _PARAGRAPHS:
            self._end_line()
        if tag in _PARAGRAPHS:
            self._end_paragraph()

    def _end_paragraph(self) -> None:
        if not self._lists and self._lines and self._lines[-1]:
            self._lines.append("")

    def _end_empty_line(self) -> None:
        """A break where no line is open shows an empty one."""
        if self._line_was_empty:
            self._end_paragraph()

    def _end_line(self) -> None:
        line, self._line = self._line.rstrip(), ""
        self._button = bool(self._link[0] and line[self._link[1] :].strip())
        self._link = (self._link[0], 0)
        if line:
            self._lines.append(self._prefix() + (line if self._pre else line.lstrip()))

    def _prefix(self) -> str:
        """Quote signs, and the marker of a list item before its first line, as much room before its others."""
        indent = "  " * (len(self._lists) - 1)
        prefix = "> " * self._quotes + indent + self._marker
        self._marker = " " * len(self._marker)
        return prefix

    def _start_item(self, value: int | None) -> None:
        number = self._lists[-1] if self._lists else None
        number = value if number is not None and value is not None else number
        self._marker = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _end_link(self) -> None:
        href, start = self._link
        shown = self._line[start:].strip()
        address = re.sub(r"^mailto:([^?]*).*|^tel:", r"\1", href)
        if not shown and not self._line and self._button:
            self._lines[-1] += f" <{address}>"  # what it shows is a line of its own: a button
        elif href and _same(address) not in (_same(shown), _same(f"https://{shown}"), _same(f"http://{shown}")):
            self._line += f" <{address}>" if shown else f"<{address}>"
        self._link = ("", 0)


def _is_hidden(values: Attributes) -> bool:
    return "hidden" in values or bool(_HIDDEN.search(values.get("style", "")))


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch(r"[0-9]{1,6}", text) else None


def _same(address: str) -> str:
    """An address without what makes no difference to where it leads."""
    return address.rstrip("/").lower()
