"""Names in both languages, and the slugs that programs know things by."""

from collections.abc import Collection, Mapping

from omnidesk.errors import Invalid
from omnidesk.text.cleaning import one_line
from omnidesk.text.folding import words

LANGUAGES = ("en", "tr")
_LONGEST = 60
_LONGEST_SLUG = 40


def checked(name: Mapping[str, str]) -> dict[str, str]:
    """A name without its empty languages; one is enough. Raises Invalid."""
    kept = {language: text for language in LANGUAGES if (text := one_line(name.get(language, "")))}
    if not kept:
        raise Invalid("name: is empty; write it in English or in Turkish", fields={"name_en": "empty"})
    for language, text in kept.items():
        if len(text) > _LONGEST:
            raise Invalid(
                f"name.{language}: {text[:20]}… is too long; a name has at most {_LONGEST} characters",
                fields={f"name_{language}": "long_name"},
            )
    return kept


def said(name: Mapping[str, str], language: str) -> str:
    """A name in a language, or in the one that it has."""
    return name.get(language) or next(iter(name.values()), "")


def slug_for(name: Mapping[str, str], taken: Collection[str]) -> str:
    """A slug made of a name that nothing else has."""
    slug = "-".join(word for word in words(said(name, "en")) if word.isascii())[:_LONGEST_SLUG].strip("-") or "own"
    if slug not in taken:
        return slug
    return next(found for number in range(2, len(taken) + 3) if (found := f"{slug}-{number}") not in taken)
