"""Which parts of a mail are its text, which its HTML, which are attachments."""

import mimetypes
import re
from dataclasses import dataclass, field

from channels.email.mime import calendar, headers
from channels.email.mime.opaque import signed_content
from channels.email.mime.structure import DEEPEST, MOST_PARTS, Part, attempt, read
from channels.email.mime.tnef import opened
from channels.email.mime.wrapping import uuencoded
from omnidesk.contract.channel import Attachment, Unparsable

_EXTENSIONS = {"text/plain": "txt", "message/rfc822": "eml", "message/global": "eml", "text/markdown": "md"}
_NAMES = {
    "text/calendar": "invite.ics",
    "application/pkcs7-signature": "smime.p7s",
    "application/x-pkcs7-signature": "smime.p7s",
    "application/pkcs7-mime": "smime.p7m",
    "application/x-pkcs7-mime": "smime.p7m",
    "application/pgp-signature": "signature.asc",
}
"""What files of a kind are called that have no name."""
_MOST_TOLD = 20
"""The most files that are opened for their words."""
_SHOWN = ("text/enriched", "text/richtext", "text/markdown", "text/x-markdown", "text/x-plain")
"""Texts that can be read as they are, where there is nothing better."""


@dataclass(slots=True)
class Bodies:
    """The parts sorted by what they are for, by the algorithm of RFC 8621 §4.1.4."""

    text: list[Part] = field(default_factory=list)
    html: list[Part] = field(default_factory=list)
    attachments: list[Part] = field(default_factory=list)

    packed: list[Part] = field(default_factory=list)
    """Texts of a winmail.dat, for mails that have no other."""

    def sort(self, parts: list[Part]) -> None:
        """Sort the parts of a mail; without a text of its own, one that was packed away or has an odd form."""
        self._sort(parts, "mixed", choice=False, depth=0)
        if not any(part.text.strip() for part in (*self.text, *self.html)):
            odd = [part for part in self.attachments if part.kind in _SHOWN and not part.name]
            self._add_all(self.packed or odd or _told(self.attachments))
            self.attachments = [part for part in self.attachments if part not in self.text]
        if len(self.attachments) > MOST_PARTS:
            raise Unparsable(f"more than {MOST_PARTS} parts")

    def _sort(self, parts: list[Part], around: str, *, choice: bool, depth: int) -> None:
        """Sort the parts of one multipart of the subtype `around`; `choice` = inside an alternative."""
        if depth > DEEPEST:
            raise Unparsable("its parts are nested too deeply")
        texts, htmls = len(self.text), len(self.html)
        for position, part in enumerate(parts):
            if part.parts:
                around_these = part.kind.partition("/")[2]
                inner = _root_first(part) if around_these == "related" else part.parts
                chosen = choice or around_these == "alternative"
                self._sort(inner, around_these, choice=chosen, depth=depth + 1)
            elif _is_body(part, position, around):
                self._add(part, choice)
            else:
                self._attach(part, depth)
        if around == "alternative":
            self._complete(texts, htmls)

    def _attach(self, part: Part, depth: int) -> None:
        """A file; or what is in it, where it is only the wrapping of a mail."""
        if part.kind in _SIGNED_KINDS and (content := signed_content(part.content)) is not None:
            self._sort([read(content)], "mixed", choice=False, depth=depth + 10)
        elif _may_be_tnef(part) and (winmail := opened(part.content)):  # one we find nothing in stays a file
            texts = (("text/plain", winmail.text), ("text/html", winmail.html))
            for kind, words in texts:
                made = Part.made(kind, "", b"")
                made.words = words.replace("\r\n", "\n").replace("\r", "\n")
                self.packed += [made] if words.strip() else []
            files = winmail.files[:MOST_PARTS]
            self.attachments += [Part.made(_kind(f.name, f.kind), f.name, f.content, f.content_id) for f in files]
        else:
            self.attachments.append(part)

    def _add_all(self, parts: list[Part]) -> None:
        """These are the choice of bodies now."""
        htmls = [part for part in parts if part.kind == "text/html"]
        self.html[:] = htmls
        self.text[:] = [part for part in parts if part.kind != "text/html"] or htmls

    def _add(self, part: Part, choice: bool) -> None:
        """A text outside of any alternative belongs to both bodies."""
        if part.kind == "text/plain":
            self._take_files(part)
        if part.kind == "text/plain" or not choice:
            self.text.append(part)
        if part.kind == "text/html" or not choice:
            self.html.append(part)

    def _take_files(self, part: Part) -> None:
        """Files that stand uuencoded between the lines become attachments."""
        text = part.text
        if "\nend" in text and "begin " in text:
            part.words, files = uuencoded(text)
            self.attachments += [Part.made(_kind(name), name, content) for name, content in files]

    def _complete(self, texts: int, htmls: int) -> None:
        """An alternative that offers only one form, or an empty text, offers it to both bodies."""
        if all(not part.text.strip() for part in self.text[texts:]) and len(self.html) > htmls:
            self.text[texts:] = self.html[htmls:]
        elif len(self.html) == htmls:
            self.html.extend(self.text[texts:])


_SIGNED_KINDS = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_TNEF_KINDS = {"application/ms-tnef", "application/vnd.ms-tnef"}


def _told(files: list[Part]) -> list[Part]:
    """What attached mails and invitations say, for a mail that says nothing itself."""
    told: list[Part] = []
    for file in files[:_MOST_TOLD]:
        if file.kind == "text/calendar":
            part = Part.made("text/plain", "", b"")
            part.words = calendar.to_text(file.text)
            told.append(part)
        elif file.kind in ("message/rfc822", "message/global"):
            told += _inside(file.content)
    return told


def _inside(mail: bytes) -> list[Part]:
    """The texts of an attached mail; none of one that can't be read."""
    inner = Bodies()
    try:
        inner._sort([read(mail)], "mixed", choice=False, depth=0)
    except Unparsable:
        return []
    return [*inner.text, *(part for part in inner.html if part not in inner.text)]


def _may_be_tnef(part: Part) -> bool:
    return part.kind in _TNEF_KINDS or part.name.lower() == "winmail.dat"


def _kind(name: str, said: str = "") -> str:
    return said or mimetypes.guess_type(name)[0] or "application/octet-stream"


def _root_first(part: Part) -> list[Part]:
    """The parts of a `related` with that first which is shown (RFC 2387 §3.2)."""
    start = str(attempt(lambda: part.get_param("start")) or "").strip("<> ")
    return sorted(part.parts, key=lambda each: not start or each.value("Content-ID").strip("<> ") != start)


def _is_body(part: Part, position: int, around: str) -> bool:
    if part.kind not in ("text/plain", "text/html") or part.disposition == "attachment":
        return False
    return position == 0 or (around != "related" and not part.name)


def attachment(part: Part, number: int, shown: frozenset[str] = frozenset()) -> Attachment:
    """A part as a file; one without a name gets one. `shown`: the ids that the HTML shows as images."""
    content_id = next(iter(headers.message_ids(part.value("Content-ID"))), None)
    inline = content_id is not None and (part.disposition != "attachment" or content_id in shown)
    return Attachment(_file_name(part, number), part.kind, part.content, content_id=content_id, inline=inline)


def _file_name(part: Part, number: int) -> str:
    return part.name or _NAMES.get(part.kind) or f"attachment-{number}.{_extension(part.kind)}"


def _extension(kind: str) -> str:
    subtype = kind.partition("/")[2]
    return _EXTENSIONS.get(kind) or (subtype if re.fullmatch(r"[a-z0-9]{2,5}", subtype) else "bin")
