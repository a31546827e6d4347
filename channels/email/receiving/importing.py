"""Bringing mails in from files."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from channels.email.receiving.mail_files import Found, files_in, mails_in
from channels.email.receiving.raw import raw_message
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Desk, RawMessage
from omnidesk.contract.command import Host

_AT_ONCE = 64
_BYTES_AT_ONCE = 8_000_000

Progress = Callable[[int], object]


@dataclass(slots=True)
class Counted:
    """What became of the mails."""

    new: int = 0
    known: int = 0
    left_out: int = 0

    @property
    def said(self) -> str:
        """In words."""
        return f"{self.new} mails received, {self.known} were here already, {self.left_out} left out"


def run(host: Host, path: Path, inbox: str) -> Counted:
    """Bring in all mails of a file or a folder; on a terminal a bar shows how far it is."""
    try:
        files = files_in(path)
        total = sum(file.stat().st_size for file in files)
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}") from error
    if not sys.stderr.isatty():
        return asyncio.run(_bring(host, files, inbox, lambda _: None))
    with typer.progressbar(length=total, label="Importing", file=sys.stderr) as bar:
        return asyncio.run(_bring(host, files, inbox, bar.update))


async def _bring(host: Host, files: list[Path], inbox: str, progress: Progress) -> Counted:
    settings = await host.inbox_settings(inbox)
    if not isinstance(settings, EmailSettings):
        raise typer.BadParameter(f"--inbox: {inbox} is no email inbox; `omnidesk inbox list` shows them")
    counted = Counted()
    async with host.open_desk(inbox) as desk:
        for group in _groups(_mails(files, settings.max_size, counted)):
            await _receive(desk, group, counted)
            progress(sum(mail.size for mail in group))
    return counted


def _mails(files: list[Path], largest: int, counted: Counted) -> Iterator[Found]:
    """All mails; a file that can't be read holds up nobody."""
    for file in files:
        try:
            yield from mails_in(file, largest)
        except OSError as error:
            _leave_out(counted, f"{file}: {error.strerror}")


def _groups(mails: Iterator[Found]) -> Iterator[list[Found]]:
    """So many that share a commit, and not more than memory should hold."""
    group: list[Found] = []
    for mail in mails:
        group.append(mail)
        if len(group) == _AT_ONCE or sum(len(one.body or b"") for one in group) > _BYTES_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


async def _receive(desk: Desk, group: list[Found], counted: Counted) -> None:
    for mail in group:
        if mail.body is None:
            _leave_out(counted, f"{mail.place}: {mail.size} bytes are more than this inbox takes (max_size)")
    bodies = [mail.body for mail in group if mail.body is not None]
    for new in await asyncio.gather(*(desk.receive(_raw(body)) for body in bodies)):
        counted.new += new
        counted.known += not new


def _leave_out(counted: Counted, why: str) -> None:
    typer.echo(why, err=True)
    counted.left_out += 1


def _raw(body: bytes) -> RawMessage:
    """The raw message of a mail that no server brought: the same as by every other way."""
    return replace(raw_message(body, "", (), ""), envelope={"imported": True})
