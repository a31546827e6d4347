"""Access tokens for a mailbox (RFC 6749 §6): refreshed when they end, and never told to anybody."""

import asyncio
import hashlib
import json
import time
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout
from pydantic import BaseModel, ValidationError

from channels.email.receiving.imap_connection import LoginRefused
from channels.email.settings import OAuthSettings
from omnidesk.contract.channel import ChannelError, Memory

_MEMORY = "imap.oauth"
_EARLY_SECONDS = 120
"""A token that ends so soon is not used any more."""
_ANSWER = ClientTimeout(total=30)


class _Granted(BaseModel):
    """What a token server answers."""

    access_token: str = ""
    expires_in: float = 0
    refresh_token: str = ""
    error: str = ""


class Tokens:
    """The tokens of one mailbox: in the desk's memory where there is one, else for as long as this object lives."""

    def __init__(self, settings: OAuthSettings, http: ClientSession | None) -> None:
        self._settings = settings
        self._http = http
        self._kept: dict[str, Any] = {}
        self._lock = asyncio.Lock()

    async def access_token(self, memory: Memory | None = None, *, fresh: bool = False) -> str:
        """A token to log in with; `fresh` = a new one. Raises ChannelError, LoginRefused when there is none for us."""
        async with self._lock:  # a refresh token may be good for one time only
            before = await memory.get(_MEMORY) if memory is not None else None
            kept = self._newest(before)
            if fresh or kept.get("expires_at", 0) < time.time() + _EARLY_SECONDS:
                kept = await self._refresh(kept.get("refresh_token") or self._configured)
            self._kept = kept
            if memory is not None and (text := json.dumps(kept)) != before:
                await memory.put(_MEMORY, text)
            return str(kept["access_token"])

    @property
    def _configured(self) -> str:
        return self._settings.refresh_token.get_secret_value()

    @property
    def _origin(self) -> str:
        """Which refresh token the kept ones descend from: when the operator sets another, they are void."""
        return hashlib.sha256(self._configured.encode()).hexdigest()

    def _newest(self, remembered: str | None) -> dict[str, Any]:
        """What the desk's memory has, or what we got since without it."""
        found = [kept for kept in (self._kept, json.loads(remembered or "{}")) if kept.get("origin") == self._origin]
        return max(found, key=lambda kept: kept["expires_at"], default={})

    async def _refresh(self, refresh_token: str) -> dict[str, Any]:
        granted = await self._ask(refresh_token)
        return {
            "origin": self._origin,
            "access_token": granted.access_token,
            "expires_at": time.time() + granted.expires_in,
            "refresh_token": granted.refresh_token or refresh_token,
        }

    async def _ask(self, refresh_token: str) -> _Granted:
        if self._http is None:
            raise ChannelError("there is no connection to the token server", permanent=True)
        url = self._settings.token_url
        try:
            async with self._http.post(url, data=self._form(refresh_token), timeout=_ANSWER) as response:
                granted = _Granted.model_validate_json(await response.read())
        except (ClientError, TimeoutError, ValidationError) as error:
            raise ChannelError(f"{url} gives no token: {type(error).__name__}") from None
        if granted.error == "invalid_grant":
            raise LoginRefused(f"{url} doesn't take the refresh token any more")
        if not granted.access_token:
            raise ChannelError(f"{url} gives no token: {granted.error or response.status}")
        return granted

    def _form(self, refresh_token: str) -> dict[str, str]:
        settings = self._settings
        form = {"grant_type": "refresh_token", "client_id": settings.client_id, "refresh_token": refresh_token}
        if settings.client_secret:
            form["client_secret"] = settings.client_secret.get_secret_value()
        if settings.scope:
            form["scope"] = settings.scope
        return form
