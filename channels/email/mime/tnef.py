"""What Outlook packs into winmail.dat (TNEF, MS-OXTNEF): a body, perhaps only in rich text, and files.

Read here and not by tnefparse 1.4 (2021): that one pads files to four bytes, takes quadratic time in the number of
attributes, and believes a count of four thousand million properties.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels.email.mime import rtf
from channels.email.mime.charsets import decode

_SIGNATURE = 0x223E9F78
_MOST = 10_000
"""The most attributes, and properties of one, that are read."""
_RENDER, _TITLE, _DATA, _PROPERTIES, _MESSAGE, _BODY, _CODEPAGE = 0x9002, 0x8010, 0x800F, 0x9005, 0x9003, 0x800C, 0x9007
_TEXT, _RTF, _HTML = 0x1000, 0x1009, 0x1013
_FILE_NAME, _LONG_NAME, _FILE, _KIND, _ID = 0x3704, 0x3707, 0x3701, 0x370E, 0x3712
_INTERNET_CODEPAGE = 0x3FDE
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
"""Bytes that values of a type take, with their padding."""
_UNICODE, _VARIABLE = 0x1F, {0x0D, 0x1E, 0x1F, 0x102}


@dataclass(slots=True)
class File:
    """A file in it."""

    name: str = ""
    kind: str = ""
    content_id: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Tnef:
    """What is in it."""

    text: str = ""
    html: str = ""
    files: list[File] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.text or self.html or self.files)


def opened(content: bytes) -> Tnef | None:
    """What is in a winmail.dat; None if it is none. What is broken ends it there."""
    if len(content) < 6 or struct.unpack_from("<I", content)[0] != _SIGNATURE:
        return None
    found, codepage = Tnef(), ""
    for name, data in _attributes(content):
        if name == _CODEPAGE and len(data) >= 4:
            codepage = _charset(data)
        elif name == _BODY:
            found.text = _text(data, codepage)
        elif name == _MESSAGE:
            _read_message(found, dict(_properties(data)), codepage)
        elif name == _RENDER:
            found.files.append(File())
        elif found.files:
            _read_file(found.files[-1], name, data, codepage)
    return found


def _attributes(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Name and data of each: level, name, type, length, data, checksum."""
    at = 6
    for _ in range(_MOST):
        if at + 11 > len(content):
            return
        name, _, length = struct.unpack_from("<HHI", content, at + 1)
        yield name, content[at + 9 : at + 9 + length]
        at += length + 11


def _properties(data: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
    """Name, type and bytes of each MAPI property; of several values the first."""
    if len(data) < 4:
        return
    count, at = struct.unpack_from("<I", data)[0], 4
    try:
        for _ in range(min(count, _MOST)):
            kind, name = struct.unpack_from("<HH", data, at)
            at = _after_name(data, at + 4, name)
            values, at = _values(data, at, kind)
            yield name, (kind & 0xFFF, values[0] if values else b"")
    except (struct.error, KeyError):
        return


def _after_name(data: bytes, at: int, name: int) -> int:
    """Where the value begins: names of their own come first."""
    if name < 0x8000:
        return at
    kind, length = struct.unpack_from("<II", data, at + 16)
    return at + 24 + (length + 3 & ~3 if kind else 0)


def _values(data: bytes, at: int, kind: int) -> tuple[list[bytes], int]:
    count, many, base = 1, kind & 0x1000, kind & 0xFFF
    if many or base in _VARIABLE:
        count = struct.unpack_from("<I", data, at)[0]
        at += 4
    values: list[bytes] = []
    for _ in range(count):
        if base in _VARIABLE:
            length, start = struct.unpack_from("<I", data, at)[0], at + 4
            step = length + 3 & ~3
        else:
            start, length = at, _FIXED[base]
            step = length
        if start > len(data):
            break
        if not values:
            values.append(data[start : start + length])
        at = start + step
    return values, at


def _read_message(found: Tnef, properties: dict[int, tuple[int, bytes]], codepage: str) -> None:
    if _INTERNET_CODEPAGE in properties:
        codepage = _charset(properties[_INTERNET_CODEPAGE][1])
    for name, (kind, data) in properties.items():
        if name == _TEXT:
            found.text = _text(data, codepage, kind)
        elif name == _HTML:
            found.html = _text(data, codepage, kind)
    if not found and _RTF in properties:
        found.text, found.html = rtf.read(rtf.decompressed(properties[_RTF][1]))


def _read_file(file: File, name: int, data: bytes, codepage: str) -> None:
    if name == _TITLE:
        file.name = file.name or _text(data, codepage)
    elif name == _DATA:
        file.content = data
    elif name == _PROPERTIES:
        properties = dict(_properties(data))
        names = {key: _text(value, codepage, kind) for key, (kind, value) in properties.items() if key != _FILE}
        file.name = names.get(_LONG_NAME) or file.name or names.get(_FILE_NAME, "")
        file.kind, file.content_id = names.get(_KIND, ""), names.get(_ID, "")
        file.content = file.content or properties.get(_FILE, (0, b""))[1]


def _charset(data: bytes) -> str:
    number = int.from_bytes(data[:4], "little")
    return "utf-8" if number == 65001 else f"cp{number}"


def _text(data: bytes, codepage: str, kind: int = 0) -> str:
    return decode(data, "utf-16-le" if kind == _UNICODE else codepage).rstrip("\0")
