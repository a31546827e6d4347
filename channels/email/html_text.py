"""Text made from cleaned HTML: its paragraphs, lists, quotes and where its links lead."""

import re
from html.parser import HTMLParser

_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "pre", "blockquote", "hr", "figure"}
_LINES = {"div", "li", "tr", "dt", "dd", "br", "center", "article", "section", "header", "footer", "address", "caption"}

Attributes = list[tuple[str, str | None]]


def to_text(html: str) -> str:
    """The text of HTML that `clean` returned."""
    writer = _Writer()
    writer.feed(html)
    writer.close()
    return writer.text()


class _Writer(HTMLParser):
    """Collects lines while the tags go by."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []
        self._line = ""
        self._marker = ""
        self._lists: list[int | None] = []
        """The next number of each open list; None for one with dashes."""
        self._quotes = 0
        self._pre = 0
        self._link = ("", 0)
        """Where the open link leads, and where its text begins in the line."""

    def text(self) -> str:
        """All lines so far."""
        self._end_line()
        return "\n".join(self._lines).strip("\n")

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        self._break(tag)
        values = dict(attrs)
        match tag:
            case "blockquote":
                self._quotes += 1
            case "pre":
                self._pre += 1
            case "ul":
                self._lists.append(None)
            case "ol":
                self._lists.append(1)
            case "li":
                self._start_item()
            case "a":
                self._link = (values.get("href") or "", len(self._line))
            case "img" if values.get("alt"):
                self._line += f"[{values['alt']}]"

    def handle_endtag(self, tag: str) -> None:
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

    def handle_data(self, data: str) -> None:
        if self._pre:
            *lines, self._line = (self._line + data).split("\n")
            for line in lines:
                self._lines.append(self._prefix() + line.rstrip())
            return
        text = re.sub(r"\s+", " ", data)
        self._line += text.lstrip() if not self._line or self._line[-1].isspace() else text

    def _break(self, tag: str) -> None:
        if tag in _LINES or tag in _PARAGRAPHS:
            self._end_line()
        if tag in _PARAGRAPHS and not self._lists and self._lines and self._lines[-1]:
            self._lines.append("")

    def _end_line(self) -> None:
        line, self._line, self._link = self._line.rstrip(), "", (self._link[0], 0)
        if line:
            self._lines.append(self._prefix() + (line if self._pre else line.lstrip()))

    def _prefix(self) -> str:
        """Quote signs, and the marker of a list item before its first line, as much room before its others."""
        indent = "  " * (len(self._lists) - 1)
        prefix = "> " * self._quotes + indent + self._marker
        self._marker = " " * len(self._marker)
        return prefix

    def _start_item(self) -> None:
        number = self._lists[-1] if self._lists else None
        self._marker = "- " if number is None else f"{number}. "
        if number is not None:
            self._lists[-1] = number + 1

    def _end_link(self) -> None:
        href, start = self._link
        shown = self._line[start:].strip()
        address = re.sub(r"^(?:mailto|tel):", "", href)
        if href and address.rstrip("/") not in (shown.rstrip("/"), f"https://{shown}", f"http://{shown}"):
            self._line += f" <{address}>" if shown else f"<{address}>"
        self._link = ("", 0)
