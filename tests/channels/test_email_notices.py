"""Mails that came back as text only, as servers and providers write who know nothing of reports."""

import pytest

from channels.email.mime.structure import read
from channels.email.sorting.kinds import Kind, classify
from tests.channels.mails import mail, notice, report

NOTICES: list[tuple[bytes, str | None, str]] = [
    # sent as text only: sender, subject, text
    (notice("MAILER-DAEMON@mx.example", "failure notice", """
        Hi. This is the qmail-send program at mx.example.
        I'm afraid I wasn't able to deliver your message to the following addresses.
        This is a permanent error; I've given up. Sorry it didn't work out.

        <mia@x.example>:
        Sorry, no mailbox here by that name. (#5.1.1)

        --- Below this line is a copy of the message.

        Return-Path: <destek@omnidesk.example>
        To: mia@x.example, bo@x.example
    """, "Return-Path: <>"), "5.1.1", "unknown_user"),
    (notice("MAILER-DAEMON@mx.example", "failure notice", """
        Hi. This is the qmail-send program at mx.example.

        <mia@x.example>:
        Sorry, I couldn't find any host named x.example. (#5.1.2)
    """), "5.1.2", "unknown_host"),
    (notice("MAILER-DAEMON@mx.example", "failure notice", """
        Hi. This is the qmail-send program at mx.example.

        <mia@x.example>:
        192.0.2.7 failed after I sent the message.
        Remote host said: 552 5.2.2 user is over quota
    """), "5.2.2", "mailbox_full"),
    (notice("Mail Delivery System <Mailer-Daemon@mx.example>", "Mail delivery failed: returning message to sender", """
        This message was created automatically by mail delivery software.

        A message that you sent could not be delivered to one or more of its
        recipients. This is a permanent error. The following address(es) failed:

          mia@x.example
            host mx.x.example [192.0.2.7]
            SMTP error from remote mail server after RCPT TO:<mia@x.example>:
            550 5.1.1 unknown or illegal alias: mia@x.example

        ------ This is a copy of the message, including all the headers. ------

        To: bo@x.example
    """, "X-Failed-Recipients: mia@x.example"), "5.1.1", "unknown_user"),
    (notice("Mail Delivery System <Mailer-Daemon@mx.example>", "Mail delivery failed: returning message to sender", """
        The following address(es) failed:

          mia@x.example
            mailbox is full: retry timeout exceeded
    """, "X-Failed-Recipients: mia@x.example"), None, "mailbox_full"),
    (notice("Mail Delivery System <Mailer-Daemon@mx.example>", "Mail delivery failed: returning message to sender", """
        The following address(es) failed:

          mia@x.example
            all relevant MX records point to non-existent hosts
    """), None, "unknown_host"),
    (notice("MAILER-DAEMON@mx.example (Mail Delivery System)", "Undelivered Mail Returned to Sender", """
        This is the mail system at host mx.example.

        I'm sorry to have to inform you that your message could not
        be delivered to one or more recipients.

        <mia@x.example>: host mx.x.example[192.0.2.7] said: 554 5.7.1 Service unavailable;
            Client host [192.0.2.1] blocked using zen.spamhaus.example (in reply to RCPT TO command)
    """), "5.7.1", "blocked"),
    (notice("Mail Delivery Subsystem <MAILER-DAEMON@mx.example>", "Returned mail: User unknown", """
        The original message was received at Sat, 21 Nov 2026 01:00:00 GMT

           ----- The following addresses had permanent fatal errors -----
        <mia@x.example>

           ----- Transcript of session follows -----
        ... while talking to mx.x.example.:
        >>> RCPT To:<mia@x.example>
        <<< 550 5.1.1 User unknown
        550 <mia@x.example>... User unknown
    """), "5.1.1", "unknown_user"),
    (notice("MAILER-DAEMON@yahoo.com", "Failure Notice", """
        Sorry, we were unable to deliver your message to the following address.

        <mia@x.example>:
        554: 5.7.9: Message not accepted for policy reasons.

        --- Below this line is a copy of the message.
    """), "5.7.9", "blocked"),
    (notice("System Administrator <postmaster@x.example>", "Undeliverable: Garanti", """
        Your message

          To:      mia@x.example
          Subject: Garanti
          Sent:    Sat, 21 Nov 2026 01:00:00

        did not reach the following recipient(s):

        mia@x.example on Sat, 21 Nov 2026 01:00:05
            The recipient name is not recognized
            MSEXCH:IMS:X:SITE:SERVER 0 (000C05A6) Unknown Recipient
    """), None, "unknown_user"),
    (notice("Microsoft Outlook <postmaster@x.example>", "Undeliverable: Garanti", """
        Delivery has failed to these recipients or groups:

        mia@x.example
        The email address you entered couldn't be found. Please check the recipient's email address.

        Diagnostic information for administrators:
        Generating server: x.example
        mia@x.example
        #550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found ##
    """), "5.1.1", "unknown_user"),
    (notice("postmaster@x.example", "Teslim Edilemedi: Garanti", """
        Şu alıcılara veya gruplara teslim edilemedi:

        mia@x.example
        Alıcının posta kutusu dolu ve şu anda ileti kabul edemiyor.

        Yöneticiler için tanılama bilgileri:
        #554 5.2.2 mailbox full ##
    """), "5.2.2", "mailbox_full"),
    (notice("postmaster@x.example", "Teslim edilemedi: Garanti", """
        İletiniz mia@x.example adresine teslim edilemedi. Girdiğiniz e-posta adresi bulunamadı.
    """), None, "unknown_user"),
    (notice("postmaster@x.example", "Unzustellbar: Garantie", """
        Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Verteilerlisten:
        mia@x.example
        Die eingegebene E-Mail-Adresse wurde nicht gefunden.
    """), None, "unknown_user"),
    (notice("postmaster@x.example", "Non remis : Garantie", """
        Échec de la remise à ces destinataires ou groupes : mia@x.example
        La boîte aux lettres est pleine.
    """), None, "mailbox_full"),
    (notice("postmaster@x.example", "No se puede entregar: Garantía", """
        No se pudo entregar a estos destinatarios: mia@x.example
        No se encontró la dirección; el destinatario no existe.
    """), None, "unknown_user"),
    (notice("postmaster@x.example", "Non recapitabile: Garanzia", """
        Impossibile recapitare a questi destinatari: mia@x.example
        L'indirizzo non esiste.
    """), None, "unknown_user"),
    (notice("postmaster@x.example", "Falha na entrega: Garantia", """
        A mensagem não foi entregue a mia@x.example: a caixa de correio está cheia.
    """), None, "mailbox_full"),
    (notice("postmaster@x.example", "Onbestelbaar: Garantie", """
        Uw bericht aan mia@x.example kon niet worden bezorgd: het adres bestaat niet.
    """), None, "unknown_user"),
    (notice("postmaster@x.example", "Nie można dostarczyć: Gwarancja", """
        Wiadomość do mia@x.example nie została dostarczona: skrzynka jest pełna.
    """), None, "mailbox_full"),
    (notice("mailer-daemon@yandex.ru", "Недоставленное сообщение", """
        Это письмо отправлено почтовым сервером yandex.ru.
        К сожалению, мы вынуждены сообщить Вам о том, что Ваше письмо не может быть отправлено
        одному или нескольким адресатам.

        <mia@x.example>: host mx.x.example[192.0.2.7] said: 550 5.1.1 User unknown
    """), "5.1.1", "unknown_user"),
    (notice("mailer-daemon@corp.mail.ru", "Mail delivery failed: returning message to sender", """
        Это письмо создано автоматически сервером Mail.Ru, отвечать на него не нужно.
        К сожалению, Ваше письмо не может быть доставлено одному или нескольким получателям:

        mia@x.example
          пользователь не найден (user not found)
    """, "X-Failed-Recipients: mia@x.example"), None, "unknown_user"),
    (notice("postmaster@x.example", "تعذر التسليم: الضمان", """
        تعذر تسليم رسالتك إلى mia@x.example
        صندوق البريد ممتلئ
    """), None, "mailbox_full"),
    (notice("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)", """
        ** Address not found **

        Your message wasn't delivered to mia@x.example because the address couldn't be found.

        The response was:
        550 5.1.1 The email account that you tried to reach does not exist.
    """), "5.1.1", "unknown_user"),
    (notice("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)", """
        ** Message blocked **

        Your message to mia@x.example has been blocked. See technical details below.

        550 5.7.1 [192.0.2.1] Our system has detected that this message is likely unsolicited mail.
    """), "5.7.1", "blocked"),
    (notice("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)", """
        ** Recipient inbox full **

        Your message couldn't be delivered to mia@x.example. Their inbox is full.
    """), None, "mailbox_full"),
    (notice("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Failure)", """
        ** Adres bulunamadı **

        İletiniz mia@x.example adresine teslim edilmedi çünkü adres bulunamadı veya posta alamıyor.
    """), None, "unknown_user"),
    (notice("MAILER-DAEMON@x.example", "DELIVERY FAILURE: User mia not listed in Domino Directory", """
        Your message

          Subject: Garanti

        was not delivered to:

          mia@x.example

        because:

          User mia (mia@x.example) not listed in Domino Directory
    """), None, "unknown_user"),
    (notice("MDaemon at x.example <MDaemon@x.example>", "Warning: mia@x.example - User unknown!", """
        The following data may contain sensitive information.
        The attached message had PERMANENT fatal delivery errors!

        Session Transcript
        <-- 550 5.1.1 <mia@x.example>, Recipient unknown
    """), "5.1.1", "unknown_user"),
    (notice("Barracuda <noreply@barracuda.example>", "**Message you sent blocked by our bulk email filter**", """
        Your message to: mia@x.example
        was blocked by our Spam Firewall. The email you sent with the following subject has NOT BEEN DELIVERED:

        Subject: Garanti
    """, "Auto-Submitted: auto-generated"), None, "blocked"),
    (notice("mailer-daemon@mail.zoho.example", "Undelivered Mail Returned to Sender", """
        This message was created automatically by mail delivery software.
        A message that you sent could not be delivered to one or more of its recipients.

        mia@x.example, ERROR CODE :550 - Mailbox does not exist
    """), None, "unknown_user"),
    (notice("Mimecast Postmaster <postmaster@x.example>", "[Postmaster] Email Delivery Failure", """
        Your email was not delivered to mia@x.example. Rejected by policy: 550 Administrative prohibition
    """), None, "blocked"),
    (notice("MAILER-DAEMON@amazonses.com", "Delivery Status Notification (Failure)", """
        An error occurred while trying to deliver the mail to the following recipients:
        mia@x.example
    """), None, "other"),
    (notice("postmaster@x.example", "Delivery failure (mia@x.example)", """
        Message was not delivered to the following recipient: mia@x.example
        Reason: message size exceeds the maximum allowed
    """), None, "too_big"),
    (notice("Symantec_AntiVirus_for_SMTP_Gateways@x.example", "Delivery failure notification", """
        Your message with Subject: Garanti could not be delivered to the following recipients:

        mia@x.example
    """), None, "other"),
    (mail("Return-Path: <>\nFrom: support@hosting.example\nSubject: Mail not delivered\nContent-Type: text/html", """
        <html><body><h2>Your message could not be delivered</h2><p>Recipient: &lt;mia@x.example&gt;<br>
        Reason: 550 no such user here</p></body></html>
    """), None, "unknown_user"),
    (report("Return-Path: <>\nFrom: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail Returned to Sender",
            "The mail could not be delivered.", "Reporting-MTA: dns; mx.example"), None, "other"),
    (notice("MAILER-DAEMON@mx.example", "Undelivered Mail Returned to Sender", """
        The mail could not be delivered; the parts of this report were lost on the way.

        Final-Recipient: rfc822; mia@x.example
        Action: failed
        Status: 5.1.1
    """, "Return-Path: <>"), "5.1.1", "unknown_user"),
]  # fmt: skip


