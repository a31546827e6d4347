"""Lines that stand between a message and an older one, or one that is passed on."""

import re

from omnidesk.text.folding import fold

_ORIGINAL = (
    "Oprindelig besked|Antwort Nachricht|Original Message|Original E-mail|Original Appointment|Replied Message|"
    "Reply Message|Özgün İleti|Özgün Mesaj|Orijinal Mesaj|Orijinal İleti|Asıl Mesaj|Asıl İleti|Orjinal Mesaj|"
    "Orijinal E-posta|Ursprüngliche Nachricht|Originalnachricht|Original-Nachricht|Ursprüngliche E-Mail|"
    "Message d'origine|Message original|Message initial|Mensaje original|Messaggio originale|Mensagem original|"
    "Oorspronkelijk bericht|Originele bericht|Origineel bericht|Wiadomość oryginalna|Oryginalna wiadomość|"
    "Исходное сообщение|Оригинальное сообщение|Первоначальное сообщение|Вихідне повідомлення|الرسالة الأصلية|"
    "رسالة أصلية|Ursprungligt meddelande|Originalmeddelande|Oprindelig meddelelse|Opprinnelig melding|"
    "Original meddelelse|Alkuperäinen viesti|Původní zpráva|Původní e-mail|Eredeti üzenet|Mesaj original|"
    "Mesajul original|Αρχικό μήνυμα|原始邮件|原始郵件|原始信件|原邮件|元のメッセージ|원본 메시지|원본 메일|"
    "הודעה מקורית|Pôvodná správa|Izvorna poruka|Missatge original"
)
_FORWARDED = (
    "Forwarded message|Forwarded by|Forwarded Message|Begin forwarded message|Forward Message|İletilen ileti|"
    "İletilmiş ileti|Yönlendirilen ileti|Yönlendirilmiş ileti|Yönlendirilmiş mesaj|Yönlendirilen mesaj|"
    "İletilen mesaj|İletilmiş mesaj|İletilen iletinin başlangıcı|Yönlendirilen iletinin başlangıcı|"
    "Weitergeleitete Nachricht|Weitergeleitet von|Anfang der weitergeleiteten Nachricht|Weitergeleitete Mail|"
    "Message transféré|Message transmis|Début du message transféré|Début du message réexpédié|Transféré par|"
    "Mensaje reenviado|Inicio del mensaje reenviado|Mensaje transferido|Messaggio inoltrato|"
    "Inizio messaggio inoltrato|Inoltrato da|Mensagem encaminhada|Início da mensagem encaminhada|"
    "Início da mensagem reencaminhada|Mensagem reencaminhada|Doorgestuurd bericht|Begin doorgestuurd bericht|"
    "Wiadomość przekazana dalej|Przekazana wiadomość|Początek przekazywanej wiadomości|Wiadomość przekazana|"
    "Пересылаемое сообщение|Перенаправленное сообщение|Пересланное сообщение|"
    "Начало переадресованного сообщения|Завершение переадресованного сообщения|Переслане повідомлення|"
    "رسالة معاد توجيهها|رسالة تمت إعادة توجيهها|الرسالة المعاد توجيهها|بداية الرسالة المحولة|"
    "Vidarebefordrat meddelande|Vidarebefordrat mail|Videresendt meddelelse|Videresendt besked|"
    "Videresendt melding|Välitetty viesti|Edelleenlähetetty viesti|Přeposlaná zpráva|Přeposílaná zpráva|"
    "Továbbított üzenet|Mesaj redirecționat|Προωθημένο μήνυμα|转发的邮件|转发邮件|轉寄郵件|転送メッセージ|"
    "転送されたメッセージ|전달된 메시지|הודעה שהועברה|Preposlaná správa"
)
_REPLY_ABOVE = (
    "reply above this line|type your reply above this line|write above this line|"
    "yanıtınızı bu satırın üzerine yazın|yanıtınızı bu satırın üstüne yazın|cevabınızı bu satırın üstüne yazın|"
    "bitte antworten sie oberhalb dieser linie"
)
_PREFIXES = "fw|fwd|wg|tr|rv|i|enc|enc.|doorst|pd|ilt|iltr|yonl|vs|vb|fwd.|пересылка|fwd:|转发|轉寄"
_FORWARD_SUBJECT = re.compile(rf"\s*(?:{'|'.join(re.escape(fold(each)) for each in _PREFIXES.split('|'))})\s*:")
_RULE = re.compile(r"[-_=*~─—–‐‑]{3,}")
_DASHED = re.compile(r"[-_=*]{2,} ?[^-_=*]{3,50} ?[-_=*]{2,}")
_NOTES = re.compile(r".{1,80}-{2,3}\d[\d./-]{5,10}[ T]\d\d:\d\d(:\d\d)?( ?[ap]m)?-{2,3}.*")
_DASHES = " -_=*~─—–‐‑+#>"


def _folded(phrases: str) -> tuple[str, ...]:
    return tuple(fold(phrase) for phrase in phrases.split("|"))


_ORIGINALS, _FORWARDS, _ABOVE = _folded(_ORIGINAL), _folded(_FORWARDED), _folded(_REPLY_ABOVE)


def is_original(folded: str) -> bool:
    """Whether this line says that an older message follows."""
    core = folded.strip(_DASHES)
    dashed = len(folded) - len(folded.lstrip(_DASHES)) >= 2
    return (dashed and core.startswith(_ORIGINALS)) or any(phrase in core for phrase in _ABOVE)


def is_title(folded: str) -> bool:
    """Whether this line, above a header block, is its title: in any language between dashes, or as Notes has it."""
    return (
        bool(_DASHED.fullmatch(folded)) or folded.strip(_DASHES + ":") in _ORIGINALS or bool(_NOTES.fullmatch(folded))
    )


def is_forward(folded: str) -> bool:
    """Whether this line says that a message is passed on."""
    core = folded.strip(_DASHES)
    if not core.startswith(_FORWARDS):
        return False
    return folded[0] in _DASHES or (folded.endswith(":") and len(folded) < 60)


def is_rule(folded: str) -> bool:
    """Whether this line only draws one."""
    return bool(_RULE.fullmatch(folded)) or not folded


def forwards(subject: str) -> bool:
    """Whether a subject says that the mail passes another on."""
    return bool(_FORWARD_SUBJECT.match(fold(subject)))
