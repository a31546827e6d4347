"""The desk's own mail to its agents: one server, set by the operator."""

from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid

from aiosmtplib import SMTP, SMTPException

from omnidesk.clock import Clock
from omnidesk.settings import Mail

_PATIENCE = 30.0


class NotMailed(Exception):
    """The server is away or did not take it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail, as text and as HTML. `leave`: where one gets no more of them."""

    subject: str
    text: str
    html: str
    leave: str


class Mailer:
    """Sends letters of the desk."""

    def __init__(self, settings: Mail, now: Clock) -> None:
        self._settings = settings
        self._now = now

    @property
    def is_set_up(self) -> bool:
        """Whether there is a server."""
        return bool(self._settings.host)

    async def send(self, to: str, letter: Letter) -> None:
        """Send one letter. Raises NotMailed."""
        how = self._settings
        server = SMTP(
            hostname=how.host, port=how.port, timeout=_PATIENCE,
            use_tls=how.tls == "tls", start_tls=how.tls == "starttls",
        )  # fmt: skip
        try:
            async with server:
                if how.user:
                    await server.login(how.user, how.password.get_secret_value())
                await server.send_message(self._mail(to, letter), sender=how.sender, recipients=[to])
        except (SMTPException, OSError) as error:
            raise NotMailed(str(error)) from error

    def _mail(self, to: str, letter: Letter) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = formataddr(("Omnidesk", self._settings.sender))
        mail["To"] = to
        mail["Subject"] = " ".join(letter.subject.split())
        mail["Date"] = format_datetime(self._now())
        mail["Message-ID"] = make_msgid(domain=self._settings.sender.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence notice answers it
        mail["List-Unsubscribe"] = f"<{letter.leave}>"
        mail.set_content(letter.text)
        mail.add_alternative(letter.html, subtype="html")
        return mail