def kind_of(body: bytes) -> Kind:
    return classify(read(body))


@pytest.mark.parametrize(("body", "status", "reason"), NOTICES)
def test_a_notice_tells_whom_it_did_not_reach_and_why(body: bytes, status: str | None, reason: str) -> None:
    kind = kind_of(body)
    assert (kind.kind, kind.suppress_auto_reply) == ("bounce", True)
    assert [(each.email, each.status, each.reason) for each in kind.recipients] == [("mia@x.example", status, reason)]


SHORT = [
    (
        "From: postmaster@outlook.com\nSubject: Undeliverable: Order",
        "Your message to mia@x.example couldn't be delivered.\nmia wasn't found at x.example.",
    ),
    (
        "From: Mail Delivery Subsystem <mailer-daemon@x.example>\nSubject: Mail delivery failed",
        "mia@x.example: mailbox is full",
    ),
    (
        "From: mailer-daemon@googlemail.com\nSubject: Bildirim: Teslimat başarısız",
        "mia@x.example adresine teslim edilemedi",
    ),
    (
        "From: MAILER-DAEMON@x.example\nSubject: ***UNCHECKED*** Undelivered Mail Returned to Sender",
        "<mia@x.example>: no",
    ),
    ("From: postmaster@x.example\nSubject: Считан: не доставлено", "Сообщение не доставлено mia@x.example"),
    (
        "Return-Path: <>\nFrom: Mail <mail@x.example>\nSubject: Rejected: Order",
        "Your mail to <mia@x.example> was rejected: 550 5.7.1 spam",
    ),
    (
        "From: Postmaster <postmaster@x.example>\nSubject: Mail System Error - Returned Mail",
        "Unknown user: mia@x.example",
    ),
    (
        "From: Antispam Gateway <antispam@x.example>\nReturn-Path: <>\nSubject: Considered UNSOLICITED BULK "
        "EMAIL, apparently from you",
        "Your message to <mia@x.example> was blocked. 554 5.7.0 Reject",
    ),
    (
        "From: Microsoft Exchange <postmaster@x.example>\nSubject: Delivery Delayed: Order",
        "Delivery to these recipients has been delayed: mia@x.example",
    ),
    ("From: MAILER-DAEMON@x.example\nSubject: Entrega fallida", "No existe mia@x.example"),
    (
        "From: mailer-daemon@amazonses.com\nSubject: Delivery Status Notification (Failure)",
        "The following message to <mia@x.example> was undeliverable.\nThe reason for the problem:\n5.1.0 - "
        "Unknown address error 550-'5.1.1 user unknown'",
    ),
    (
        "From: MAILER-DAEMON@mx.example\nSubject: Undeliverable: Order",
        "The user(s) account is disabled.\n\n<mia@x.example>: 550 5.2.1 Mailbox unavailable",
    ),
    (
        "From: Mail Delivery Service <mailerdaemon@x.example>\nSubject: Delivery Status Notification",
        "- These recipients of your message have been processed by the mail server:\nmia@x.example; Failed; "
        "5.1.1 (bad destination mailbox address)",
    ),
    (
        "From: postmaster@x.example\nSubject: NDN: Order",
        "Sorry. Your message could not be delivered to:\n\nmia,x (The name was not found at the remote "
        "site.) mia@x.example",
    ),
    (
        "From: Mail Administrator <Postmaster@x.example>\nSubject: Mail System Error - Returned Mail",
        "This Message was undeliverable due to the following reason:\n\nEach of the following recipients was "
        "rejected by a remote mail server.\n\n    Recipient: <mia@x.example>\n    Reason:    5.1.1 "
        "<mia@x.example>... User unknown",
    ),
    (
        "From: MAILER-DAEMON@x.example\nReturn-Path: <>\nSubject: Posta teslim hatası",
        "<mia@x.example>: kullanıcı bulunamadı",
    ),
    (
        "From: postmaster@x.example\nX-MS-Exchange-Message-Is-Ndr:\nSubject: Undeliverable: Out of office: Order",
        "Your message to mia@x.example couldn't be delivered.",
    ),
    (
        "From: no-reply@x.example\nSubject: Undelivered Mail\nAuto-Submitted: auto-replied",
        "Your message could not be delivered to mia@x.example: 550 no such user",
    ),
    ("From: MDaemon@x.example\nSubject: Permanent Delivery Failure", "mia@x.example - no such user here"),
]


