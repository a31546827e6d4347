"""Meta's error codes as a desk meets them.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from omnidesk.contract.channel import ChannelError, Failure

_PAGE = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes"
_TOKEN = "Meta does not take the access token: make a new one for the system user, and set it as access_token"  # noqa: S105 - no token
_PERMISSION = "the access token lacks the permission whatsapp_business_messaging"
_ACCOUNT = "the WhatsApp Business account is locked: look into the WhatsApp Manager"
_OURS = {
    0: _TOKEN, 190: _TOKEN, 3: _PERMISSION, 10: _PERMISSION, 200: _PERMISSION, 131005: _PERMISSION,
    33: "Meta does not know this number: look at phone_number_id",
    368: _ACCOUNT, 131031: _ACCOUNT,
    131042: "Meta wants a way to pay: look at the payment settings of the WhatsApp Business account",
    131045: "the number is not registered at the Cloud API: register it",
    133010: "the number is not registered at the Cloud API: register it",
}  # fmt: skip
"""What speaks of our account and not of the message, which goes out once that is mended."""
_LATER = {
    1: "Meta has an error of its own", 2: "Meta is down or overloaded", 4: "the app asks Meta too often",
    80007: "the account asks Meta too often", 130429: "too many messages in a short time",
    131000: "Meta has an error of its own", 131016: "Meta is overloaded",
    131048: "Meta slows this number down, since people have blocked or reported it",
    131056: "too many messages to this person in a short time", 131057: "Meta works on this account",
    133004: "Meta is down", 133016: "too many registrations in a short time",
}  # fmt: skip
_PERMANENT: dict[int, tuple[str, Failure | None]] = {
    131026: (
        "the message can't be delivered: this number is not on WhatsApp, its app is too old, or we are blocked there",
        Failure.HARD,
    ),
    131047: ("more than 24 hours have passed since the person wrote last: only a template may be sent", None),
    131021: ("this is our own number", Failure.HARD),
    131030: ("a test number sends to verified numbers only", None),
    131049: ("Meta did not deliver it, so that this person does not get too many marketing messages", Failure.POLICY),
    131050: ("this person has stopped marketing messages", Failure.POLICY),
    130472: ("this person's number takes part in an experiment of Meta's", Failure.POLICY),
    130497: ("the account may not send to this country", Failure.POLICY),
    131051: ("WhatsApp takes no messages of this kind", None),
    131052: ("Meta could not fetch the file", None),
    131053: ("Meta does not take this file", None),
    132000: ("the template has another number of variables", None),
    132001: ("there is no such template in this language, or it is not approved", None),
    132005: ("the template becomes too long with these words", None),
    132007: ("the template breaks a rule of WhatsApp's", None),
    132012: ("a variable of the template has another form", None),
    132015: ("the template is paused, since people did not like it", None),
    132016: ("the template is switched off for good, since people did not like it", None),
}


def _said(reason: str, code: int) -> str:
    """Never Meta's own words, which may repeat what was sent and to whom."""
    return f"WhatsApp: {reason} (error {code})" if code else f"WhatsApp: {reason}"


def refusal(code: int, status: int) -> ChannelError:
    """What an answer of the Graph API means."""
    if code in _OURS and (code or status == 401):
        return ChannelError(_said(_OURS[code], code))
    if code in _LATER or (not code and (status in (408, 429) or status >= 500)):
        return ChannelError(_said(_LATER.get(code, f"Meta answered {status}"), code))
    if code not in _PERMANENT and status >= 500:
        return ChannelError(_said(f"Meta answered {status}", code))
    reason, failure = reason_of(code)
    return ChannelError(reason, permanent=True, failure=failure)


def reason_of(code: int) -> tuple[str, Failure | None]:
    """Why a message failed, in words, and the kind where the code tells."""
    known = _OURS.get(code) if code else None
    if known or code in _LATER:
        return _said(known or _LATER[code], code), None if known else Failure.SOFT
    unknown = f"no reason that is known here, see {_PAGE}" if code else "no reason was given"
    reason, failure = _PERMANENT.get(code, (unknown, None))
    return _said(reason, code), failure
