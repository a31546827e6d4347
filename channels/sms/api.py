"""Twilio's REST API (https://www.twilio.com/docs/messaging/api), as far as an inbox needs it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from aiohttp import ClientError, ClientResponse, ClientSession, encode_basic_auth
from pydantic import BaseModel, ValidationError

from channels.sms.refusals import failure, reason
from channels.sms.settings import SmsSettings
from omnidesk.contract.channel import ChannelError

_LARGEST_MEDIUM = 16 * 1024 * 1024
_CHUNK = 64 * 1024
_OUR_SETTINGS = frozenset({401, 403, 404})
"""Refusals that speak of our account and not of the message, which goes out once that is mended."""
_LATER = frozenset({408, 429})


class Refusal(BaseModel):
    """What Twilio says when it refuses."""

    code: int = 0


class Api:
    """The account of one inbox. What goes wrong is a `ChannelError` without a word of the message."""

    def __init__(self, settings: SmsSettings, http: ClientSession | None) -> None:
        self._http = http
        self._base = settings.api_base
        self._account = f"{settings.api_base}/2010-04-01/Accounts/{settings.account_sid}"
        login = encode_basic_auth(settings.account_sid, settings.auth_token.get_secret_value())
        self._headers = {"Authorization": login}

    async def send(self, message: Mapping[str, str]) -> None:
        """Make a message."""
        async with self._asking("POST", f"{self._account}/Messages.json", message) as answer:
            await answer.read()

    async def account(self) -> None:
        """See that the account is there for us."""
        async with self._asking("GET", f"{self._account}.json") as answer:
            await answer.read()

    async def medium(self, url: str) -> bytes:
        """A file of a message. Only the API is asked, or a made-up address could lead us into our own network."""
        if not url.startswith(f"{self._base}/"):
            raise ChannelError("this file is not at Twilio", permanent=True)
        content = bytearray()
        async with self._asking("GET", url) as answer:
            async for chunk in answer.content.iter_chunked(_CHUNK):
                content += chunk
                if len(content) > _LARGEST_MEDIUM:
                    raise ChannelError(f"this file is larger than {_LARGEST_MEDIUM} bytes", permanent=True)
        return bytes(content)

    @asynccontextmanager
    async def _asking(
        self, method: str, url: str, message: Mapping[str, str] | None = None
    ) -> AsyncIterator[ClientResponse]:
        """Ask, and give the answer if it is a yes.

        Only reading follows redirects: media lie on other hosts of Twilio's, to which aiohttp doesn't give our login.
        """
        if self._http is None:
            raise ChannelError("there is no connection to Twilio", permanent=True)
        follow = method == "GET"
        try:
            async with self._http.request(
                method, url, data=message, headers=self._headers, allow_redirects=follow
            ) as answer:
                if answer.status >= 300:
                    raise await _refusal(answer)
                yield answer
        except (ClientError, TimeoutError) as error:
            raise ChannelError(f"Twilio can't be reached: {type(error).__name__}") from error


async def _refusal(answer: ClientResponse) -> ChannelError:
    if answer.status in _OUR_SETTINGS:
        return ChannelError(f"Twilio answered {answer.status}: look at account_sid, auth_token and api_base")
    if answer.status in _LATER or not 400 <= answer.status < 500:
        return ChannelError(f"Twilio answered {answer.status}")
    try:
        code = Refusal.model_validate_json(await answer.read()).code
    except ValidationError:
        code = 0
    return ChannelError(reason(code), permanent=True, failure=failure(code))
