"""What the form says by itself, in the language of its reader."""

from collections.abc import Mapping
from pathlib import Path

from omnidesk.text.catalogues import load

_LOCALE = Path(__file__).with_name("locale")


def N_(text: str) -> str:  # noqa: N802 - the name that the extraction of texts knows
    """Mark a text for translation."""
    return text


LABELS = {
    "name": N_("Your name"),
    "email": N_("Your email address"),
    "phone": N_("Your telephone number"),
    "subject": N_("Subject"),
    "message": N_("Your message"),
}
WRONG = {
    "empty": N_("Fill this in."),
    "long": N_("This is too long: at most {most} characters."),
    "email": N_("This is no email address. Write one such as name@example.com."),
    "phone": N_("This is no telephone number. Write one such as +90 532 123 45 67."),
    "number": N_("This is no number. Write one such as 12 or 12.5."),
    "date": N_("This is no day. Write one such as 2026-03-31."),
    "choice": N_("Choose one of the list."),
    "many_files": N_("These are too many files: at most {most}."),
    "large_file": N_("A file is too large: at most {most} MB."),
    "quick": N_("That was very quick. Please look once more, then press Send again."),
    "old": N_("The form was open for a long time. Please press Send again."),
    "often": N_("You have sent several messages in a short time. Please wait a minute, then press Send again."),
}
YES = N_("yes")


def say(text: str, language: str) -> str:
    """A text in a language."""
    return load(_LOCALE)[language].gettext(text)


def own(texts: Mapping[str, str], language: str, default: str = "") -> str:
    """A text of the operator's in a language, else in English, else in any."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), default)
