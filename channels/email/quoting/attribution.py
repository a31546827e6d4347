"""Lines like "On … Mia wrote:", in many languages, on one line or wrapped over several."""

import re

from channels.email.quoting.lines import Lines
from omnidesk.text.folding import fold

_MOST_LINES = 6
_LONGEST = 400

_VERBS = (
    "dedi|wrote|writes|said|sent|schrieb|schreibt|geschrieben|a ecrit|ecrit|escribio|escribe|ha escrito|"
    "ha scritto|scrive|escreveu|escreve|schreef|schrijft|geschreven|napisal|napisala|napisal(a)|napisal/a|"
    "pisze|napisano|написал|написала|написал(а)|пишет|писал|писала|написав|пише|написа|yazdi|yazmis|yazdilar|"
    "yazmistir|كتب|كتبت|كتابة ما يلي|كتابة|skrev|skreiv|skriver|kirjoitti|napsal|napsala|napsal(a)|napisal je|"
    "napisao|napisao je|je napisao|napisala je|irta|a scris|εγραψε|έγραψε|va escriure|đa viet|menulis|نوشت|כתב|"
    "כתבה|a ecrit ce qui suit|rasė|kirjutas"
)
_GLUED_VERBS = "写道|寫道|写到|作成|書きました|のメール|작성|님이 씀|เขียนว่า"


def _alternation(words: str) -> str:
    return "|".join(sorted((re.escape(fold(word)) for word in words.split("|")), key=len, reverse=True))


_VERB = re.compile(rf"(?<!\w)(?:{_alternation(_VERBS)})(?!\w)|{_alternation(_GLUED_VERBS)}")
_QUOTES = "quoting|zitat von|citando|citando a|citant|quoto|mensaje citado por|citerar|alıntı"
_QUOTING = re.compile(rf"\W{{0,3}}(?:{_alternation(_QUOTES)}) ")
"""How webmails begin it that have no verb at its end: "Quoting Mia <…>:"."""
_DATE = re.compile(r"\d{4}|\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2}")
_TIME = re.compile(r"\d{1,2}[:.h]\d{2}(?!\d|[./]\d)|\d{1,2}시")
_ADDRESS = re.compile(r"[\w.+-]@\w")
_BRACKETED = re.compile(r"[<(\[]\s?[^\s<>()@]{1,100}@")
_SIGNED = re.compile(r"[^<>:]{1,60}<[^<>]{3,100}> ?(?:[^\W\d]+ )?\S+ ?:")
"""A name, its address and a verb, nothing else."""
_BY = re.compile(
    r"[^<>]{1,40}\d[:.]\d\d[^<>@]{0,12} (?:by|von|de|tarafindan|par|da|от) [^\s<>@]{1,64}@[^\s<>@]{1,255}:"
)
"""Tuta: "24 Nov 2026, 10:12 by mia@x.example:"."""
_ENDS = re.compile(r"(?::|\w ?-{3,})$")
_ENDS_IN_ADDRESS = re.compile(r"[>)]:?$")
_STARTERS = (
    "on|am|le|el|il|em|op|no|a|dnia|w dniu|dne|den|on the|la|in data|in|στις|в|во|від|от|du|vom|por|ke|ma|ti|"
    "to|pe|su|il giorno|în|da|pada|vao|בתאריך|ב|في|بتاريخ|在|p.|wiadomosc|på|de|no dia"
)
_STARTER = re.compile(rf"\W{{0,3}}(?:{_alternation(_STARTERS)})(?!\w)")
_CONTINUES = re.compile(
    r"[<(\[,;]|\d{1,2}[:.]\d\d|\d{4}(?![-/.年]|\d)|\d{1,2}, \d{4}|(?:am|pm|gmt|utc|öö|os|ös)(?!\w)|[+-]\d{4}"
)
_TO_WHOM = re.compile(r" (?:to|that|me|us|about|how|ki|bana|bize|a moi|que|mir|uns|dass|che)(?!\w)")
_TO_ME = re.compile(r"(?<!\w)(?:m'|m’|nous|bana|bize|me|mi|mir|uns|us)\W{0,2}(?:\w{1,10} )?$")
_DIGIT = re.compile(r"\d")
_EARLY = 25
"""Without an address a date must come first, as in "12.11.2025 10:23, Mia wrote:"; a name with a path is Notes'."""
_TAILS = {":", "<"}
_LETTER = re.compile(r"\W{0,2}[^\W\d_]")
_SENTENCE_END = (".", "!", "?", ":", ";", "…")

