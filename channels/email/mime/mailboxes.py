"""The addresses of a header (RFC 5322 §3.4, RFC 6532), and what people and programs make of their grammar."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice

from channels.email.mime.words import LONGEST, plain

ADDRESS = re.compile(r"""[^\s<>()\[\]\\",;:@]{1,64}@[^\s<>()\[\]\\",;:@]{1,255}""")
"""An address as people have them: no quotes, no comments, no literal IP."""
_RARE = re.compile(r"""("[^"]{1,62}"|[^\s<>()\[\]\\",;:@]{1,64})@([^\s<>()\[\]\\",;:@]{1,255}|\[[\w.:]{1,60}\])""")
"""One with quotes or a literal IP as well."""
_SHORT = 1_000
_MOST = 5_000
"""The most entries of a header that are read."""
_TOKEN = re.compile(
    r"(?P<word>=\?[^?\s]{1,80}\?[bq]\?[^?]{0,500}\?=)"
    r'|(?P<quoted>"(?:[^"\\]|\\.){0,250}"(?!@))'
    r'|(?P<text>"[^"<>]{1,62}"(?=@)|[^"<>(),;:=]+|=)'
    r"|<(?P<angle>[^<>]*)>"
    r"|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address, as a header gives them."""

    name: str = ""
    email: str = ""


@dataclass(slots=True)
class _Entry:
    """What stands between two commas."""

    texts: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    address: str = ""
    named: int = 0
    """How many of the texts stand before the address."""

    def text(self) -> str:
        """Its words, without comments and the address in angle brackets."""
        return plain("".join(self.texts))

    def mailboxes(self, before: str) -> Iterator[Mailbox]:
        """Its addresses; `before` is what an unquoted comma parted from its name (`Smith, Mia <…>`)."""
        text = self.text()
        if self.address:
            name = ", ".join(filter(None, (before, text)))
            yield Mailbox(_bare(name or plain(" ".join(self.comments))), self.address)
        elif _RARE.fullmatch(text):
            yield Mailbox(_bare(plain(" ".join(self.comments))), text)
        else:
            found = list(ADDRESS.finditer(text))
            name = text[: found[0].start()].strip(" <") if len(found) == 1 else ""
            yield from (Mailbox(_bare(name), address[0]) for address in found)


def mailboxes(value: str) -> tuple[Mailbox, ...]:
    """The addresses of a header; where its syntax is broken, whatever looks like one."""
    if len(value) > _SHORT:
        return _read(value[:LONGEST])
    return _known(value)


def _read(value: str) -> tuple[Mailbox, ...]:
    found, before = [], ""
    for entry in islice(_entries(value), _MOST):
        if not (entry.texts or entry.address):
            continue
        boxes = list(entry.mailboxes(before))
        found += boxes
        before = "" if boxes or "@" in entry.text() else entry.text()
    return tuple(found) or tuple(Mailbox("", address) for address in ADDRESS.findall(plain(value)))


_known = lru_cache(maxsize=256)(_read)
"""A mail's sender is asked for by everyone who looks at it."""


def _entries(value: str) -> Iterator[_Entry]:
    entry, depth, groups = _Entry(), 0, value.count(";")
    for token in _TOKEN.finditer(value):
        sign = token["sign"]
        if depth or sign == "(":
            depth += (sign == "(") - (sign == ")")
            entry.comments.append("" if sign in ("(", ")") else token[0])
        elif sign in (",", ";") or (sign == ":" and groups):  # a group has its name before `:` and ends with `;`
            groups -= sign == ";"
            if sign != ":":
                yield entry
            entry = _Entry()
        elif token["angle"] is not None:
            address = _address(token["angle"])
            if address and entry.address:  # the comma is missing
                yield replace(entry, texts=entry.texts[: entry.named])
                entry = _Entry(entry.texts[entry.named :])
            if address:
                entry.address, entry.named = address, len(entry.texts)
        else:
            entry.texts.append(_text(token))
    yield entry


def _text(token: re.Match[str]) -> str:
    """A word, what stands in quotes, or a sign that has no meaning here."""
    if token["quoted"]:
        return re.sub(r"\\(.)", r"\1", token["quoted"][1:-1])
    return " " if token["sign"] in ('"', "<", ">") else token[0]


def _address(angle: str) -> str:
    """What is in angle brackets, without a route or `mailto:`; nothing if it is no address."""
    text = plain(angle)
    last = text if '"' in text or "[" in text else "".join(text.rpartition(":")[2].split())
    return last if _RARE.fullmatch(last) else ""


def _bare(name: str) -> str:
    """Without the quotes that some programs put around what is quoted already."""
    quoted = len(name) > 2 and name[0] == name[-1] and name[0] in "'\""
    return name[1:-1] if quoted else name
