"""Why a mail was not delivered, by status codes and the words of real servers."""

import pytest

from channels.email.sorting.reasons import code_in, judge, status_in

JUDGED = [
    # status, words, permanent, reason
    ("5.1.1", "smtp; 550 5.1.1 <mia@x.example>: Recipient address rejected: User unknown", True, "unknown_user"),
    ("5.1.1", "", True, "unknown_user"),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", True, "unknown_user"),
    ("5.1.10", "smtp; 556 5.1.10 Recipient domain has a null MX record", True, "unknown_host"),
    ("5.1.2", "smtp; 550 5.1.2 bad destination system", True, "unknown_host"),
    ("5.4.4", "X-Postfix; Host or domain name not found. Name service error", True, "unknown_host"),
    ("5.4.310", "550 5.4.310 DNS domain x.example does not exist", True, "unknown_host"),
    ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", True, "unknown_user"),
    ("5.2.2", "smtp; 552-5.2.2 The email account that you tried to reach is over quota.", True, "mailbox_full"),
    ("4.2.2", "smtp; 452-4.2.2 The recipient's inbox is out of storage space", False, "mailbox_full"),
    ("5.2.1", "smtp; 550-5.2.1 The email account that you tried to reach is inactive.", True, "unknown_user"),
    ("4.2.1", "450-4.2.1 The user you are trying to contact is receiving mail too quickly", False, "temporary"),
    ("5.3.4", "552 5.3.4 Message size exceeds fixed limit", True, "too_big"),
    ("5.2.3", "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", True, "too_big"),
    ("5.7.1", "550 5.7.1 Service unavailable; client host blocked using Spamhaus", True, "blocked"),
    ("5.7.26", "550-5.7.26 Unauthenticated email is not accepted due to domain's DMARC", True, "blocked"),
    ("5.7.1", "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required", True, "blocked"),
    ("5.7.1", "550 5.7.1 <mia@x.example>... User unknown", True, "unknown_user"),
    ("5.7.0", "smtp; 552-5.7.0 This message was blocked because its content is unsafe", True, "blocked"),
    ("4.7.1", "450 4.7.1 <mia@x.example>: Recipient address rejected: Greylisted, try again", False, "temporary"),
    ("4.7.0", "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", False, "temporary"),
    ("4.4.1", "connect to mx.x.example[192.0.2.7]:25: Connection timed out", False, "temporary"),
    ("4.4.7", "", False, "temporary"),
    ("4.4.7", "smtp; 550 5.1.1 no such user", True, "unknown_user"),
    ("5.4.7", "delivery time expired", True, "temporary"),
    ("5.4.6", "hop count exceeded - possible mail loop", True, "other"),
    ("5.1.8", "553 5.1.8 Sender address rejected: Domain not found", True, "blocked"),
    ("5.0.0", "smtp; 550 5.1.1 unknown", True, "unknown_user"),
    ("5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo.com account", True, "unknown_user"),
    ("5.0.0", "smtp;550 Requested action not taken: mailbox unavailable", True, "unknown_user"),
    ("5.0.0", "smtp; 550 No mail box available for this user", True, "unknown_user"),
    ("5.0.0", "smtp; 550 mia@x.example is not an active address at this host", True, "unknown_user"),
    ("5.7.1", "smtp; 550 5.7.1 No mailbox found", True, "unknown_user"),
    ("5.0.0", "smtp; 550 User has too many messages on the server", True, "mailbox_full"),
    (None, "User mailbox exceeds allowed size", False, "mailbox_full"),
    ("5.0.0", "", True, "other"),
    (None, "550 unknown user <mia@x.example>", True, "unknown_user"),
    (None, "554 5.7.1 [P4] Message blocked due to spam content", True, "blocked"),
    (None, "552 Quota exceeded", True, "mailbox_full"),
    (None, "452 try later", False, "temporary"),
    (None, "550 5.7.1 Spam message rejected; https://yandex.example", True, "blocked"),
    (None, "550 non-local recipient verification failed", True, "other"),
    (None, "550 Message was not accepted -- invalid mailbox. Local mailbox is unavailable: user not found",
     True, "unknown_user"),
    (None, "550 spam message discarded. If you think that the system is mistaken, please report", True, "blocked"),
    (None, "Unrouteable address", True, "unknown_user"),
    (None, "all relevant MX records point to non-existent hosts", True, "unknown_host"),
    (None, "Sorry, I couldn't find any host named x.example. (#5.1.2)", True, "unknown_host"),
    (None, "Sorry, no mailbox here by that name. (#5.1.1)", True, "unknown_user"),
    (None, "Connection refused", False, "temporary"),
    (None, "mailbox is full", False, "mailbox_full"),
    (None, "571 Delivery not authorized, message refused", True, "blocked"),
    (None, "Posta kutusu dolu", False, "mailbox_full"),
    (None, "Alıcının e-posta adresi bulunamadı", True, "unknown_user"),
    (None, "Mesajınız ilke nedeniyle reddedildi", True, "blocked"),
    (None, "Das Postfach des Empfängers ist voll: Postfach ist voll", False, "mailbox_full"),
    (None, "La boîte aux lettres est pleine", False, "mailbox_full"),
    (None, "El usuario no existe", True, "unknown_user"),
    (None, "Utente sconosciuto", True, "unknown_user"),
    (None, "O endereço não foi encontrado", True, "unknown_user"),
    (None, "Почтовый ящик переполнен", False, "mailbox_full"),
    (None, "Пользователь не найден", True, "unknown_user"),
    (None, "Skrzynka jest pełna", False, "mailbox_full"),
    (None, "", True, "other"),
]  # fmt: skip


@pytest.mark.parametrize(("status", "words", "permanent", "reason"), JUDGED)
def test_a_failure_has_a_reason(status: str | None, words: str, permanent: bool, reason: str) -> None:
    assert judge(status, words, delayed=False) == (permanent, reason)


def test_a_delay_is_never_permanent() -> None:
    assert judge("5.1.1", "550 user unknown", delayed=True) == (False, "temporary")
    assert judge(None, "mailbox full", delayed=True) == (False, "mailbox_full")


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        ("550 5.1.1 no", "5.1.1", "550"),
        ("550-5.1.1 no", "5.1.1", "550"),
        ("550 #5.1.0 Address rejected.", "5.1.0", "550"),
        ("(#4.4.1)", "4.4.1", None),
        ("from 5.9.1.4 by 4.3.2.1", None, None),
        ("at 12:550 by Exim 4.96.1", "4.96.1", None),
        ("port 550/tcp, 5500 mails, id 1-550-x", None, None),
        ("said: 452, 4.2.2 full after 550", "4.2.2", "452"),
    ],
)
def test_codes_are_found_and_addresses_are_none(words: str, status: str | None, code: str | None) -> None:
    assert (status_in(words), code_in(words)) == (status, code)
