"""Rich text as Outlook packs it: compressed (MS-OXRTFCP), often holding the HTML it was made from (MS-OXRTFEX)."""

import re
from dataclasses import dataclass, replace

from channels.email.mime.charsets import decode

_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans Serif"
    rb"SymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0"
    + b"\r\n"
    + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
"""What the window of a compressed text holds from the beginning (MS-OXRTFCP §2.1.2.1)."""
_WINDOW = 4096
_MOST = 2_000_000
"""The most bytes that are read (a second), compressed or not."""
_TOKEN = re.compile(
    rb"\\([A-Za-z]{1,32})(-?[0-9]{1,9})? ?|\\'([0-9A-Fa-f]{2})|\\(.)|([{}])|[\r\n\0]+|([^\\{}\r\n\0]+)", re.DOTALL
)
_SIGNS = {
    "par": "\n", "line": "\n", "row": "\n", "sect": "\n", "page": "\n", "tab": "\t", "cell": "\t", "emdash": "—",
    "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "bullet": "•", "emspace": " ",
    "enspace": " ",
}  # fmt: skip
_SYMBOLS = {b"~": "\xa0", b"_": "\u2011", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
_ASIDE = {
    "fonttbl", "colortbl", "stylesheet", "info", "pict", "header", "headerl", "headerr", "headerf", "footer", "footerl",
    "footerr", "footerf", "object", "themedata", "fldinst", "listtable", "rsidtbl", "generator", "xmlnstbl",
}  # fmt: skip
"""Groups whose words are not the text's."""
_PAGES = {
    128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258",
    177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
"""Charsets of fonts."""


def decompressed(data: bytes) -> bytes:
    """The RTF that is compressed here; nothing if it is none. What is broken ends it there."""
    if data[8:12] == b"MELA":
        return data[16 : 16 + _MOST]
    if data[8:12] != b"LZFu":
        return b""
    data = data[16 : 16 + _MOST]
    window = bytearray(_START.ljust(_WINDOW))
    out, place, at = bytearray(), len(_START), 0
    while at + 1 < len(data):
        flags, at = data[at], at + 1
        for bit in range(8):
            if not flags >> bit & 1:
                letters, at = data[at : at + 1], at + 1
            else:
                reference, at = int.from_bytes(data[at : at + 2], "big"), at + 2
                start = reference >> 4
                if start == place or at > len(data):
                    return bytes(out)
                letters = _copied(window, start, (reference & 15) + 2, place)
            for letter in letters:
                window[place] = letter
                place = (place + 1) % _WINDOW
            out += letters
    return bytes(out)


def _copied(window: bytearray, start: int, length: int, place: int) -> bytes:
    """Letters of the window; they may be written while they are read."""
    period = (place - start) % _WINDOW
    return bytes(window[(start + number % period) % _WINDOW] for number in range(length))


@dataclass(frozen=True, slots=True)
class _Group:
    """What holds up to the next closing brace."""

    page: str = "cp1252"
    silent: bool = False
    tags: bool = False
    """Whether it is a piece of the HTML."""
    for_rtf: bool = False
    """Whether it is what only RTF needs, inside of the HTML."""
    fallback: int = 1
    """How many letters stand for one in Unicode, for old readers."""
    fonts: bool = False


def read(rtf: bytes) -> tuple[str, str]:
    """Text and HTML of an RTF: one of them is empty. Raises nothing."""
    reader = _Reader(is_html=b"\\fromhtml" in rtf[:2_000])
    for token in _TOKEN.finditer(rtf[:_MOST]):
        reader.take(token)
    written = reader.written()
    return ("", written) if reader.is_html else (written.strip("\n"), "")


class _Reader:
    """Collects what a reader sees while the tokens go by."""

    def __init__(self, *, is_html: bool) -> None:
        self.is_html = is_html
        self._group = _Group()
        self._outer: list[_Group] = []
        self._texts: list[str] = []
        self._octets = bytearray()
        """Bytes of the current code page that may be pieces of letters."""
        self._skipped = 0
        self._optional = False
        """Whether the next word names a group that readers may leave out."""
        self._font = 0
        self._pages: dict[int, str] = {}

    def written(self) -> str:
        """All so far."""
        self._flush()
        return "".join(self._texts).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def take(self, token: re.Match[bytes]) -> None:
        """One token."""
        word, number, octet, symbol, brace, text = token.groups()
        if brace:
            self._brace(brace)
        elif word:
            self._word(word.decode(), int(number) if number else None)
        elif octet:
            self._add(bytes([int(octet, 16)]))
        elif symbol == b"*":
            self._optional = True
        elif symbol:
            self._say(_SYMBOLS.get(symbol, ""))
        elif text:
            self._add(text)

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._skipped = 0
        self._optional = False
        if brace == b"{":
            self._outer.append(self._group)
        elif self._outer:
            self._group = self._outer.pop()

    def _word(self, word: str, number: int | None) -> None:
        optional, self._optional = self._optional, False
        if word == "u" and number is not None:
            self._say(chr(number & 0xFFFF))
            self._skipped = self._group.fallback
        elif word in _SIGNS:
            self._say(_SIGNS[word])
        elif word == "htmltag" and optional:
            self._set(tags=True, silent=not self.is_html)
        elif word == "fonttbl":
            self._set(fonts=True, silent=True)
        elif word in _ASIDE or optional:
            self._set(silent=True)
        else:
            self._state(word, number)

    def _state(self, word: str, number: int | None) -> None:
        match word:
            case "htmlrtf":
                self._set(for_rtf=number != 0)
            case "uc" if number is not None:
                self._set(fallback=max(0, min(number, 9)))
            case "ansicpg" if number:
                self._set(page="utf-8" if number == 65001 else f"cp{number}")
            case "f" if number is not None:
                self._font = number
                if not self._group.fonts and number in self._pages:
                    self._set(page=self._pages[number])
            case "fcharset" if number in _PAGES and self._group.fonts:
                self._pages[self._font] = _PAGES[number]

    def _set(self, **changes: object) -> None:
        self._flush()
        self._group = replace(self._group, **changes)  # type: ignore[arg-type]

    def _add(self, octets: bytes) -> None:
        skipped = min(self._skipped, len(octets))
        self._skipped -= skipped
        if not self._hidden():
            self._octets += octets[skipped:]

    def _say(self, text: str) -> None:
        if not self._hidden():
            self._flush()
            self._texts.append(text)

    def _hidden(self) -> bool:
        return self._group.silent or (self.is_html and self._group.for_rtf and not self._group.tags)

    def _flush(self) -> None:
        if self._octets:
            self._texts.append(self._octets.decode("ascii") if self._octets.isascii() else self._decoded())
            self._octets.clear()

    def _decoded(self) -> str:
        return decode(bytes(self._octets), self._group.page)
