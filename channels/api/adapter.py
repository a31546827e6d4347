"""The API channel: messages come by the desk's JSON API; ours are posted, signed, to the app's own address."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from aiohttp import ClientError

from channels.api.parse import parse
from channels.api.settings import ApiSettings
from channels.api.signature import signed_headers
from omnidesk.contract.channel import Capabilities, Channel, ChannelError, Inbound, Outbound, RawMessage

_NEVER = frozenset({400, 410, 413, 415, 422})
"""Answers that speak of this message: another try gets the same."""


class ApiChannel(Channel):
    """An app that speaks for its users."""

    name = "api"
    Settings = ApiSettings
    capabilities = Capabilities(
        join="person",
        survey="number",
        attachments=25_000_000,
        max_length=50_000,
        receipts=True,
        api=True,
        automatic_per_hour=60,
        automatic_per_day=200,
    )
    settings: ApiSettings

    @property
    def address(self) -> str:
        """Where our messages go."""
        return self.settings.url or ""

    def parse(self, raw: RawMessage) -> Sequence[Inbound]:
        """Understand one message."""
        return (parse(raw),)

    async def send(self, outbound: Outbound) -> str:
        """Post it, where an address is set; else it is read by the API, and nothing is left to do."""
        if self.settings.url is None:
            return outbound.key
        if self.http is None:
            raise ChannelError("there is no connection to send with", permanent=True)
        said = {"type": "message.created", "timestamp": _written(datetime.now(UTC)), "data": _interaction(outbound)}
        body = json.dumps(said, ensure_ascii=False).encode()
        # the same at each try, by which the app knows what it had already; a dot would part it for the signature
        message_id = f"msg_{outbound.key.replace('.', '_')}"
        headers = signed_headers(self.settings.key, message_id, int(time.time()), body)
        headers["Content-Type"] = "application/json"
        try:
            async with self.http.post(
                self.settings.url, data=body, headers=headers, allow_redirects=False
            ) as answer:  # fmt: skip
                if not 200 <= answer.status < 300:
                    raise ChannelError(f"the app answered {answer.status}", permanent=answer.status in _NEVER)
        except (ClientError, TimeoutError) as error:
            raise ChannelError(f"the app can't be reached: {type(error).__name__}") from error
        return outbound.key


def _interaction(outbound: Outbound) -> dict[str, Any]:
    """The message in the form in which the JSON API gives interactions."""
    logged = outbound.logged
    return {
        "id": logged.id if logged else outbound.key,
        "position": logged.position if logged else 0,
        "case": logged.case if logged else None,
        "contact": logged.contact if logged else None,
        "inbox": logged.inbox if logged else None,
        "channel": ApiChannel.name,
        "direction": "outbound",
        "kind": logged.kind if logged else "message",
        "author": {
            "kind": logged.author if logged else "system",
            "id": logged.author_id if logged else None,
            "name": logged.author_name if logged else outbound.from_name,
        },
        "text": outbound.text,
        "whole": None,
        "html": None,
        "event": None,
        "score": None,
        "claims": {},
        "doubt": None,
        "reply_to": None,
        "template": None,
        "call": None,
        "attachments": [
            {"id": file.id, "filename": file.filename, "content_type": file.content_type, "size": file.size,
             "url": file.url}
            for file in outbound.files
        ],
        "deliveries": [
            {
                "to": outbound.to, "role": "to", "channel": ApiChannel.name, "state": "sending", "error": None,
                "failure": None,
            }  # a copy goes by no channel of this kind
        ],
        "created_at": _written(logged.at if logged else datetime.now(UTC)),
    }  # fmt: skip


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
