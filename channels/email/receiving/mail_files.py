"""Mails in files: single ones, folders of them, and mailboxes in one file (mbox, RFC 4155), read as a stream."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

_QUOTED_FROM = re.compile(rb"^>(>*From )")


@dataclass(frozen=True, slots=True)
class Found:
    """A mail in a file, with the bytes that it takes there; without a body it is too large."""

    place: str
    size: int
    body: bytes | None


def files_in(path: Path) -> list[Path]:
    """The file itself, or all files of a folder and its folders, in the order of their names. Raises OSError."""
    if not path.is_dir():
        path.stat()
        return [path]
    return sorted(file for file in path.rglob("*") if file.is_file() and not file.name.startswith("."))


def mails_in(file: Path, largest: int) -> Iterator[Found]:
    """The mails of a file, one after the other, never more than one of them in memory. Raises OSError."""
    with file.open("rb") as stream:
        if stream.read(5) != b"From ":
            yield _single(file, stream, largest)
            return
        stream.seek(0)
        for number, (size, body) in enumerate(_mbox(stream, largest), 1):
            yield Found(f"{file}, mail {number}", size, body)


def _single(file: Path, stream: BinaryIO, largest: int) -> Found:
    size = file.stat().st_size
    stream.seek(0)
    return Found(str(file), size, stream.read() if size <= largest else None)


def _mbox(stream: BinaryIO, largest: int) -> Iterator[tuple[int, bytes | None]]:
    """Size and body of each mail; a new one begins at a line `From ` after an empty line."""
    lines: list[bytes] = []
    size, after_empty = 0, True
    for line in stream:
        if line.startswith(b"From ") and after_empty and size:
            yield size, _body(lines, size, largest)
            lines, size = [], 0
        after_empty = line in (b"\n", b"\r\n")
        size += len(line)
        if size <= largest:
            lines.append(line)
    if size:
        yield size, _body(lines, size, largest)


def _body(lines: list[bytes], size: int, largest: int) -> bytes | None:
    """Without the line that parts mails; lines that only looked like it get back what they began with (mboxrd)."""
    return b"".join(_QUOTED_FROM.sub(rb"\1", line) for line in lines[1:]) if size <= largest else None
