"""Subjects of answers: marked as one once, whatever marks other programs have piled up before it."""

import re

_MARK = re.compile(
    r"\s*(?:re|aw|antw|ynt|cvp|yan|rép|sv|vs|rif|res|odp|отв|ответ|رد|απ)\s*(?:\[\d{1,3}\]|\(\d{1,3}\)|\^\d{1,3})?\s*[:\uff1a]",
    re.IGNORECASE,
)
"""What mail programs put before the subject of an answer: in English (RFC 5322 §3.6.5), German, Dutch, Turkish, French,
the Nordic languages, Italian, Portuguese, Polish, Russian, Arabic and Greek, some with a count."""


def answering(subject: str) -> str:
    """The subject of an answer to this one: `Re: ` and what is left without all marks of answers at its beginning."""
    return f"Re: {without_marks(subject)}".rstrip()


def without_marks(subject: str) -> str:
    """The subject without marks of answers at its beginning; those of forwarded mail stay."""
    end = 0
    while mark := _MARK.match(subject, end):
        end = mark.end()
    return subject[end:].strip()
