"""A desk with a number at Twilio: the real application, served on loopback behind a public URL, and the stand-in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omnidesk.desk.configuration import InboxEntry
from tests.channels.hosted import hosted_desk
from tests.channels.twilio_stand_in import ACCOUNT, DESK_NUMBER, TOKEN, Twilio
from tests.office import Office


@dataclass(frozen=True)
class SmsDesk:
    """The office, and Twilio on the other side."""

    office: Office
    twilio: Twilio

    async def hear(self, text: str, **said: Any) -> None:
        """Mia writes an SMS, and all that follows is done."""
        await self.twilio.say(text, **said)
        await self.office.work()

    @property
    def phone(self) -> list[str]:
        """What Mia's phone shows."""
        return [taken.body for taken in self.twilio.taken]


def line(twilio: Twilio, **changed: Any) -> InboxEntry:
    """The inbox of the number."""
    settings = {"account_sid": ACCOUNT, "auth_token": TOKEN, "from_number": DESK_NUMBER, "api_base": twilio.url}
    entry = {"slug": "line", "channel": "sms", "name": "Line", "team": "support", "settings": settings}
    return InboxEntry.model_validate(entry | changed)


@asynccontextmanager
async def sms_desk(
    url: str, folder: Path, *, desk: Mapping[str, Any] | None = None, **inbox: Any
) -> AsyncIterator[SmsDesk]:
    """A desk (see `hosted_desk`) with the number."""
    async with Twilio().serving() as twilio:
        how = {"public_url": twilio.public_url, **(desk or {})}
        async with hosted_desk(url, folder, line(twilio, **inbox), **how) as (office, served):
            twilio.desk_url = served
            yield SmsDesk(office, twilio)
