"""What a gateway's codes mean, as its description says it."""

import re
from collections.abc import Mapping

from channels.sms.description import Gateway, Refusal
from omnidesk.contract.channel import ChannelError, Failure

_FAILURES = {
    "hard": Failure.HARD, "soft": Failure.SOFT, "policy": Failure.POLICY, "full": Failure.FULL,
    "stopped": Failure.STOPPED,
}  # fmt: skip
_TRIED_AGAIN = ("later", "account", "soft", "full")
_OUR_SETTINGS = frozenset({401, 403, 404})
"""Refusals that speak of our account and not of the message, which goes out once that is mended."""
_LATER = frozenset({408, 425, 429})
_CODE = re.compile(r"[\w .-]{1,60}")


def meaning(gateway: Gateway, code: str, own: Mapping[str, Refusal]) -> Refusal | None:
    """What a code means where it came from (`own`), or anywhere at this gateway."""
    return own.get(code.lower()) or own.get(code) or ({} if own else gateway.errors).get(code)


def failure(gateway: Gateway, code: str, own: Mapping[str, Refusal]) -> Failure | None:
    """The kind of a refusal, where the code tells."""
    known = meaning(gateway, code, own)
    return _FAILURES.get(known.kind) if known else None


def reason(gateway: Gateway, code: str, own: Mapping[str, Refusal]) -> str:
    """Why a message was refused: never the gateway's own words, which repeat what was sent and to whom."""
    known, shown = meaning(gateway, code, own), code if _CODE.fullmatch(code) else ""
    if shown in ("", "0"):
        return f"{gateway.name} refused the message: {known.says if known else 'no reason was given'}"
    at = gateway.errors_at or gateway.docs
    says = known.says if known else f"see {at.replace('{code}', shown)}" if at else "the reason is not known"
    return f"{gateway.name} refused the message: {says} (error {shown})"


def refused(gateway: Gateway, status: int, code: str) -> ChannelError:
    """What an answer that is no yes means for the message."""
    known = meaning(gateway, code, {})
    if known is None and status in _OUR_SETTINGS:
        return ChannelError(f"{gateway.name} answered {status}: look at {gateway.credentials}")
    if known is None and (status in _LATER or not 200 <= status < 500 or 300 <= status < 400):
        return ChannelError(f"{gateway.name} answered {status}")
    if known is not None and known.kind == "account":
        return ChannelError(f"{gateway.name} says {code}, {known.says}: look at {gateway.credentials}")
    permanent = known is None or known.kind not in _TRIED_AGAIN
    return ChannelError(reason(gateway, code, {}), permanent=permanent, failure=failure(gateway, code, {}))
