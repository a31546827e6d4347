"""Which lines under a message are the signature of its writer."""

import re
from collections.abc import Sequence
from itertools import takewhile

from channels.email.quoting.devices import is_sent_from
from channels.email.quoting.lines import Lines
from omnidesk.text.folding import fold

_MOST_LINES = 30
"""More than this below "-- " (RFC 3676 §4.3) is rather a message than a signature."""
_MOST_DETAILS = 12
_DELIMITERS = {"--", "- --", "—", "__"}
_RULE = re.compile(r"[-_=*—–]{2,60}")
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d ()./-]{7,20}\d(?!\w)")
_CONTACT = re.compile(
    r"\w@\w|(?:www|http)\S*\.\w|\b(?:tel|phone|mobile|telefon|gsm|cep|faks|fax|mobil|тел)\b\W{0,3}\+?[\d(]"
)
_LONGEST = 90
_NAME = re.compile(r"[^\W\d_][^\d?!:,;@]{0,40}(?:, ?[^\W\d_][^\d?!:;@]{0,40})?")
_DASHED_NAME = re.compile(r"(?:--?|[—–] ?)[^\W\d_][\w.'’]{0,20}(?: [^\W\d_][\w.'’]{0,20}){0,2}")
_FORMULAS = (
    "Saygılarımla|Saygılarımızla|Saygılar|Selamlar|Sevgiler|Sevgilerimle|İyi çalışmalar|İyi günler|"
    "İyi akşamlar|Teşekkürler|Teşekkür ederim|Teşekkür ederiz|Teşekkürlerimle|Kolay gelsin|"
    "İyi çalışmalar dilerim|İyi günler dilerim|Best regards|Kind regards|Regards|Warm regards|Many thanks|Best|"
    "Best wishes|Cheers|Sincerely|Yours sincerely|Thanks|Thank you|Thanks and regards|Thanks & regards|"
    "With best regards|With kind regards|Yours faithfully|Yours truly|BR|Mit freundlichen Grüßen|"
    "Mit freundlichem Gruß|Freundliche Grüße|Viele Grüße|Beste Grüße|Liebe Grüße|Herzliche Grüße|MfG|"
    "Mit besten Grüßen|Schöne Grüße|Cordialement|Bien cordialement|Bien à vous|Salutations|"
    "Meilleures salutations|Sincères salutations|Saludos|Un saludo|Saludos cordiales|Atentamente|Cordialmente|"
    "Un cordial saludo|Cordiali saluti|Distinti saluti|Saluti|Un saluto|Grazie|Atenciosamente|Cumprimentos|"
    "Com os melhores cumprimentos|Obrigado|Obrigada|Att|Abraços|Met vriendelijke groet|"
    "Met vriendelijke groeten|Vriendelijke groeten|Groeten|Hartelijke groet|Groet|Pozdrawiam|Z poważaniem|"
    "Serdecznie pozdrawiam|Pozdrowienia|С уважением|Спасибо|Всего доброго|С наилучшими пожеланиями|З повагою|"
    "مع التحية|تحياتي|مع خالص التحية|مع أطيب التحيات|وتفضلوا بقبول فائق الاحترام|Med vänliga hälsningar|"
    "Vänliga hälsningar|Med vänlig hälsning|Mvh|Hälsningar|Med venlig hilsen|Venlig hilsen|Vennlig hilsen|"
    "Med vennlig hilsen|Ystävällisin terveisin|Terveisin|S pozdravem|Üdvözlettel|Cu stimă|Με εκτίμηση|此致|"
    "敬礼|よろしくお願いします"
)
_FORMULA = frozenset(fold(formula) for formula in _FORMULAS.split("|"))


def signature_lines(lines: Lines, run: range) -> Sequence[int]:
    """The numbers of the lines of a run of own lines that are signature."""
    texts = lines.texts_in(run.start, run.stop)
    if not texts:
        return ()
    alone = [number for number in texts[-40:] if _is_sent_from(lines, number, texts[-1])]
    while texts and texts[-1] in alone:
        texts.pop()
    found = _block(lines, texts[-_MOST_LINES - 1 :], texts[0] if texts else -1)
    return [*alone, *range(found.start, min(found.stop, run.stop))]


def _is_sent_from(lines: Lines, number: int, last: int) -> bool:
    """Whether a phone wrote this paragraph; also the last line of one, below a name."""
    ends = number == last or lines.blank(number + 1) or is_sent_from(lines.folded(number + 1))
    return ends and is_sent_from(lines.folded(number))


def _block(lines: Lines, tail: list[int], first: int) -> range:
    """The lines of the signature among these that hold text; a greeting alone is a message."""
    for position, number in enumerate(tail):
        below = tail[position + 1 :]
        if _delimits(lines, number, below):
            return range(number, len(lines.raw))
        end = _end_of_contact(lines, below) if number != first and _opens(lines, number) else None
        if end is not None:
            return range(number, end + 1)
    return range(tail[-1], tail[-1] + 1) if tail and _is_dashed_name(lines, tail) else range(0)


def _delimits(lines: Lines, number: int, below: list[int]) -> bool:
    """Whether this is "-- ", or a spelling of it that no sentences follow."""
    raw = lines.raw[number]
    return raw == "-- " or (raw.strip() in _DELIMITERS and all(_is_detail(lines.plain(each)) for each in below[:3]))


def _opens(lines: Lines, number: int) -> bool:
    """Whether this is a rule, or greetings and nothing else."""
    folded = lines.folded(number)
    if _RULE.fullmatch(folded):
        return True
    greetings = [part.strip() for part in re.split(r"[,.!;:/|،，]", folded)]
    return any(greetings) and all(part in _FORMULA for part in greetings if part)


def _end_of_contact(lines: Lines, below: list[int]) -> int | None:
    """The last line of a name and how to reach its bearer; None when the name or the way is missing.

    It ends with the paragraph of the last number or address: what stands below, a notice or a postscript, is kept.
    """
    details = list(takewhile(lambda number: _is_detail(lines.plain(number)), below[:_MOST_DETAILS]))
    reached = [number for number in details[1:] if _reaches(lines.plain(number))]
    if not reached or not _NAME.fullmatch(lines.plain(details[0])):
        return None
    end = reached[-1]
    while not lines.blank(end + 1) and end + 1 in details:
        end += 1
    return end if lines.blank(end + 1) or end + 1 not in below else None


def _reaches(text: str) -> bool:
    return bool(_PHONE.search(text) or _CONTACT.search(text.lower()))


def _is_detail(text: str) -> bool:
    return 0 < len(text) <= _LONGEST and len(text.split()) <= 12 and text[-1] not in "?!:"


def _is_dashed_name(lines: Lines, tail: list[int]) -> bool:
    """Whether the last line is "-Mia" after a gap, and no item of a list."""
    text = lines.plain(tail[-1])
    if len(tail) == 1 or not lines.blank(tail[-1] - 1) or not _DASHED_NAME.fullmatch(text):
        return False
    listed = any(lines.plain(number).startswith(("-", "–", "—")) for number in tail[:-1])
    return not listed and text.lstrip("-—– ")[0].isupper()
