"""Mails that came back, as the servers and providers of the world write them."""

import pytest

from channels.email.kinds import Kind, classify
from channels.email.structure import read
from tests.channels.mails import mail, report

DAEMON = "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\nAuto-Submitted: auto-replied"


def dsn(subject: str, status: str, words: str, *, head: str = DAEMON, action: str = "failed") -> bytes:
    """A report about Mia."""
    fields = f"""
        Reporting-MTA: dns; mx.example

        Final-Recipient: rfc822; mia@x.example
        Action: {action}
        Status: {status}
        Diagnostic-Code: {words}
    """
    return report(f"{head}\nSubject: {subject}", f"Your mail to mia@x.example: {words}", fields)


def notice(sender: str, subject: str, text: str, *more: str) -> bytes:
    """A bounce that is only text."""
    return mail("\n".join([f"From: {sender}", f"Subject: {subject}", *more]), text)


EXCHANGE = "From: Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@x.example>"
M365 = (
    "From: <postmaster@x.example>\nX-MS-Exchange-Message-Is-Ndr:\nContent-Language: en-US\nAuto-Submitted: auto-replied"
)
GMAIL = (
    "Return-Path: <>\nFrom: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\n"
    "Auto-Submitted: auto-replied\nX-Failed-Recipients: mia@x.example"
)

