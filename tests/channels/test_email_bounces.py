"""Mails that came back, as the servers and providers of the world write them."""

import pytest

from channels.email.mime.structure import read
from channels.email.sorting.kinds import Kind, classify
from tests.channels.mails import notice, report

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
    notice("gateway@x.example", "Delivery failure notification", """
        Your mail could not be delivered to the following recipients: mia@x.example
        Delivery attempts will continue to be made for 5 days.
    """, "Return-Path: <>"),
    notice("postmaster@x.example", "İleti teslimi gecikti: Garanti", """
        Aşağıdaki alıcıya teslimat gecikti: mia@x.example
        İleti tekrar denenecek; yeniden göndermeniz gerekmez.
    """),
]  # fmt: skip


def kind_of(body: bytes) -> Kind:
    return classify(read(body))


@pytest.mark.parametrize(("body", "status", "reason"), REPORTS)
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


def test_a_report_without_a_reason_is_explained_by_its_notice() -> None:
    fields = "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; mia@x.example\nAction: failed\nStatus: 5.0.0"
    body = report(f"{DAEMON}\nSubject: Undeliverable", "<mia@x.example>: account is full (quota exceeded)", fields)
    assert [(each.permanent, each.reason) for each in kind_of(body).recipients] == [(True, "mailbox_full")]


def test_a_report_that_a_filter_has_wrapped_is_read() -> None:
    wrapped = dsn("Undelivered", "5.1.1", "smtp; 550 5.1.1 unknown user").decode()
    head = f"{DAEMON}\nContent-Type: multipart/mixed; boundary=w\n\n--w\nContent-Type: message/rfc822\n"
    body = f"{head}\n{wrapped}\n--w--\n"
    assert [(each.email, each.status) for each in kind_of(body.encode()).recipients] == [("mia@x.example", "5.1.1")]


def test_words_glued_to_an_address_are_no_part_of_it() -> None:
    text = "Delivery has failed to these recipients:\n[mia@x.example]: 550 mia@x.example...User account is overquota"
    kind = kind_of(notice("MAILER-DAEMON <mailer-daemon@x.example>", "Undeliverable: Garanti", text))
    assert [(each.email, each.reason) for each in kind.recipients] == [("mia@x.example", "mailbox_full")]
