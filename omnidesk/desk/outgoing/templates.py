"""Templates: texts that a provider has approved, which may go when a free answer may not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from omnidesk.contract.channel import Filled, Template
from omnidesk.desk.inboxes import Inboxes
from omnidesk.errors import Invalid

_VARIABLE = re.compile(r"\{\{([0-9]{1,3})\}\}")
LONGEST_VALUE = 1024


@dataclass(frozen=True, slots=True)
class Chosen:
    """A template with its words, of one inbox, and the text that this makes."""

    inbox_id: int
    filled: Filled
    text: str

    @classmethod
    def of_row(cls, kept: Mapping[str, Any], text: str) -> "Chosen":
        """What `as_row` kept."""
        filled = Filled(kept["name"], kept["language"], tuple(kept["values"]), kept["reference"])
        return cls(kept["inbox_id"], filled, text)

    def as_row(self) -> dict[str, Any]:
        """As JSON values, without the text."""
        return {**asdict(self.filled), "values": list(self.filled.values), "inbox_id": self.inbox_id}


async def choose(inboxes: Inboxes, inbox_id: int, name: str, language: str, values: Sequence[str]) -> Chosen:
    """Fill in a template of an inbox. Raises Invalid for one that is not there, and for words that are missing."""
    offered = await inboxes.templates_of(inbox_id)
    template = next((one for one in offered if (one.name, one.language) == (name, language)), None)
    if template is None:
        raise Invalid(
            f"There is no template {name} in {language} at this inbox; choose another one.",
            code="no_template", fields={"template": "unknown"},
        )  # fmt: skip
    values = [value.strip()[:LONGEST_VALUE] for value in values]
    if len(values) != len(template.variables) or not all(values):
        raise Invalid(
            f"The template {name} wants {len(template.variables)} words or groups of words: write each of them.",
            code="template_unfilled", fields={"values": f"{len(template.variables)}, none of them empty"},
        )  # fmt: skip
    filled = Filled(template.name, template.language, tuple(values), template.reference)
    return Chosen(inbox_id, filled, text_of(template, values))


def text_of(template: Template, values: Sequence[str]) -> str:
    """What a template says with these words; a variable without one stays as it is."""
    return "".join(text if number is None else words_of(number, text, values) for text, number in pieces(template))


def words_of(number: int, otherwise: str, values: Sequence[str]) -> str:
    """The word of a variable, by its number."""
    return values[number - 1] if 0 < number <= len(values) and values[number - 1] else otherwise


def pieces(template: Template) -> list[tuple[str, int | None]]:
    """The text in pieces, each variable with its number."""
    found: list[tuple[str, int | None]] = []
    end = 0
    for variable in _VARIABLE.finditer(template.text):
        found += [(template.text[end : variable.start()], None), (variable[0], int(variable[1]))]
        end = variable.end()
    return [*found, (template.text[end:], None)]
