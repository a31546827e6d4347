"""Mails for tests, written short: header lines and text in, bytes out."""

import re
from textwrap import dedent
from typing import Any

from channels.email.adapter import EmailChannel
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Channel, Inbound, RawMessage

US = "destek@omnidesk.example"


def said(channel: Channel, raw: RawMessage) -> Inbound:
    """The one message in a mail."""
    (inbound,) = [item for item in channel.parse(raw) if isinstance(item, Inbound)]
    return inbound


def understand(body: bytes, **envelope: Any) -> Inbound:
    """The one message in a mail to us, with this envelope."""
    channel = EmailChannel(EmailSettings(address=US))
    return said(channel, RawMessage("id", "sender", body, envelope))


def mail(head: str, text: str = "Merhaba", *, sender: str = "Mia <mia@x.example>") -> bytes:
    """A mail to us; the lines of `head` come after From and To, and may bring another From."""
    lines = dedent(head).strip("\n")
    origin = "" if re.search(r"(?im)^from:", lines) else f"From: {sender}\n"
    kind = "" if re.search(r"(?im)^content-type:", lines) else "Content-Type: text/plain; charset=utf-8\n"
    return f"{origin}To: {US}\n{kind}{lines}\n\n{dedent(text).strip()}\n".encode()


def report(head: str, text: str, fields: str, *, kind: str = "delivery-status", returned: str = "") -> bytes:
    """A multipart/report (RFC 6522) of three parts."""
    lines = [
        dedent(head).strip("\n"),
        f"To: {US}",
        f'Content-Type: multipart/report; report-type={kind}; boundary="b"',
        "",
        "--b\nContent-Type: text/plain; charset=utf-8\n",
        dedent(text).strip(),
        f"--b\nContent-Type: message/{kind}\n",
        dedent(fields).strip(),
        "--b\nContent-Type: message/rfc822\n",
        dedent(returned).strip() or f"From: {US}\nTo: mia@x.example\nMessage-ID: <1@omnidesk.example>\n\nMerhaba",
        "--b--\n",
    ]
    return "\n".join(lines).encode()


def notice(sender: str, subject: str, text: str, *more: str) -> bytes:
    """A bounce that is only text."""
    return mail("\n".join([f"From: {sender}", f"Subject: {subject}", *more]), text)
