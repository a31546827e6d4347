"""Templates: the approved texts of an account, as Meta lists them, as a desk offers them, and as they are sent.

https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
"""

import json
from collections.abc import AsyncIterator, Sequence
from itertools import accumulate
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from channels.whatsapp.settings import PLACEHOLDER, TemplateSettings, placeholders
from omnidesk.contract.channel import ChannelError, Filled, Memory, Template

_KEPT = "templates"
_PART = 50_000
"""Letters in one entry of a memory."""
_MOST_PARTS = 40


class Component(BaseModel):
    """A part of a template: its head, body, foot, or its buttons."""

    type: str
    format: str = "TEXT"
    text: str = ""
    buttons: list[dict[str, Any]] = []


class Listed(BaseModel):
    """A template as Meta lists it."""

    name: str
    language: str
    status: str = ""
    components: list[Component] = []


def of_settings(described: TemplateSettings) -> Template:
    """A template that an operator wrote down: its body alone."""
    template = _template(described.name, described.language, [("body", described.text)])
    return Template(
        template.name, template.language, template.text, described.variables or template.variables, template.reference
    )  # fmt: skip


def of_account(listed: Listed) -> Template | None:
    """A template of the account; None for one that is not approved, or needs more than words."""
    if listed.status != "APPROVED":
        return None
    parts = []
    for component in listed.components:
        match component.type:
            case "HEADER" | "BODY" | "FOOTER" if component.format == "TEXT" and component.text:
                parts.append((component.type.lower(), component.text))
            case "BUTTONS" if all(_is_plain(button) for button in component.buttons):
                pass
            case _:
                return None
    return _template(listed.name, listed.language, parts)


def _is_plain(button: dict[str, Any]) -> bool:
    """Whether a button needs nothing to be filled in."""
    link = str(button.get("url", ""))
    return button.get("type") in ("QUICK_REPLY", "PHONE_NUMBER", "URL") and not PLACEHOLDER.search(link)


def _template(name: str, language: str, parts: Sequence[tuple[str, str]]) -> Template:
    """One text with its variables counted through, and where each belongs: `body 1`, `header name`."""
    names: list[str] = []
    places: list[str] = []
    texts = []
    for kind, text in parts:
        numbers = {one: str(len(names) + at) for at, one in enumerate(placeholders(text), 1)}
        names += numbers
        places += [f"{kind} {one}" for one in numbers]
        texts.append(PLACEHOLDER.sub(lambda found, numbers=numbers: f"{{{{{numbers[found[1]]}}}}}", text))  # type: ignore[misc]
    return Template(name, language, "\n\n".join(texts), tuple(names), json.dumps(places))


def sent(filled: Filled) -> dict[str, Any]:
    """The same as it is sent (§ template messages of the Cloud API)."""
    places = _places(filled)
    components = [
        {"type": kind, "parameters": [_parameter(name, value) for of, name, value in places if of == kind]}
        for kind in dict.fromkeys(kind for kind, _, _ in places)
    ]
    told = {"name": filled.name, "language": {"code": filled.language}}
    return {**told, "components": components} if components else told


def _places(filled: Filled) -> list[tuple[str, str, str]]:
    """Where each value belongs: the component, the variable's name there, and what it says."""
    places = json.loads(filled.reference or "[]")
    if len(places) != len(filled.values):
        raise ChannelError(
            f"the template {filled.name} has {len(places)} variables, and {len(filled.values)} are filled in",
            permanent=True,
        )
    return [(*place.split(" ", 1), value) for place, value in zip(places, filled.values, strict=True)]


def _parameter(name: str, value: str) -> dict[str, str]:
    """Meta takes no line breaks and no long gaps in a variable."""
    words = {"type": "text", "text": " ".join(value.split())}
    return words if name.isdecimal() else {**words, "parameter_name": name}


_TEMPLATES = TypeAdapter(tuple[Template, ...])


async def keep(memory: Memory, templates: Sequence[Template]) -> int:
    """Keep what the account has, for all processes; gives how many there is room for."""
    fitting = _fitting(templates)
    text = _TEMPLATES.dump_json(tuple(templates[:fitting])).decode()
    parts = [text[at : at + _PART] for at in range(0, len(text), _PART)]
    for number, part in enumerate([*parts, ""]):
        await memory.put(f"{_KEPT} {number}", part)
    return fitting


def _fitting(templates: Sequence[Template]) -> int:
    """How many of them, from the first on, are no longer as a list than may be kept."""
    ends = accumulate((len(_TEMPLATES.dump_json((one,)).decode()) - 1 for one in templates), initial=1)
    return sum(end <= _PART * _MOST_PARTS for end in ends) - 1


async def kept(memory: Memory) -> tuple[Template, ...]:
    """What was kept."""
    text = "".join([part async for part in _parts(memory)])
    try:
        return _TEMPLATES.validate_json(text) if text else ()
    except ValidationError:  # read while it was being written
        return ()


async def _parts(memory: Memory) -> AsyncIterator[str]:
    for number in range(_MOST_PARTS):
        if not (part := await memory.get(f"{_KEPT} {number}")):
            return
        yield part
