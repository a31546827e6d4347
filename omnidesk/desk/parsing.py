"""Parsing raw messages; large ones in a child process with limits, since they come from strangers.

Run as a module this is the child: it reads one pickled request from stdin and writes one pickled answer to stdout.
"""

import asyncio
import pickle
import resource
import sys
from collections.abc import Sequence
from dataclasses import replace

from omnidesk.contract.channel import Channel, Inbound, RawMessage, Receipt, Unparsable

INLINE = 256 * 1024
_MEMORY = 1_500 * 1024 * 1024
_SECONDS = 60
_LONGEST = 320

Parsed = Sequence[Inbound | Receipt]


async def parse(channel: Channel, raw: RawMessage) -> Parsed:
    """What a raw message says. Raises Unparsable, also for one that needs too much time or memory."""
    parsed = channel.parse(raw) if len(raw.body) <= INLINE else await _in_child(channel, raw)
    return [clean(item) if isinstance(item, Inbound) else item for item in parsed]


def clean(inbound: Inbound) -> Inbound:
    """Take out what no database stores; ids and addresses of absurd length are no ids and addresses."""
    sender = inbound.sender
    if not sender.address:
        raise Unparsable("it does not say who sent it")
    return replace(
        inbound,
        text=_storable(inbound.text),
        html=inbound.html and _storable(inbound.html),
        subject=_storable(inbound.subject),
        sender=replace(sender, name=_storable(sender.name)[:200], address=_storable(sender.address)[:_LONGEST]),
        message_id=_id(inbound.message_id or ""),
        references=tuple(filter(None, map(_id, inbound.references))),
    )


def _id(message_id: str) -> str | None:
    return _storable(message_id) if 0 < len(message_id) <= _LONGEST else None


def _storable(text: str) -> str:
    """Without NUL (PostgreSQL refuses it) and lone surrogates (no encoding takes them)."""
    return text.replace("\x00", "").encode(errors="replace").decode()


async def _in_child(channel: Channel, raw: RawMessage) -> Parsed:
    request = pickle.dumps((type(channel), channel.settings, raw))
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "omnidesk.desk.parsing",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_SECONDS):
            output, _ = await child.communicate(request)
    except TimeoutError:
        raise Unparsable(f"needs more than {_SECONDS} s to read") from None
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        raise Unparsable("needs more memory or time to read than a message may take")
    # The child runs our own code on the message; what it pickles is made of the contract's dataclasses.
    answer: Parsed | Unparsable = pickle.loads(output)  # noqa: S301
    if isinstance(answer, Unparsable):
        raise answer
    return answer


def _main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    kind, settings, raw = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the parent
    answer: Parsed | Unparsable
    try:
        answer = list(kind(settings).parse(raw))
    except Unparsable as error:
        answer = error
    pickle.dump(answer, sys.stdout.buffer)


if __name__ == "__main__":
    _main()
