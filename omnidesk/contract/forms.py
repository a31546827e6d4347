"""Answers to a form, checked: each in its proper form, or the reason why it can't be taken. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from omnidesk.contract.channel import FormField
from omnidesk.text.addresses import normal_email, normal_phone

LONGEST = 500
LONGEST_TEXT = 2000
_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[^@\s<>,;:\"()\[\]\\.]+(\.[^@\s<>,;:\"()\[\]\\.]+)+")
_NUMBER = re.compile(r"[+-]?([0-9]+([.,][0-9]*)?|[.,][0-9]+)")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Checked = tuple[dict[str, str], dict[str, str]]
"""Answers by field, and what is wrong by field: `required`, `too_long` or the kind that it is none of."""


def checked(fields: Sequence[FormField], answers: Mapping[str, str], country: str = "TR") -> Checked:
    """The answers to these fields; others are dropped. `country` is for phone numbers without +."""
    taken: dict[str, str] = {}
    wrong: dict[str, str] = {}
    for one in fields:
        said = answers.get(one.name, "").replace("\0", "").strip()
        if not said or (one.kind == "checkbox" and said == "false"):
            if one.required:
                wrong[one.name] = "required"
        elif len(said) > (LONGEST_TEXT if one.kind == "long" else LONGEST):
            wrong[one.name] = "too_long"
        elif (value := _value(one, said, country)) is None:
            wrong[one.name] = "choice" if one.choices else one.kind
        else:
            taken[one.name] = value
    return taken, wrong


def email(said: str) -> str | None:
    """An email address in its normal form; None for anything else."""
    return normal_email(said) if len(said) <= 254 and _EMAIL.fullmatch(said) else None


def _value(one: FormField, said: str, country: str) -> str | None:
    """The answer in its proper form; None where it is none of that kind."""
    if one.choices and said not in one.choices:
        return None
    if one.kind == "phone":
        return normal_phone(said, country)
    return _KINDS[one.kind](said) if one.kind in _KINDS else said


def _number(said: str) -> str | None:
    text = "".join(said.split())
    if len(text) > 40 or not _NUMBER.fullmatch(text):
        return None
    try:
        return str(Decimal(text.replace(",", ".")))
    except InvalidOperation:
        return None


def _date(said: str) -> str | None:
    try:
        return date.fromisoformat(said).isoformat() if _DAY.fullmatch(said) else None
    except ValueError:
        return None


def _checkbox(said: str) -> str | None:
    return "true" if said in ("true", "on", "1") else None


_KINDS: Mapping[str, Callable[[str], str | None]] = {
    "email": email, "number": _number, "date": _date, "checkbox": _checkbox,
}  # fmt: skip