_GLUED = re.compile(r"(?<=\S)\s*(?:-{2,} ?|\s)(?=(?:On|Am|Le|El|Il|Em|Op|Den|Dnia|W dniu) [^:]{0,30}\d.*(?::|<)\s*$)")
"""Where words of the writer end and an attribution begins on their line."""


def starts_at(lines: Lines, end: int) -> int | None:
    """The number of the first line of the attribution that ends in this line; None when none does."""
    last = lines.folded(end)
    quote_follows = lines.quoted(lines.next_text(end))
    if not _ENDS.search(last) and not (quote_follows and (_VERB.search(last) or last.endswith(">"))):
        return None
    text = ""
    for start in range(end, max(end - _MOST_LINES, -1), -1):
        if lines.blank(start) or lines.quoted(start):
            break
        text = f"{lines.folded(start)} {text}".strip()
        if len(text) > _LONGEST:
            break
        after_gap = lines.blank(start - 1) or lines.quoted(start - 1)
        if _is_attribution(text, quote_follows=quote_follows, after_gap=after_gap):
            return _first_line(lines, start, text)
    return None


def _is_attribution(text: str, *, quote_follows: bool, after_gap: bool) -> bool:
    """Whether the evidence is enough; without quote signs after it everything below is at stake."""
    verb = _VERB.search(text)
    date, time = _DATE.search(text), _TIME.search(text)
    if verb and not quote_follows and _is_told(text[: verb.start()], text[verb.end() :]):
        return False
    if _QUOTING.match(text) and text.endswith(":"):
        return bool(quote_follows or _BRACKETED.search(text))
    if verb and _BRACKETED.search(text):
        return bool(quote_follows or date or time or _SIGNED.fullmatch(text))
    if not verb and date and _BY.fullmatch(text):
        return True
    if not verb:
        return bool(date and (time or _ENDS_IN_ADDRESS.search(text)) and _BRACKETED.search(text))
    if quote_follows:
        return bool(date or time or _ADDRESS.search(text)) or len(text) <= 60
    early = _DIGIT.search(text, 0, _EARLY) or "/" in text[: verb.start()]
    return bool(date and time and (_ADDRESS.search(text) or (after_gap and early)))


def _is_told(before: str, after: str) -> bool:
    """Whether the words around the verb tell to whom: "wrote to me that:" is a sentence of the writer's."""
    if _DATE.search(after) or _ADDRESS.search(after):
        return False
    return bool(_TO_WHOM.match(after) or _TO_ME.search(before))


def _first_line(lines: Lines, start: int, text: str) -> int:
    """Go further up while the line above belongs to it: the evidence was complete before its beginning."""
    for _ in range(_MOST_LINES):
        above = lines.folded(start - 1)
        if not above or lines.quoted(start - 1) or len(text) + len(above) > _LONGEST:
            break
        if not _belongs(above, lines.plain(start), lines.folded(start), text):
            break
        start, text = start - 1, f"{above} {text}"
    return start


def _belongs(above: str, first: str, folded: str, text: str) -> bool:
    """Whether the line above is the beginning of the attribution whose first line is known so far."""
    if above.endswith(_SENTENCE_END) and not _DATE.search(above):
        return False
    if _STARTER.match(folded) and _DATE.search(folded):
        return False
    if _CONTINUES.match(folded) or _begins_within(first, folded):
        return True
    if _STARTER.match(above) and (_DATE.search(above) or len(above) <= 25):
        return True
    return not _DATE.search(text) and bool(_DATE.search(above))


def _begins_within(first: str, folded: str) -> bool:
    """Whether a line begins in the middle of a phrase: with a small letter, but no day of the week with its date."""
    letter = _LETTER.match(first)
    if letter is None or not letter[0][-1].islower():
        return False
    date, verb = _DATE.search(folded), _VERB.search(folded)
    return date is None or bool(verb and verb.start() < date.start())


def unglued(raw: list[str]) -> list[str]:
    """The lines, those cut in two that hold an attribution and words before or after it."""
    return [half for line in raw for half in (_halves(line) if _may_hold_more(line) else (line,))]


def _may_hold_more(line: str) -> bool:
    return ":   " in line or line.rstrip()[-1:] in _TAILS


def _halves(line: str) -> list[str]:
    if not (_TIME.search(line[:_LONGEST]) or _BRACKETED.search(line[:_LONGEST])):
        return [line]
    head, gap, tail = line.partition(":   ")
    if gap and tail.strip() and len(head) < _LONGEST and _is_attribution(head, quote_follows=False, after_gap=False):
        return [head + ":", tail]
    return _GLUED.split(line, maxsplit=1) if len(line) <= _LONGEST else [line]
