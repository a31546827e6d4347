"""Walking through HTML that `html.clean` has made: well-formed, so that it needs no parser that forgives."""

import re
from html import unescape

Attributes = dict[str, str]

_TOKEN = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9:-]*)((?: [a-zA-Z0-9:_-]+(?:="[^"]*")?)*) ?/?>|([^<]+|<)')
_ATTRIBUTE = re.compile(r' ([a-zA-Z0-9:_-]+)(?:="([^"]*)")?')


class Walk:
    """Calls a method for each tag and each text, as `html.parser` does, in a fifth of its time."""

    def feed(self, html: str) -> None:
        """Go through all of it."""
        for token in _TOKEN.finditer(html):
            closing, tag, attributes, text = token.groups()
            if text is not None:
                self.handle_data(text)
            elif closing:
                self.handle_endtag(tag)
            else:
                values = {name: _plain(value) for name, value in _ATTRIBUTE.findall(attributes)} if attributes else {}
                self.handle_starttag(tag, values, token[0])

    def handle_starttag(self, tag: str, values: Attributes, written: str) -> None:
        """A tag opens, with these attributes; `written` is how it stands there."""

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""

    def handle_data(self, data: str) -> None:
        """A text as it stands there, escaped."""


def _plain(text: str) -> str:
    return unescape(text) if "&" in text else text
