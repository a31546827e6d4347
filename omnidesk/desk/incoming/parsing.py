"""Parsing raw messages; large ones in a child process with limits, since they come from strangers.

Run as a module this is the child: it reads one pickled request from stdin and writes one pickled answer to stdout.
"""

import asyncio
import logging
import pickle
import resource
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from omnidesk.contract.channel import Addressee, Attachment, Channel, Inbound, RawMessage, Receipt, Sender, Unparsable
from omnidesk.text.cleaning import one_line, storable

log = logging.getLogger(__name__)

INLINE = 256 * 1024
"""Larger messages are read in a child process."""
_QUICK = 32 * 1024
"""Larger ones are read in a thread, so that nobody waits for it."""
_LONGEST = 320
_LONGEST_TEXT = 100_000
_LONGEST_QUOTED = 1000
_LONGEST_ANSWER = 2000
_LONGEST_PAGE = 500
_LONGEST_LANGUAGE = 35
"""So long is the longest sensible tag (RFC 5646 §4.4.1)."""

Parsed = Sequence[Inbound | Receipt]


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one large message may take: bytes of memory, seconds of computing and of waiting."""

    memory: int = 1_500 * 1024 * 1024
    seconds: int = 60


async def parse(channel: Channel, raw: RawMessage, limits: Limits | None = None) -> Parsed:
    """What a raw message says. Raises Unparsable, also for one that needs too much time or memory."""
    if len(raw.body) <= _QUICK:
        parsed = _understand(channel, raw)
    elif len(raw.body) <= INLINE:
        parsed = await asyncio.to_thread(_understand, channel, raw)
    else:
        parsed = await _in_child(channel, raw, limits or Limits())
    return [_clean_receipt(item) if isinstance(item, Receipt) else clean(item) for item in parsed]


def _understand(channel: Channel, raw: RawMessage) -> Parsed:
    """What a channel makes of a message; an error of the channel would be the same the next time."""
    try:
        return list(channel.parse(raw))
    except (Unparsable, MemoryError):
        raise
    except Exception as error:
        log.exception("the channel %s could not read a message", channel.name)
        raise Unparsable("an error of ours while reading it; it is in the log of the program") from error


def clean(inbound: Inbound) -> Inbound:
    """Take out what no database stores; ids and addresses of absurd length are no ids and addresses.

    A text too long for a page is cut; the whole of it comes along as a file.
    """
    sender = inbound.sender
    if not sender.address:
        raise Unparsable("it does not say who sent it")
    text, html = storable(inbound.text), inbound.html and storable(inbound.html)
    whole = inbound.whole and storable(inbound.whole)
    return replace(
        inbound,
        text=text[:_LONGEST_TEXT],
        whole=whole and whole[:_LONGEST_TEXT],
        html=html and html[:_LONGEST_TEXT],
        subject=one_line(inbound.subject),
        sender=_clean_sender(sender),
        sent_at=_moment(inbound.sent_at),
        token=_id(inbound.token),
        message_id=_id(inbound.message_id),
        references=tuple(filter(None, map(_id, inbound.references))),
        button=_id(inbound.button),
        claims={storable(kind): storable(said)[:_LONGEST] for kind, said in inbound.claims.items()},
        copied=tuple(_clean_addressee(one) for one in inbound.copied if _id(one.address)),
        reply_to=_id(inbound.reply_to),
        answer_by=_id(inbound.answer_by),
        edits=_id(inbound.edits),
        album=_id(inbound.album),
        quoted=storable(inbound.quoted)[:_LONGEST_QUOTED],
        proofs=tuple(replace(one, address=storable(one.address)) for one in inbound.proofs if _id(one.address)),
        form=_id(inbound.form),
        answers=_clean_answers(inbound.answers),
        labels=_clean_answers(inbound.labels),
        page=_page(inbound.page),
        attachments=(*map(_clean_attachment, inbound.attachments), *_cut(whole or text, html or "")),
    )


def _clean_sender(sender: Sender) -> Sender:
    language = storable(sender.language or "")
    return replace(
        sender,
        name=one_line(sender.name)[:200],
        address=storable(sender.address)[:_LONGEST],
        language=language if 0 < len(language) <= _LONGEST_LANGUAGE else None,
    )


def _clean_answers(answers: Mapping[str, str]) -> dict[str, str]:
    return {storable(name)[:_LONGEST]: storable(said)[:_LONGEST_ANSWER] for name, said in answers.items()}


def _page(url: str) -> str:
    """A page that may be linked to."""
    return one_line(url)[:_LONGEST_PAGE] if url.startswith(("https://", "http://")) else ""


def _cut(text: str, html: str) -> list[Attachment]:
    """The whole text as a file when something of the message is cut."""
    if max(len(text), len(html)) <= _LONGEST_TEXT:
        return []
    return [Attachment("message.txt", "text/plain; charset=utf-8", text.encode())]


def _clean_addressee(one: Addressee) -> Addressee:
    return replace(one, address=storable(one.address), name=one_line(one.name)[:200])


def _clean_attachment(attachment: Attachment) -> Attachment:
    return replace(
        attachment,
        filename=storable(attachment.filename),
        content_type=storable(attachment.content_type),
        content_id=_id(attachment.content_id),
    )


def _clean_receipt(receipt: Receipt) -> Receipt:
    return replace(
        receipt,
        message_id=storable(receipt.message_id)[:_LONGEST],
        error=storable(receipt.error),
        address=storable(receipt.address),
    )


def _id(text: str | None) -> str | None:
    return storable(text) if text and len(text) <= _LONGEST else None


def _moment(at: datetime | None) -> datetime | None:
    """A time without a zone is taken as UTC; one that leaves the calendar when turned to UTC is none."""
    if at is None or at.tzinfo is None:
        return at and at.replace(tzinfo=UTC)
    try:
        return at.astimezone(UTC)
    except OverflowError:
        return None


async def _in_child(channel: Channel, raw: RawMessage, limits: Limits) -> Parsed:
    request = pickle.dumps((limits, type(channel), channel.settings, raw))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "omnidesk.desk.incoming.parsing",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(limits.seconds):
            output, _ = await child.communicate(request)
    except TimeoutError:
        raise _too_slow(limits) from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode == -signal.SIGXCPU:
        raise _too_slow(limits)
    if child.returncode:
        raise Unparsable("reading it ended the process that read it")
    # The child runs our own code on the message; what it pickles is made of the contract's dataclasses.
    answer: Parsed | Unparsable = pickle.loads(output)  # noqa: S301
    if isinstance(answer, Unparsable):
        raise answer
    return answer


def _too_slow(limits: Limits) -> Unparsable:
    return Unparsable(f"reading it takes more than {limits.seconds} s")


def _main() -> None:
    limits, kind, settings, raw = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the parent
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    sys.stdout.buffer.write(_answer(limits, kind(settings), raw))


def _answer(limits: Limits, channel: Channel, raw: RawMessage) -> bytes:
    try:
        return pickle.dumps(_understand(channel, raw))
    except Unparsable as error:
        return pickle.dumps(error)
    except MemoryError:
        return pickle.dumps(Unparsable(f"reading it takes more than {limits.memory // 1_000_000} MB of memory"))


if __name__ == "__main__":
    _main()
