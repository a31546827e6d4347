"""Twilio's error codes as people meet them (https://www.twilio.com/docs/api/errors)."""

from omnidesk.contract.channel import Failure

_FAILURES = {
    **dict.fromkeys((21211, 21614, 21635, 30005, 30006), Failure.HARD),
    **dict.fromkeys((21610, 21617, 30004, 30007), Failure.POLICY),
    30003: Failure.SOFT,
}
_REASONS = {
    21211: "this is not a phone number",
    21408: "the account may not send to this country",
    21608: "a trial account sends to verified numbers only",
    21610: "this person has stopped messages from our number",
    21614: "this is not a mobile number",
    21617: "the message is too long",
    21635: "this is a landline",
    30003: "the phone can't be reached: switched off, or without a network",
    30004: "the message was blocked",
    30005: "the number is unknown, or no longer in use",
    30006: "this is a landline, or its carrier can't be reached",
    30007: "the carrier filtered the message out",
}


def failure(code: int) -> Failure | None:
    """The kind of a refusal, where the code tells."""
    return _FAILURES.get(code)


def reason(code: int) -> str:
    """Why a message was refused: never Twilio's own words, which repeat what was sent and to whom."""
    said = _REASONS.get(code, f"see https://www.twilio.com/docs/api/errors/{code}" if code else "no reason was given")
    return f"Twilio refused the message: {said}" + (f" (error {code})" if code else "")
