"""Fetching the bytes of mails, a few at a time."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from channels.email.receiving.imap_connection import Connection, MailRefused, Waiting

_MOST_MAILS = 50
_MOST_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Fetched:
    """The bytes of a mail; with `left_out`, which says why, of its headers only."""

    uid: int
    body: bytes
    left_out: str = ""


def groups(mails: Iterable[Waiting], *, alone: Container[int] = ()) -> Iterator[list[Waiting]]:
    """Mails as many at a time as fit into little memory, at least one; some, by their UIDs, each `alone`."""
    group: list[Waiting] = []
    for mail in mails:
        if group and (
            len(group) == _MOST_MAILS
            or sum(one.size for one in group) + mail.size > _MOST_BYTES
            or mail.uid in alone
            or group[-1].uid in alone
        ):
            yield group
            group = []
        group.append(mail)
    if group:
        yield group


async def fetch(connection: Connection, group: Sequence[Waiting], max_size: int) -> list[Fetched]:
    """Mails with their bytes. Of one that is too large, or that the server doesn't give out, the headers.

    Those that have gone are left out.
    """
    small = [mail for mail in group if mail.size <= max_size]
    fetched = await _whole(connection, small)
    for mail in group:
        if mail.size > max_size:
            why = f"{_megabytes(mail.size)} > {_megabytes(max_size)} MB"
            fetched += await headers(connection, mail, why)
    return fetched


async def _whole(connection: Connection, mails: Sequence[Waiting]) -> list[Fetched]:
    try:
        found = await connection.mails([mail.uid for mail in mails]) if mails else {}
    except MailRefused as refused:
        if len(mails) == 1:
            return await headers(connection, mails[0], str(refused))
        return [fetched for mail in mails for fetched in await _whole(connection, [mail])]
    return [Fetched(uid, body) for uid, body in found.items()]


async def headers(connection: Connection, mail: Waiting, why: str) -> list[Fetched]:
    """A mail without its body; none when it has gone. Raises MailRefused."""
    head = await connection.headers(mail.uid)
    return [Fetched(mail.uid, head, why)] if head else []


def _megabytes(size: int) -> str:
    return f"{size / 1024 / 1024:.1f}"
