"""What was filled in: read, checked, and each thing that is wrong named; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from channels.form.settings import FormField, FormSettings
from channels.form.words import LABELS, WRONG, YES, own, say
from omnidesk.text.addresses import normal_email, normal_phone
from omnidesk.text.cleaning import storable

_LONGEST = {"long": 20_000}
_USUAL = 300
_AT_HOME = "TR"


@dataclass(slots=True)
class Filled:
    """Values by the names of their fields, and what is wrong with some."""

    values: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)


def label_of(one: FormField, language: str) -> str:
    """What a field is called."""
    return own(one.label, language) or say(LABELS[one.name], language)


def read(settings: FormSettings, sent: Mapping[str, str], language: str) -> Filled:
    """The fields of a form as they were sent."""
    filled = Filled()
    for one in settings.fields:
        said = storable(sent.get(one.name, "")).replace("\r\n", "\n").strip()
        filled.values[one.name] = said
        if code := _wrong(one, said):
            most = _LONGEST.get(one.kind, _USUAL)
            filled.wrong[one.name] = say(WRONG[code], language).format(most=most)
    return filled


def _wrong(one: FormField, said: str) -> str:
    """The code of what is wrong with a value; empty = nothing."""
    if not said:
        return "empty" if one.required else ""
    if len(said) > _LONGEST.get(one.kind, _USUAL):
        return "long"
    return "" if _fits(one, said) else one.kind


def _fits(one: FormField, said: str) -> bool:
    match one.kind:
        case "email":
            return _is_email(said)
        case "phone":
            return normal_phone(said, _AT_HOME) is not None
        case "number":
            return _is_number(said)
        case "date":
            return _is_day(said)
        case "choice":
            return said in one.choices
        case _:
            return True


def _is_email(said: str) -> bool:
    local, at, domain = normal_email(said).rpartition("@")
    plain = said.isprintable() and not any(letter in said for letter in ' <>,;:"\\()[]')
    return bool(local and at and "." in domain.strip(".") and "@" not in local and plain)


def _is_number(said: str) -> bool:
    digits = said.removeprefix("-").replace(",", ".", 1).replace(".", "", 1)
    return digits.isascii() and digits.isdecimal()


def _is_day(said: str) -> bool:
    try:
        return bool(date.fromisoformat(said))
    except ValueError:
        return False


def written(settings: FormSettings, values: Mapping[str, str], language: str) -> str:
    """The message with what else was filled in as a list below it."""
    others = [
        f"{label_of(one, language)}: {say(YES, language) if one.kind == 'checkbox' else values[one.name]}"
        for one in settings.fields
        if one.name not in ("name", "email", "subject", "message") and values.get(one.name)
    ]
    return "\n\n".join(filter(None, [values.get("message", ""), "\n".join(others)]))
