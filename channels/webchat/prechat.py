"""What a new visitor is asked before the first message, and what their answers say."""

from collections.abc import Mapping, Sequence

from channels.webchat.settings import PrechatField
from omnidesk.contract.channel import FormField

_ADDRESSES = ("email", "phone")


def questions(fields: Sequence[PrechatField], texts: Mapping[str, str]) -> tuple[FormField, ...]:
    """The questions in the visitor's language."""
    return tuple(
        FormField(one.name, one.label or texts.get(f"ask_{one.name}", one.name), one.kind, one.required, one.choices)
        for one in fields
    )


def claims(answers: Mapping[str, str]) -> dict[str, str]:
    """How the visitor says they can be reached."""
    return {name: answers[name] for name in _ADDRESSES if name in answers}


def others(answers: Mapping[str, str]) -> dict[str, str]:
    """What is neither the name nor an address."""
    return {name: said for name, said in answers.items() if name not in ("name", *_ADDRESSES)}
