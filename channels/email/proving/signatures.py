"""Checking the DKIM signatures of mail that comes in (RFC 6376), in two steps: ask for their keys, then compute."""

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import dkim
from dkim.util import InvalidTagValueList, parse_tag_value
from dns.asyncresolver import Resolver
from dns.exception import DNSException, Timeout
from dns.resolver import NoNameservers

from channels.email.proving.authentication import aligned

_MOST_SIGNATURES = 5
_MOST_KEYS = 2_000
_LONGEST_NAME = 253
_LONGEST_KEY = 1_500
"""The most characters of a key record: 4096 bits of RSA take 740. Larger ones only cost time."""
_LARGEST = 10_000_000
_LONGEST_GAP = re.compile(rb"[ \t\r\n]{200}")
"""dkimpy takes quadratic time in the length of white space."""
_HEAD = re.compile(rb"\r?\n\r?\n")
_DOMAIN = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+")
_SELECTOR = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_BROKEN = (dkim.DKIMException, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, AssertionError)
"""What dkimpy raises for signatures and keys that nobody foresaw."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature worth checking: which one of the mail, who made it, where its key is."""

    index: int
    domain: str
    key_name: str


def signatures(body: bytes, author: str) -> tuple[Signature, ...]:
    """The signatures in a mail that could prove its author's domain; those of others prove nothing here."""
    end = _HEAD.search(body)
    head = body[: end.start() if end else len(body)]
    if b"dkim-signature" not in head.lower():
        return ()
    try:
        headers = dkim.DKIM(head + b"\r\n\r\n").headers
    except _BROKEN:
        return ()
    values = [value for name, value in headers if name.lower() == b"dkim-signature"]
    return tuple(_worthy(values, author))[:_MOST_SIGNATURES]


def _worthy(values: Iterable[bytes], author: str) -> Iterator[Signature]:
    for index, value in enumerate(values):
        try:
            tags = {name.decode(): text.decode() for name, text in parse_tag_value(value).items()}
        except (InvalidTagValueList, *_BROKEN):
            continue
        domain, selector = tags.get("d", "").lower(), tags.get("s", "").lower()
        signed = {name.strip().lower() for name in tags.get("h", "").split(":")}
        if tags.get("a", "").lower() == "rsa-sha1":  # broken (RFC 8301)
            continue
        if "l" in tags or "from" not in signed:  # anybody may add to the text, or change the author
            continue
        if not (_DOMAIN.fullmatch(domain) and _SELECTOR.fullmatch(selector) and aligned(domain, author)):
            continue
        if len(key_name := f"{selector}._domainkey.{domain}") <= _LONGEST_NAME:
            yield Signature(index, domain, key_name)


def signers(body: bytes, author: str, keys: Mapping[str, str]) -> tuple[str, ...]:
    """The domains of the author's organization that have signed a mail; `keys`: records by their names. Pure."""
    if not keys or len(body) > _LARGEST or _LONGEST_GAP.search(body):
        return ()
    return tuple(
        signature.domain
        for signature in signatures(body, author)
        if _is_usable(keys.get(signature.key_name, "")) and _verifies(body, signature, keys[signature.key_name])
    )


def _is_usable(record: str) -> bool:
    """Whether a key may prove something: one under test (`t=y`) must not (RFC 6376 §3.6.1)."""
    try:
        flags = parse_tag_value(record.encode()).get(b"t", b"") if record else b"y"
    except (InvalidTagValueList, *_BROKEN):
        return False
    return b"y" not in flags.split(b":")


def _verifies(body: bytes, signature: Signature, record: str) -> bool:
    try:
        mail = dkim.DKIM(body, timeout=0)
        return bool(mail.verify(signature.index, dnsfunc=lambda name, timeout: record.encode()))
    except _BROKEN:
        return False


class PublicKeys:
    """The key records of domains, from DNS. Nothing here raises; where DNS does not answer there are no keys."""

    def __init__(self, server: str | None = None, *, patience: float = 3, rest: float = 30) -> None:
        """`server`: `address` or `address:port` of the one to ask; None: the system's. Times are seconds."""
        self._server = server
        self._patience = patience
        self._rest = rest
        self._resting_until = 0.0
        self._known: dict[str, tuple[asyncio.Future[str], float]] = {}

    async def of(self, names: Iterable[str]) -> dict[str, str]:
        """The records of these names, those that are there; all are asked for at once."""
        wanted = sorted(set(names))
        found = await asyncio.gather(*map(self._record, wanted))
        return {name: record for name, record in zip(wanted, found, strict=True) if record}

    async def _record(self, name: str) -> str:
        """A record, asked for once however many wait for it, and kept for a while."""
        loop = asyncio.get_running_loop()
        known = self._known.get(name)
        if known is None or known[1] < loop.time():
            if loop.time() < self._resting_until:
                return ""
            if len(self._known) >= _MOST_KEYS:
                self._known.pop(next(iter(self._known)))
            known = asyncio.ensure_future(self._ask(name)), loop.time() + _KEPT
            self._known[name] = known
        return await asyncio.shield(known[0])

    async def _ask(self, name: str) -> str:
        try:
            answer = await self._resolver().resolve(f"{name}.", "TXT", lifetime=self._patience, search=False)
        except (Timeout, NoNameservers, OSError):  # it is away: nobody else waits for it for a while
            self._resting_until = asyncio.get_running_loop().time() + self._rest
            self._known.pop(name, None)
            return ""
        except DNSException:
            return ""
        records = [b"".join(record.strings).decode("ascii", "replace") for record in answer]
        return next((record for record in records if len(record) <= _LONGEST_KEY), "")

    def _resolver(self) -> Resolver:
        if self._server is None:
            return Resolver()
        address, _, port = self._server.rpartition(":") if self._server.count(":") == 1 else (self._server, "", "")
        resolver = Resolver(configure=False)
        resolver.nameservers, resolver.port = [address], int(port or 53)
        return resolver


_KEPT = 600.0
"""Seconds for which an answer is kept, also that there is none."""
