"""Why a mail was not delivered: from enhanced status codes (RFC 3463), SMTP codes (RFC 5321) and providers' words."""

import re
from enum import StrEnum

from channels.email.sorting.glance import folded, phrases
from omnidesk.contract.channel import Failure

_MOST = 2_000
"""The most characters of a server's words that are read."""


class Reason(StrEnum):
    """Why a mail was not delivered."""

    UNKNOWN_USER = "unknown_user"
    UNKNOWN_HOST = "unknown_host"
    MAILBOX_FULL = "mailbox_full"
    BLOCKED = "blocked"
    TOO_BIG = "too_big"
    TEMPORARY = "temporary"
    OTHER = "other"

    @property
    def failure(self) -> Failure:
        """What it means for the message; what nobody explains was not wanted."""
        return _FAILURES.get(self, Failure.POLICY)


_FAILURES = {
    Reason.UNKNOWN_USER: Failure.HARD,
    Reason.UNKNOWN_HOST: Failure.HARD,
    Reason.MAILBOX_FULL: Failure.FULL,
    Reason.TEMPORARY: Failure.SOFT,
}

STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
"""`5.1.1`, and not a part of an IP address or a version."""
_FAILURE = re.compile(r"(?<![\d.v])([45]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
_CODE = re.compile(r"(?<![\w.:/+-])(421|4[25]\d|5[0-57]\d)(?=[ \-:;,)#]|$)(?!:\d)", re.MULTILINE)

_SURE = {
    "1.1": Reason.UNKNOWN_USER,
    "1.2": Reason.UNKNOWN_HOST,
    "1.6": Reason.UNKNOWN_USER,
    "2.2": Reason.MAILBOX_FULL,
    "2.3": Reason.TOO_BIG,
    "3.4": Reason.TOO_BIG,
    "4.4": Reason.UNKNOWN_HOST,
    "4.310": Reason.UNKNOWN_HOST,  # Microsoft 365: the domain does not exist
    "4.312": Reason.UNKNOWN_HOST,  # and: DNS has no answer
}
"""What these say is meant, whatever the words beside them."""
_LIKELY = {
    "1.0": Reason.OTHER,
    "1.3": Reason.UNKNOWN_USER,
    "1.4": Reason.UNKNOWN_USER,
    "1.7": Reason.BLOCKED,  # the sender's address is not accepted
    "1.8": Reason.BLOCKED,
    "1.10": Reason.UNKNOWN_USER,  # Microsoft 365: no such recipient; RFC 7505: no such mail domain, which it says
    "1.90": Reason.BLOCKED,
    "2.1": Reason.UNKNOWN_USER,
    "4.7": Reason.TEMPORARY,
    "4.316": Reason.TEMPORARY,
}
_BY_CODE = {
    "521": Reason.UNKNOWN_HOST,  # RFC 7504
    "551": Reason.UNKNOWN_USER,
    "552": Reason.MAILBOX_FULL,
    "553": Reason.UNKNOWN_USER,
    "556": Reason.UNKNOWN_HOST,
    "571": Reason.BLOCKED,
}

_WORDS = {
    Reason.MAILBOX_FULL: phrases("""
        over quota | overquota | over the quota | over the maximum allowed quota | quota exceeded
        quota is exceeded | exceeded storage | exceeded his quota | exceeded their quota | exceeds quota
        exceeded the quota | exceeded its quota | exceed mailbox quota | exceeding quota | exceeded quota
        exceeds the quota | mailbox quota | disk quota | out of storage | storage allocation | storage limit
        storage space | insufficient storage | not enough storage | not enough space | no space left | disk space
        mailbox exceeds | too many messages on the server | zuviele Mails | zu viele Mails
        mailbox is full | mailbox full | inbox is full | inbox full | mail box full | mailfolder is full
        account is full | account full | user is full | mailbox size limit | mailboxfull | quotaexceeded
        posta kutusu dolu | posta kutusu dolmuş | gelen kutusu dolu | kotası doldu | kotası dolu | kota aşıldı
        kotasını aştı | kotasi asildi | Postfach ist voll | Postfach voll | Postfachgröße | Speicherplatz
        boîte aux lettres est pleine | boîte de réception est pleine | boîte pleine | buzón está lleno | buzón lleno
        bandeja de entrada está llena | casella è piena | casella piena | casella postale piena
        caixa de correio está cheia | caixa de entrada está cheia | caixa cheia | postvak is vol | postvak vol
        skrzynka jest pełna | skrzynka pełna | skrzynka odbiorcza jest pełna | ящик переполнен | ящик заполнен
        صندوق البريد ممتلئ | البريد ممتلئ
    """),
    Reason.TOO_BIG: phrases("""
        message size exceed | message is too big | message is too large | message too big | message too large
        message is larger than | size exceeds | size limit | maximum message size | max message size | too large
        message length exceed | exceeds maximum size | exceeds size | exceeded the maximum size | too big
        çok büyük | boyutu sınırı | zu groß | trop volumineux | trop grand | demasiado grande | troppo grande
        muito grande | te groot | zbyt duż | слишком большо | слишком велик | كبيرة جد
    """),
    Reason.UNKNOWN_HOST: phrases("""
        host not found | host unknown | unknown host | host or domain name not found | domain not found
        domain does not exist | domain doesn't exist | unknown domain | no such domain | no such host
        unrouteable mail domain | unroutable domain | non-existent host | non-existent domain | nonexistentdomain
        nxdomain | name service error | name or service not known | null mx | nullmx | no mx record | no valid mx
        couldn't find any host | can't find any host | bad destination host | dns error | dns lookup fail
        illegal host | domain couldn't be found | domain could not be found | domain name not found
        does not accept mail | invalid domain | domain is not valid | unable to resolve | host name lookup failure
        mx lookup | alan adı bulunamadı | etki alanı bulunamadı | Domäne wurde nicht gefunden
        domaine est introuvable | dominio no existe | dominio non esiste | domínio não existe | домен не найден
        домен не существует | no host found | could not be resolved | cannot resolve | unrouteable domain
        domain unknown
    """),
    Reason.UNKNOWN_USER: phrases("""
        user unknown | unknown user | no such user | no such mailbox | no such person | no such recipient
        no such address | no such account | no such local | no such email | user not found | recipient not found
        account not found | mailbox not found | address not found | addressee unknown | recipient unknown
        recipientnotfound | recipnotfound | user doesn't exist | user does not exist | account does not exist
        account doesn't exist | mailbox does not exist | mailbox doesn't exist | recipient does not exist
        recipient doesn't exist | address does not exist | address doesn't exist | doesn't have a | doesn't have an
        invalid recipient | invalid mailbox | invalid user | invalid address | unknown recipient | unknown local
        no mail box | no mailbox found | mail-box not found | not an active address | bad_recipient | badrcptto
        unknown address | unknown account | unknown mailbox | unknown or illegal alias | no mailbox here
        not a known user | not a valid user | not a valid mailbox | is not a valid | unrouteable address
        address couldn't be found | address could not be found | wasn't found at | couldn't be found
        could not be found | was not found | mailbox unavailable | mailbox is unavailable | mailbox not available
        mailbox disabled | mailbox is disabled | mailbox is inactive | account is disabled | account disabled
        account has been disabled | account is inactive | account inactive | account that you tried to reach is
        account that you tried to reach does not | user is inactive | no longer valid | no longer available
        no longer active | no longer exists | no longer on server | not listed in | undeliverable address
        address rejected: access denied | address rejected: undeliverable | not our customer | not exist
        bad address | user account is unavailable | recipient address rejected: unknown | isn't a valid
        this user doesn't | unable to find recipient | user not known | no such name | not found in directory
        no account by that name | user suspended | account suspended | account has been suspended
        account is locked | deactivated | adres bulunamadı | kullanıcı bulunamadı | alıcı bulunamadı
        böyle bir kullanıcı yok | hesap bulunamadı | adresi bulunamadı | e-posta adresi bulunamad | kullanıcı yok
        adres yok | kullanıcısı yok | bulunamadı | Empfänger unbekannt | Adresse nicht gefunden
        wurde nicht gefunden | unbekannter Empfänger | existiert nicht | Benutzer unbekannt | adresse introuvable
        adresse inconnue | utilisateur inconnu | destinataire inconnu | introuvable | n'existe pas
        n'a pas été trouvé | no existe | no se encontró | no se ha encontrado | usuario desconocido
        dirección no encontrada | no se encuentra | non esiste | inesistente | sconosciuto | indirizzo non trovato
        impossibile trovare | não existe | não foi encontrad | desconhecido | não encontrado | bestaat niet
        onbekende gebruiker | adres niet gevonden | niet gevonden | nie istnieje | nieznany użytkownik
        nie znaleziono | не существует | не найден | нет такого | неизвестный пользователь | несуществующ
        غير موجود | لم يتم العثور | العنوان غير صحيح
    """),
    Reason.BLOCKED: phrases("""
        spam | blocked | blocklist | blacklist | black list | block list | block-list | policy | policies
        reputation | access denied | denied | not permitted | not allowed | prohibited | rejected | relay | dmarc
        dnsbl | spamhaus | spf | dkim | virus | not authorized | not authorised | unauthenticated
        authentication required | authrequired | unsolicited | abuse | content filter | forbidden | malware
        don't have permission | do not have permission | sender address rejected | does not have permission
        restricted | barracuda | refused by | refuse | unsafe | engellendi | reddedildi | engellenmiş | reddetti
        blockiert | abgelehnt | verweigert | bloqué | rejeté | refusé | bloqueado | rechaz | bloccat | rifiutat
        respint | recusad | rejeitad | geblokkeerd | geweigerd | zablokowan | odrzucon | заблокирован | отклонен
        отвергнут | спам | محظور | رفض | حظر
    """),
    Reason.TEMPORARY: phrases("""
        timed out | timeout | time out | try again | temporar | greylist | graylist | deferred | will be retried
        will retry | still being retried | delay | expired | retry time | network is unreachable | no route to host
        server busy | too busy | rate limit | throttl | connection reset | connection dropped | too long | will keep
        geçici | gecik | tekrar dene | vorübergehend | verzöger | temporair | retard | retras | ritard | atras
        vertraag | tymczasow | opóźn | временн | отложен | задерж | مؤقت | تأخير | retries | longer than
    """),
}
_NETWORK = re.compile(phrases("""
    connection refused | connection timed out | connection timeout | connect timeout | couldn't connect
    could not connect | unable to connect | wasn't able to establish an smtp connection | no route to host
    network is unreachable | lost connection | conversation with | connection was dropped | host is unreachable
    greylist | graylist | retry timeout exceeded | in the queue too long | message expired
"""))  # fmt: skip
_SENDER = re.compile(phrases("""
    sender address rejected | sender rejected | sender domain | sender verify | from domain | senderdenied
    sender denied | your domain | sending domain | blocked using | listed at | listed by | listed in rbl
    message blocked | spam message rejected | dmarc policy
"""))  # fmt: skip
"""The words that follow speak of us, not of the recipient."""
_PATTERNS = {reason: re.compile(words) for reason, words in _WORDS.items()}


def status_in(text: str) -> str | None:
    """The enhanced status code that a server's words contain, the one behind an SMTP code first."""
    found = re.search(r"\b[45]\d\d[ -]\(?#?([45]\.\d{1,3}\.\d{1,3})(?!\.?\d)", text) or _FAILURE.search(text)
    return found[1] if found else None


def code_in(text: str) -> str | None:
    """The SMTP code of a failure that a server's words contain."""
    found = _CODE.search(text)
    return found[1] if found else None


def judge(status: str | None, words: str, *, delayed: bool) -> tuple[bool, Reason]:
    """Whether a failure is permanent, and its reason.

    A status that says nothing (5.0.0; 4.4.7, "took too long") gives way to what the server's words contain.
    """
    words = words[:_MOST]
    told = status_in(words)
    telling = told if told and _is_vague(status) else status
    digit = (telling or code_in(words) or "?")[0]
    reason = _reason(telling, words, temporary=delayed or digit == "4")
    if delayed or digit in "45":
        return not delayed and digit == "5", reason
    return reason not in (Reason.TEMPORARY, Reason.MAILBOX_FULL), reason


def _is_vague(status: str | None) -> bool:
    return status is None or status.endswith(".0.0") or status == "4.4.7"


def _reason(status: str | None, words: str, *, temporary: bool) -> Reason:
    detail = (status or "").partition(".")[2]
    said = _in_words(words)
    sure = _SURE.get(detail)
    if temporary:
        lasting = (Reason.MAILBOX_FULL, Reason.TOO_BIG)
        return sure if sure in lasting else said if said in lasting else Reason.TEMPORARY
    if sure:
        return sure
    if detail.startswith("7."):
        return said if said in (Reason.UNKNOWN_USER, Reason.MAILBOX_FULL, Reason.TOO_BIG) else Reason.BLOCKED
    return said or _LIKELY.get(detail) or _BY_CODE.get(code_in(words) or "", Reason.OTHER)


def _in_words(words: str) -> Reason | None:
    text = " ".join(folded(words).split())
    if _SENDER.search(text):
        return Reason.BLOCKED
    network = Reason.TEMPORARY if _NETWORK.search(text) else None
    for reason, pattern in _PATTERNS.items():
        if network and reason is Reason.BLOCKED:
            return network
        if pattern.search(text):
            return reason
    return network