REPORTS: list[tuple[bytes, str | None, str]] = [
    # Postfix, Sendmail, Exim, OpenSMTPD, Courier
    (dsn("Undelivered Mail Returned to Sender", "5.1.1", "smtp; 550 5.1.1 User unknown"), "5.1.1", "unknown_user"),
    (dsn("Undelivered Mail Returned to Sender", "5.4.4", "X-Postfix; Host or domain name not found. Name service error "
         "for name=x.example type=AAAA: Host not found"), "5.4.4", "unknown_host"),
    (dsn("Undelivered Mail Returned to Sender", "5.2.2", "x-unix; quota exceeded"), "5.2.2", "mailbox_full"),
    (dsn("Undelivered Mail Returned to Sender", "5.7.1", "smtp; 554 5.7.1 Relay access denied"), "5.7.1", "blocked"),
    (dsn("Undelivered Mail Returned to Sender", "5.3.4", "smtp; 552 5.3.4 Message too big"), "5.3.4", "too_big"),
    (dsn("Undelivered Mail Returned to Sender", "4.4.1", "X-Postfix; connect to x.example: Connection timed out"),
     "4.4.1", "temporary"),
    (dsn("Returned mail: see transcript for details", "5.1.1", "SMTP; 550 5.1.1 <mia@x.example>... User unknown"),
     "5.1.1", "unknown_user"),
    (dsn("Returned mail: Cannot send message for 5 days", "4.4.7", "SMTP; 450 try later"), "4.4.7", "temporary"),
    (dsn("Mail delivery failed: returning message to sender", "5.0.0", "smtp; 550 Unrouteable address"),
     "5.0.0", "unknown_user"),
    (dsn("Mail delivery failed: returning message to sender", "5.0.0", "smtp; 554 5.7.1 spam message rejected"),
     "5.0.0", "blocked"),
    (dsn("Delivery status notification: failed", "5.0.0", "smtp; 550 5.1.1 no such mailbox"), "5.0.0", "unknown_user"),
    # Gmail, Yahoo, Yandex, Mail.ru, iCloud, Zoho, Amazon SES, Mimecast, Barracuda, Proofpoint, Fastmail, GMX
    (dsn("Delivery Status Notification (Failure)", "5.1.1", "smtp; 550-5.1.1 The email account that you tried to reach "
         "does not exist.", head=GMAIL), "5.1.1", "unknown_user"),
    (dsn("Delivery Status Notification (Failure)", "5.0.0", "smtp; The recipient server did not accept our requests to "
         "connect. DNS Error: DNS type 'mx' lookup of x.example responded with code NXDOMAIN", head=GMAIL),
     "5.0.0", "unknown_host"),
    (dsn("Delivery Status Notification (Failure)", "5.7.0", "smtp; Message rejected. See https://support.google.example",
         head=GMAIL), "5.7.0", "blocked"),
    (dsn("Delivery Status Notification (Failure)", "4.2.2", "smtp; 452-4.2.2 The recipient's inbox is out of storage",
         head=GMAIL), "4.2.2", "mailbox_full"),
    (dsn("Failure Notice", "5.0.0", "smtp; 554 delivery error: dd This user doesn't have a yahoo.com account",
         head="From: <MAILER-DAEMON@yahoo.com>"), "5.0.0", "unknown_user"),
    (dsn("Failure Notice", "5.7.9", "smtp; 554 5.7.9 Message not accepted for policy reasons",
         head="From: <mailer-daemon@yahoo.com>"), "5.7.9", "blocked"),
    (dsn("Недоставленное сообщение", "5.7.1", "smtp; 550 5.7.1 No such user!",
         head="From: mailer-daemon@yandex.ru\nAuto-Submitted: auto-replied"), "5.7.1", "unknown_user"),
    (dsn("Mail delivery failed", "5.2.2", "smtp; 552 5.2.2 Mailbox size limit exceeded",
         head="From: mailer-daemon@corp.mail.ru"), "5.2.2", "mailbox_full"),
    (dsn("Undelivered Mail Returned to Sender", "5.1.6", "smtp; 550 5.1.6 recipient no longer on server",
         head="From: MAILER-DAEMON@icloud.example"), "5.1.6", "unknown_user"),
    (dsn("Undelivered Mail Returned to Sender", "550", "ERROR_CODE :550, ERROR_CODE :5.1.1 does not exist",
         head="From: mailer-daemon@mail.zoho.example"), "5.1.1", "unknown_user"),
    (dsn("Delivery Status Notification (Failure)", "5.1.1", "smtp; 550 5.1.1 user unknown",
         head="From: MAILER-DAEMON@amazonses.com"), "5.1.1", "unknown_user"),
    (dsn("[Postmaster] Email Delivery Failure", "5.0.0", "smtp; 550 Rejected by header based manually Blocked Senders",
         head="From: Postmaster <postmaster@mimecast.example>"), "5.0.0", "blocked"),
    (dsn("**Message you sent blocked by our bulk email filter**", "5.7.1", "smtp; 554 5.7.1 blocked for spam content",
         head="From: <postmaster@barracuda.example>"), "5.7.1", "blocked"),
    (dsn("Mail delivery failed: returning message to sender", "5.1.1", "smtp; 550 5.1.1 mailbox unavailable",
         head="From: GMX Mailer Daemon <mailer-daemon@gmx.example>"), "5.1.1", "unknown_user"),
    # Exchange and Microsoft 365, in many languages
    (dsn("Undeliverable: Garanti", "5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", head=M365),
     "5.1.10", "unknown_user"),
    (dsn("Undeliverable: Garanti", "5.2.2", "smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceeded",
         head=EXCHANGE), "5.2.2", "mailbox_full"),
    (dsn("Undeliverable: Garanti", "5.2.3", "smtp;550 5.2.3 RESOLVER.RST.RecipSizeLimit; too large", head=EXCHANGE),
     "5.2.3", "too_big"),
    (dsn("Teslim Edilemedi: Garanti", "5.1.1", "smtp;550 5.1.1 RESOLVER.ADR.ExRecipNotFound", head=M365),
     "5.1.1", "unknown_user"),
    (dsn("Unzustellbar: Garantie", "5.4.4", "smtp;550 5.4.4 SMTPSEND.DNS.NonExistentDomain", head=EXCHANGE),
     "5.4.4", "unknown_host"),
    (dsn("Non remis : Garantie", "5.7.124", "smtp;550 5.7.124 RESOLVER.RST.SenderNotInAllowedSendersList", head=M365),
     "5.7.124", "blocked"),
    (dsn("No se puede entregar: Garantía", "5.4.1", "smtp;550 5.4.1 address rejected: Access denied", head=M365),
     "5.4.1", "unknown_user"),
    (dsn("Non recapitabile: Garanzia", "5.7.1", "smtp;550 5.7.1 Client host rejected: Access denied", head=EXCHANGE),
     "5.7.1", "blocked"),
    (dsn("Não é possível entregar: Garantia", "5.0.350", "smtp;550 5.0.350 Remote server returned an error -> 550 User "
         "unknown", head=M365), "5.0.350", "unknown_user"),
    (dsn("Onbestelbaar: Garantie", "5.1.1", "smtp;550 5.1.1 User unknown", head=EXCHANGE), "5.1.1", "unknown_user"),
    (dsn("Niedostarczalna: Gwarancja", "5.2.2", "smtp;554 5.2.2 mailbox full", head=EXCHANGE), "5.2.2", "mailbox_full"),
    (dsn("Не удается доставить: Гарантия", "5.1.1", "smtp;550 5.1.1 User unknown", head=EXCHANGE),
     "5.1.1", "unknown_user"),
    (dsn("تعذر التسليم: الضمان", "5.1.1", "smtp;550 5.1.1 User unknown", head=EXCHANGE), "5.1.1", "unknown_user"),
    # Lotus Notes, GroupWise, MDaemon, Kerio, IronPort
    (dsn("DELIVERY FAILURE: User mia (mia@x.example) not listed in Domino Directory", "5.0.0",
         "X-Notes; User mia (mia@x.example) not listed in Domino Directory", head="From: Postmaster@x.example"),
     "5.0.0", "unknown_user"),
    (dsn("Message status - undeliverable", "5.0.0", "smtp; 550 Unknown user", head="From: postmaster@x.example"),
     "5.0.0", "unknown_user"),
    (dsn("Permanent Delivery Failure", "5.1.1", "smtp; 550 5.1.1 Recipient unknown", head="From: MDaemon@x.example"),
     "5.1.1", "unknown_user"),
    (dsn("Delivery Status Notification (Failure)", "5.1.0", "smtp; 550 #5.1.0 Address rejected.",
         head="From: Mail Delivery System <MAILER-DAEMON@ironport.example>"), "5.1.0", "blocked"),
]  # fmt: skip

