r"""Patterns that people write for a field: `[A-Z]{2}\d{4}`.

They are matched by the engine that pydantic brings (Rust's regex), whose time grows with the text alone: a pattern that
would keep Python's own engine busy for years does no harm there.
"""

from functools import lru_cache

from pydantic_core import SchemaError, SchemaValidator, ValidationError, core_schema

from omnidesk.errors import Invalid

LONGEST = 200


def check(pattern: str) -> str:
    """The pattern. Raises Invalid for one that can't be used."""
    try:
        if not pattern or len(pattern) > LONGEST:
            raise ValueError
        _matcher(pattern)  # by itself: a bracket too many must not end what `fits` puts around it
        _matcher(_whole(pattern))
    except (SchemaError, ValueError) as error:
        raise Invalid(
            rf"pattern: {pattern[:40] or 'empty'} can't be used; write one such as [A-Z]{{2}}\d{{4}}, with at most "
            f"{LONGEST} characters and without look-around or back references",
            fields={"pattern": "bad_pattern"},
        ) from error
    return pattern


def fits(pattern: str, text: str) -> bool:
    """Whether the whole text is of the form."""
    try:
        _matcher(_whole(pattern)).validate_python(text)
    except ValidationError:
        return False
    return True


def _whole(pattern: str) -> str:
    return f"^(?:{pattern})$"


@lru_cache(256)
def _matcher(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))