@pytest.mark.parametrize(("head", "text"), SHORT)
def test_a_bounce_of_a_few_words_tells_whom_it_did_not_reach(head: str, text: str) -> None:
    kind = kind_of(mail(head, text))
    assert (kind.kind, [each.email for each in kind.recipients]) == ("bounce", ["mia@x.example"])


def test_a_notice_of_two_gives_each_its_own_reason() -> None:
    text = """
        This is the mail system at host mx.example.

        <mia@x.example>: host mx.x.example said: 550 5.1.1 User unknown

        <bo@x.example>: host mx.x.example said: 452 4.2.2 Mailbox full
    """
    kind = kind_of(notice("MAILER-DAEMON@mx.example", "Undelivered Mail Returned to Sender", text))
    assert [(each.email, each.permanent, each.reason) for each in kind.recipients] == [
        ("mia@x.example", True, "unknown_user"),
        ("bo@x.example", False, "mailbox_full"),
    ]


def test_a_recipient_in_the_returned_mail_only_is_found() -> None:
    text = "This is a permanent error.\n\n--- Original message ---\nTo: Mia <mia@x.example>\nSubject: Garanti"
    kind = kind_of(notice("MAILER-DAEMON@mx.example", "Mail delivery failed", text))
    assert [each.email for each in kind.recipients] == ["mia@x.example"]
