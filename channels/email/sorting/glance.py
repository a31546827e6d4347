"""A mail as far as its kind can be told from it: sender, subject, the beginning of its text, reports of programs."""

import re
from collections.abc import Iterator
from functools import cached_property

from channels.email.markup import html
from channels.email.mime.mailboxes import mailboxes
from channels.email.mime.structure import Part
from channels.email.mime.words import plain
from omnidesk.text.folding import fold

_MOST = 100_000
"""The most bytes of text that are looked at."""

_REPORT_TYPE = re.compile(r"report-type\s{0,9}=\s{0,9}[\"']?([a-z-]+)")


def folded(text: str) -> str:
    """Lower case without accents, so that `OTOMATİK YANIT`, `Otomatik yanıt` and `otomatik yanit` are one."""
    return fold(text).replace("’", "'")


def phrases(text: str) -> str:
    """A pattern that finds any of the phrases in folded text; they stand between `|` and line ends."""
    found = (" ".join(phrase.split()) for phrase in re.split(r"[|\n]", text))
    return "|".join(re.escape(folded(phrase)) for phrase in found if phrase)


class Glance:
    """What is looked at; each piece is read when it is first asked for, since most mails are told by their headers."""

    def __init__(self, mail: Part) -> None:
        self.mail = mail

    def value(self, name: str) -> str:
        """A header's first value, without white space around it, or nothing."""
        return self.mail.value(name).strip()

    def has(self, *names: str) -> bool:
        """Whether any of these headers is there."""
        return any(name.lower() in self.mail.fields for name in names)

    @cached_property
    def sender(self) -> str:
        """The address in From (or Sender), in lower case; empty when there is none."""
        found = (mailboxes(self.value(name)) for name in ("From", "Sender"))
        return next((mailbox.email.lower() for boxes in found for mailbox in boxes), "")

    @cached_property
    def author(self) -> str:
        """The name and address in From as they stand, folded."""
        return folded(plain(self.value("From")))

    @cached_property
    def null_path(self) -> bool:
        """Whether it was sent with an empty return path, as reports of failure must be (RFC 5321 §4.5.5)."""
        return self.value("Return-Path").lower().startswith(("<>", "<mailer-daemon"))

    @cached_property
    def subject(self) -> str:
        """The subject, folded."""
        return folded(plain(self.value("Subject")))

    @cached_property
    def report_type(self) -> str:
        """What a multipart/report reports (RFC 6522), `?` when it doesn't say; empty for other mails."""
        written = self.value("Content-Type").lower()
        if not written.startswith("multipart/report"):
            return ""
        found = _REPORT_TYPE.search(written)
        return found[1] if found else "?"

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Every part that has no parts of its own, in order; attached mails stay closed."""
        return tuple(_leaves(self.mail))

    @cached_property
    def text(self) -> str:
        """The beginning of the text that a reader sees; made from HTML where there is nothing else."""
        return self._joined("text/plain") or html.strip(self._joined("text/html"))

    def of_kind(self, *kinds: str) -> Part | None:
        """The first part of one of these content types."""
        return next((part for part in self.parts if part.kind in kinds), None)

    def beginning(self, part: Part | None) -> str:
        """The first text of a part, or nothing."""
        return part.beginning(_MOST) if part else ""

    def _joined(self, kind: str) -> str:
        texts, room = [], _MOST
        for part in self.parts:
            if room > 0 and part.kind == kind and part.disposition != "attachment":
                texts.append(part.beginning(room))
                room -= len(texts[-1])
        return "\n".join(texts).strip()


def _leaves(mail: Part) -> Iterator[Part]:
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        if part.parts:
            waiting += reversed(part.parts)
        else:
            yield part
