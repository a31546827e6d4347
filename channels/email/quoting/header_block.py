"""Blocks of header lines ("From: … Sent: … To: … Subject: …") that open a quoted message, in many languages."""

import re

from channels.email.quoting.lines import Lines
from omnidesk.text.folding import fold

_NAMES = {
    "from": (
        "From|Kimden|Gönderen|Von|De|De la|Da|Van|Od|Nadawca|От|Кого|От кого|Від|من|المرسل|Från|Fra|Lähettäjä|"
        "Odesílatel|Feladó|Expeditor|Από|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|מאת|Expéditeur|"
        "Remitente|Mittente|Remetente|Afzender|Absender|Dari|Từ|Pošiljatelj|Odosielateľ"
    ),
    "date": (
        "Sent|Date|Sent at|Sent on|Gönderildi|Gönderilme Tarihi|Gönderme Tarihi|Gönderim Tarihi|Gönderim|"
        ""
        "Gönderilmiş|Gönderilen|Tarih|Gesendet|Gesendet am|Datum|Envoyé|Envoyé le|Enviado|Enviado el|"
        "Enviado em|Fecha|Data|Inviato|Data invio|Enviada|Enviada em|Verzonden|Wysłano|Wysłane|Data wysłania|"
        "Отправлено|Дата|Надіслано|Sendt|Skickat|Lähetetty|Päivämäärä|Päiväys|Odesláno|Elküldve|Küldve|Dátum|"
        "Trimis|Dată|Στάλθηκε|Εστάλη|Ημερομηνία|تاريخ الإرسال|التاريخ|تاريخ|تم الإرسال|مرسل|أرسلت|发送时间|"
        "发送日期|日期|寄件日期|傳送時間|已傳送|送信日時|日付|日時|보낸 날짜|날짜|נשלח|תאריך|Dato|Odoslané"
    ),
    "to": (
        "To|Kime|Alıcı|An|À|A|Para|Aan|Do|Dla|Komu|Кому|إلى|الى|Till|Til|Vastaanottaja|Kopie komu|Pro|Címzett|"
        "Către|Catre|Προς|收件人|收件者|宛先|받는 사람|받는사람|אל|Destinataire|Destinatario|Destinatário|"
        "Adresat|Empfänger|Ontvanger|Kepada"
    ),
    "subject": (
        "Subject|Konu|Betreff|Objet|Asunto|Oggetto|Assunto|Onderwerp|Temat|Тема|الموضوع|موضوع|Ämne|Emne|Aihe|"
        "Předmět|Predmet|Tárgy|Subiect|Θέμα|主题|主旨|件名|제목|נושא|Re|Perihal"
    ),
    "other": (
        "Cc|Bcc|Bilgi|Gizli|Kopie|Cci|CC|Копия|Kopi|Kopio|Másolat|Κοιν.|نسخة|抄送|副本|参照|참조|Kopia|DW|UDW|"
        "Reply-To|Yanıtla|Yanıt Adresi|Antwort an|Répondre à|Importance|Önem|Wichtigkeit|Priority|Attachments|"
        "Ekler|Anlagen|Organization|Newsgroups|Message-ID|When|Where"
    ),
}
_KINDS = {fold(name): kind for kind, names in _NAMES.items() for name in names.split("|")}
_FIELD = re.compile(r"[\W_]{0,4}([^\W\d_][^:*]{0,24}?)[\s*_]{0,4}:")
_INLINE = re.compile(r"(?:^|[\s*])([^\W\d_]{2,12})\*?:(?=[*\s])")
_COMPLETE = {"from", "date", "to", "subject"}
_MOST_LINES = 40
_MOST_WRAPPED = 10
"""Lines that recipients may fill under one name."""
_MOST_BLANK = 3
"""Lines between two names that stand in paragraphs of their own."""


def ends_at(lines: Lines, start: int) -> int | None:
    """The number of the last line of the header block that begins in this line; None when none does."""
    if kind_of(lines.folded(start)) is None:
        return None
    if len({kind_of(f"{found[1]}:") for found in _INLINE.finditer(lines.folded(start))} - {None, "other"}) >= 3:
        return start
    kinds: set[str] = set()
    last = start
    for number in range(start, min(start + _MOST_LINES, len(lines.raw))):
        kind = kind_of(lines.folded(number))
        if kind is None:
            if kinds >= _COMPLETE or number - last > (_MOST_BLANK if lines.blank(last + 1) else _MOST_WRAPPED):
                break
            continue
        if kind in kinds and kind != "other":
            break
        kinds.add(kind)
        last = number
    return last if _is_block(kinds, lines, start, last) else None


def _is_block(kinds: set[str], lines: Lines, start: int, last: int) -> bool:
    """Whether the fields are enough; "From: … To: … Date: …" may be a journey, unless it has an address."""
    if "from" not in kinds or len(kinds & {"date", "to", "subject"}) < 2:
        return False
    return "subject" in kinds or any("@" in lines.raw[number] for number in range(start, last + 1))


def kind_of(folded: str) -> str | None:
    """Which header the folded line begins with."""
    found = _FIELD.match(folded)
    return _KINDS.get(found[1].strip()) if found else None
