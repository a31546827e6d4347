"""What the channel itself says, in the language of the person."""

from pathlib import Path

from omnidesk.text.catalogues import language_of, load

_LOCALE = Path(__file__).with_name("locale")


def N_(text: str) -> str:  # noqa: N802 - the name that the extraction of texts knows
    """Mark a text for translation."""
    return text


WORDS = (
    N_("Hello"),
    N_("I answer in private chats only. Write to me there: {link}"),
    N_("Shares the place where they are, as it changes: {link}"),
    N_("Sticker"),
    N_("Sent something that can't be shown here: {kind}"),
)


def say(text: str, language: str | None) -> str:
    """A text in a language; in English where it is not one of ours."""
    return load(_LOCALE)[language_of(language)].gettext(text)
