"""Whether a mail comes from the domain that its From names: as a server we trust says, or by its DKIM signature.

Who signed or sent must be of the same organization as the author's domain ("relaxed alignment", RFC 7489 §3.1).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from publicsuffixlist import PublicSuffixList

from channels.email.mime.mailboxes import ADDRESS, mailboxes
from channels.email.mime.words import LONGEST

Doubt = Literal["", "unproven", "forged"]

_MOST = 50
"""The most headers of a kind that are looked at."""
_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[();]|[^"\\();]+|.', re.DOTALL)
_METHOD = re.compile(r"\s*([a-z][a-z0-9-]*)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"\b([a-z]+\.[a-z0-9-]+)\s*=\s*(\"[^\"]*\"|[^\s;]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Result:
    """What a server found: a method (`dkim`), its result (`pass`), what it looked at (`header.d`). In lower case."""

    method: str
    result: str
    properties: dict[str, str]


def author_domain(headers: Sequence[str]) -> str | None:
    """The domain of the one author; None where From leaves a doubt who that is.

    Programs differ in which of several authors they check and which they show, and people read the name first.
    """
    authors = mailboxes(headers[0]) if len(headers) == 1 and len(headers[0]) <= LONGEST else ()
    if len(authors) != 1 or _has_group(headers[0]) or not ADDRESS.fullmatch(authors[0].email):
        return None
    named = ADDRESS.findall(authors[0].name)
    if any(address.lower() != authors[0].email.lower() for address in named):
        return None
    return authors[0].email.rpartition("@")[2].lower()


def doubt(domain: str | None, headers: Sequence[str], trusted: Sequence[str], signers: Sequence[str]) -> Doubt:
    """How far an author's domain is in doubt.

    `headers`: the values of Authentication-Results from the top; the first of a trusted host counts and no other,
    since anybody can write such headers and a server puts its own above them. `signers`: domains whose DKIM signature
    we have checked.
    """
    if domain is None:
        return "unproven"
    if any(aligned(signer, domain) for signer in signers):
        return ""
    if not trusted:
        return "unproven"
    results = next((results for host, results in map(read_results, headers[:_MOST]) if host in trusted), ())
    policies = [result for result in results if result.method == "dmarc"]
    if len(policies) > 1:  # somebody has smuggled one in: in an address that stands in the header unquoted, say
        return "unproven"
    if policies and policies[0].result == "fail":
        return "forged"
    return "" if any(_proves(result, domain) for result in results) else "unproven"


def _proves(result: Result, domain: str) -> bool:
    if result.result != "pass":
        return False
    said = result.properties
    match result.method:
        case "dmarc":
            return aligned(said.get("header.from", ""), domain)
        case "dkim":
            return aligned(said.get("header.d") or said.get("header.i", "").rpartition("@")[2], domain)
        case "spf":
            return aligned(said.get("smtp.mailfrom", "").rpartition("@")[2], domain)
    return False


def read_results(header: str) -> tuple[str, tuple[Result, ...]]:
    """The host and the results of an Authentication-Results header (RFC 8601 §2.2), however broken."""
    first, *others = _parts(header[:LONGEST])
    host = first.split()[0].strip('"').lower().rstrip(".") if first.strip() else ""
    return host, tuple(
        Result(
            found[1].lower(),
            found[2].lower(),
            {name.lower(): value.strip('"').lower() for name, value in _PROPERTY.findall(part, found.end())},
        )
        for part in others
        if (found := _METHOD.match(part))
    )


def _parts(header: str) -> list[str]:
    """What stands between semicolons, without comments; neither counts within quotes."""
    parts, depth = [""], 0
    for piece in _pieces(header):
        if piece in ("(", ")"):
            depth = max(0, depth + (1 if piece == "(" else -1))
        elif depth:
            continue
        elif piece == ";":
            parts.append("")
        else:
            parts[-1] += piece
    return parts


def _pieces(header: str) -> Iterator[str]:
    return (found[0] for found in _PIECE.finditer(header))


def _has_group(header: str) -> bool:
    """Whether it has the syntax of a group (`Board: a@x.example, b@x.example;`)."""
    return len(_parts(header)) > 1 or any(":" in part for part in map(_unquoted, _parts(header)))


def _unquoted(text: str) -> str:
    return "".join(piece for piece in _pieces(text) if not piece.startswith('"'))


def aligned(signer: str, author: str) -> bool:
    """Whether two domains are of one organization: the same one, below the same name that somebody registered."""
    organization = _organization(signer)
    return organization is not None and organization == _organization(author)


@lru_cache(1000)
def _organization(domain: str) -> str | None:
    """The registered domain (`firm.com.tr`); None for what belongs to nobody alone (`com.tr`) or is no domain."""
    try:
        name = domain.lower().rstrip(".").encode("idna").decode()
    except UnicodeError:
        return None
    found = _suffixes().privatesuffix(name) if name else None
    return found if isinstance(found, str) and not found.rpartition(".")[2].isdecimal() else None


@lru_cache(1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # reads its file, which takes a tenth of a second
