"""What the HTML of a mail tells of its parts: mail programs mark what they quote and sign."""

import re

import nh3

from channels.email.markup import html
from channels.email.markup.clean_markup import Attributes, Walk
from channels.email.markup.html_text import to_text
from channels.email.quoting.reply import Kind, Reply, Span, split

_BEGIN = {Kind.QUOTED: "\ue0f1", Kind.SIGNATURE: "\ue0f2"}
_REST, _END = "\ue0f3", "\ue0f4"
_MARKS = re.compile("[\ue0f1-\ue0f4]")
"""Private letters that stand, on lines of their own, where a part begins and ends until the text is made."""

_QUOTED = re.compile(
    r"(?:^|[ _-])(?:gmail_attr|moz-cite-prefix|protonmail_quote_header|zmail_extra_hr|mailru-blockquote-cite)(?: |$)"
)
_SIGNATURE = re.compile(
    r"(?:^|[ _-])(?:gmail_signature|gmail_signature_prefix|moz-signature|protonmail_signature_block|signature|"
    r"applemailsignature|ms-outlook-mobile-signature|linebreakatbeginningofsignature|tutanota_signature|"
    r"ymailsignature|messagesignaturesection|composer_signature)(?: |$)",
    re.IGNORECASE,
)
_HISTORY = re.compile(
    r"(?:^|[ _-])(?:divrplyfwdmsg|appendonsend|outlookmessageheader|yahoo_quoted|ymail_quoted|stopspelling|zwchr|"
    r"mail-editor-reference-message-container|zmail_extra|messagereplysection)(?: |$)",
    re.IGNORECASE,
)
_LINE_ABOVE = re.compile(r"border(?:-\w+)?: ?none ?;.{0,40}?border-top: ?solid #(?:e1e1e1|b5c4df)", re.IGNORECASE)
"""The line that Outlook draws above "From: … Sent: …"."""
_INDENT = re.compile(r"margin: ?0(?:px|in|cm)? 0(?:px|in|cm)? 0(?:px|in|cm)? 40px; ?border: ?none", re.IGNORECASE)
"""Gmail's "indent more" is a blockquote too, but the writer's own."""
_MAY_TELL = (
    "<blockquote", "border-top", "signature", "gmail_attr", "cite-prefix", "protonmail", "zmail", "mailru",
    "linebreakatbeginning", "divrplyfwdmsg", "appendonsend", "outlookmessageheader", "yahoo_quoted", "ymail_quoted",
    "stopspelling", "zwchr", "mail-editor-reference", "messagereply",
)  # fmt: skip
"""What any of these marks has in it."""
_MOST = 20_000
"""Tags and references in HTML that is worth the time (half a second)."""
_VOID = {"br", "hr", "img", "col", "wbr", "area"}

_CLEANER = nh3.Cleaner(
    tags=(nh3.ALLOWED_TAGS | {"font"}) - {"map", "area"},
    clean_content_tags={"script", "style", "title", "noscript", "template", "textarea", "xmp"},
    attributes={"*": {"class", "id", "name", "style"}, "a": {"href"}, "img": {"alt"}, "ol": {"start"}},
    link_rel=None,
)


def split_html(source: str, *, forward: bool = False) -> Reply:
    """Take HTML, as it came, apart: the parts hold its text. Raises nothing."""
    if forward or html.is_costly(source, _MOST):
        return split(text_of(source), forward=forward)
    marker = _Marker()
    marker.feed(_CLEANER.clean(_MARKS.sub("", source)))
    lines, spans = _spans(to_text("".join(marker.written)).split("\n"))
    return split("\n".join(lines), spans)


def may_tell(source: str) -> bool:
    """Whether HTML has anything that marks a part; much quicker than to look for the parts."""
    lower = source.lower()
    return any(mark in lower for mark in _MAY_TELL)


def text_of(source: str) -> str:
    """The text of HTML as it came; a plainer one where the HTML would take long."""
    return html.strip(source) if html.is_costly(source, _MOST) else to_text(html.clean(source))


class _Marker(Walk):
    """Writes clean HTML again, with marks where the program that made it marked parts."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self._open: list[tuple[str, str]] = []
        """The open elements: their tags, and what is written when they end."""

    def handle_starttag(self, tag: str, values: Attributes, written: str) -> None:
        """Write the tag, perhaps with a mark before it."""
        before, after = _marks(values)
        if tag == "blockquote" and _INDENT.search(values.get("style", "")):
            self._write_element("div", "<div>", before, after)
        else:
            self._write_element(tag, written, before, after)

    def _write_element(self, tag: str, opening: str, before: str, after: str) -> None:
        if tag in _VOID:
            self.written.append(before + opening + after)
            return
        self.written.append(before + opening)
        self._open.append((tag, f"</{tag}>{after}"))

    def handle_endtag(self, tag: str) -> None:
        """Write what ends the element; clean HTML ends what it began."""
        if self._open:
            self.written.append(self._open.pop()[1])

    def handle_data(self, data: str) -> None:
        """Write it as it is."""
        self.written.append(data)


def _marks(values: Attributes) -> tuple[str, str]:
    """What to write before and after an element with these attributes."""
    names = f"{values.get('class', '')} {values.get('id', '')} {values.get('name', '')}".strip()
    if _HISTORY.search(names) or _LINE_ABOVE.search(values.get("style", "")):
        return _line(_REST), ""
    for kind, pattern in ((Kind.SIGNATURE, _SIGNATURE), (Kind.QUOTED, _QUOTED)):
        if pattern.search(names):
            return _line(_BEGIN[kind]), _line(_END)
    return "", ""


def _line(mark: str) -> str:
    return f"<div>{mark}</div>"


def _spans(marked: list[str]) -> tuple[list[str], list[Span]]:
    """The lines without the marks, and what the marks said of them; the outermost counts."""
    kinds = {mark: kind for kind, mark in _BEGIN.items()}
    lines: list[str] = []
    spans: list[Span] = []
    depth, start, kind = 0, 0, Kind.QUOTED
    for line in marked:
        mark = line[-1:] if _MARKS.match(line[-1:]) else ""
        if not mark:
            lines.append(line)
        elif mark == _REST:
            spans.append(Span(Kind.QUOTED, len(lines)))
        elif mark == _END:
            depth -= 1
            if depth == 0:
                spans.append(Span(kind, start, len(lines)))
        else:
            depth += 1
            if depth == 1:
                start, kind = len(lines), kinds[mark]
    return lines, spans
