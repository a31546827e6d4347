"""The pages of a form."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from channels.form.filled import label_of
from channels.form.words import own, say


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, trim_blocks=True
    )  # fmt: skip


def page(template: str, language: str, values: Mapping[str, Any]) -> str:
    """A page in a language."""

    def gettext(text: str, **said: object) -> str:
        return say(text, language) % said

    return _environment().get_template(template).render(
        _=gettext, language=language, own=lambda texts: own(texts, language),
        label=lambda one: label_of(one, language), **values,
    )  # fmt: skip