DELAYS = [
    dsn("Delayed Mail (still being retried)", "4.4.1", "X-Postfix; connection timed out", action="delayed"),
    dsn("Delivery Status Notification (Delay)", "4.4.2", "smtp; 451 4.4.2 timeout", head=GMAIL, action="delayed"),
    dsn("Delivery delayed: Garanti", "4.4.7", "smtp;400 4.4.7 Message delayed", head=EXCHANGE, action="delayed"),
    dsn("Teslim Gecikti: Garanti", "4.4.7", "smtp;400 4.4.7 Message delayed", head=EXCHANGE, action="delayed"),
    dsn("Warning: could not send message for past 4 hours", "4.0.0", "", action="delayed"),
    notice("Mail Delivery System <Mailer-Daemon@mx.example>", "Warning: message 1rAbCd-0001-XY delayed 24 hours", """
        This message was created automatically by mail delivery software.
        A message that you sent has not yet been delivered to one or more of its recipients after more than 24 hours
        on the queue on mx.example.

        The address to which the message has not yet been delivered is:

          mia@x.example
            Delay reason: Connection timed out

        No action is required on your part. Delivery attempts will continue for some time.
    """, "Auto-Submitted: auto-replied", "X-Failed-Recipients: mia@x.example"),
    notice("Mail Delivery Subsystem <mailer-daemon@googlemail.com>", "Delivery Status Notification (Delay)", """
        This is an automatically generated Delivery Status Notification

        THIS IS A WARNING MESSAGE ONLY.

        YOU DO NOT NEED TO RESEND YOUR MESSAGE.

        Delivery to the following recipient has been delayed:

             mia@x.example

        Message will be retried for 2 more day(s)
    """),
    notice("postmaster@x.example", "İleti teslimi gecikti: Garanti", """
        Aşağıdaki alıcıya teslimat gecikti: mia@x.example
        İleti tekrar denenecek; yeniden göndermeniz gerekmez.
    """),
]  # fmt: skip

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


@pytest.mark.parametrize(("body", "status", "reason"), REPORTS + NOTICES)
def test_a_bounce_tells_whom_it_did_not_reach_and_why(body: bytes, status: str | None, reason: str) -> None:
    kind = kind_of(body)
    assert (kind.kind, kind.suppress_auto_reply) == ("bounce", True)
    assert [(each.email, each.status, each.reason) for each in kind.recipients] == [("mia@x.example", status, reason)]


@pytest.mark.parametrize("body", DELAYS)
def test_a_delay_is_a_bounce_that_is_not_permanent(body: bytes) -> None:
    kind = kind_of(body)
    assert kind.kind == "bounce"
    assert [(each.email, each.permanent, each.reason) for each in kind.recipients] == [
        ("mia@x.example", False, "temporary")
    ]


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
