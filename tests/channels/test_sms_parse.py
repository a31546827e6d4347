"""What Twilio posts, understood: a table of cases."""

from pathlib import Path
from urllib.parse import urlencode

import pytest

from channels.sms.parse import parse
from channels.sms.settings import ready_made
from omnidesk.contract.channel import Attachment, Failure, Inbound, RawMessage, Receipt, Sender, Unparsable
from tests.channels.twilio_stand_in import ACCOUNT, message, status_of

SAMPLES = Path(__file__).parent.parent / "samples" / "sms"
MEDIA = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM00000000000000000000000000000002/Media"
MIA = Sender("+905321234567", proven=True)
NAME, SHORT = (Sender(address, proven=True, answerable=False) for address in ("AKBANK", "2828"))


def read(form: bytes | dict[str, str], key: str = "") -> Inbound | Receipt:
    body = form if isinstance(form, bytes) else urlencode(form).encode()
    raw = RawMessage("SM1", "+905321234567", body, {"key": key} if key else {})
    (item,) = parse(raw, ready_made("twilio"), "TR")
    return item


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("message_turkish", Inbound(MIA, "Merhaba, şifremi unuttum 😟\nGiriş yapamıyorum")),
        (
            "message_with_media",
            Inbound(
                MIA,
                "",
                attachments=(
                    Attachment("media-1.jpg", "image/jpeg", reference=f"{MEDIA}/ME01"),
                    Attachment("media-2.vcf", "text/x-vcard", reference=f"{MEDIA}/ME02"),
                ),
            ),
        ),
        ("message_from_a_name", Inbound(NAME, "Kodunuz: 123456", automatic=True)),
        ("message_from_a_short_code", Inbound(SHORT, "STOP")),
        ("message_with_opt_out", Inbound(MIA, "Stop")),
        ("status_delivered", Receipt("k1", "delivered", key="k1")),
        ("status_read", Receipt("k1", "read", key="k1")),
        (
            "status_undelivered",
            Receipt(
                "k1",
                "failed",
                "Twilio refused the message: the number is unknown, or no longer in use (error 30005)",
                failure=Failure.HARD,
                key="k1",
            ),
        ),
        (
            "status_failed",
            Receipt(
                "k1",
                "failed",
                "Twilio refused the message: see https://www.twilio.com/docs/api/errors/30008 (error 30008)",
                key="k1",
            ),
        ),
    ],
)
def test_a_sample_says(sample: str, expected: Inbound | Receipt) -> None:
    key = "k1" if isinstance(expected, Receipt) else ""
    assert read((SAMPLES / f"{sample}.txt").read_bytes(), key) == expected


@pytest.mark.parametrize(
    ("form", "reason"),
    [
        (b"\xff", "not a form"),
        (b"Body=%FF&From=%2B1&MessageSid=SM1", "not a form"),
        ("&".join(f"a{number}=" for number in range(300)).encode(), "not a form"),
        (b"", "MessageSid"),
        ({"CallSid": "CA1", "From": "+905321234567"}, "MessageSid"),
        ({"MessageSid": "SM1", "From": "+905321234567"}, "Body"),
        ({"MessageSid": "SM1", "From": " ", "Body": "hi"}, "From"),
        (message("SM1", "hi") | {"NumMedia": "many"}, "NumMedia"),
        (message("SM1", "hi", "whatsapp:+905321234567"), "this came by whatsapp"),
        (status_of("SM1", "canceled"), "MessageStatus"),
    ],
)
def test_what_is_no_message_is_refused_with_a_reason(form: bytes | dict[str, str], reason: str) -> None:
    with pytest.raises(Unparsable, match=reason):
        read(form)


def test_a_status_without_our_key_names_the_id_of_twilio() -> None:
    assert read(status_of("SM1", "delivered")) == Receipt("SM1", "delivered")


def test_a_failure_without_a_code_is_one() -> None:
    receipt = read(status_of("SM1", "failed") | {"ErrorCode": ""})
    assert receipt == Receipt("SM1", "failed", "Twilio refused the message: no reason was given")


def test_media_that_lie_nowhere_are_left_out() -> None:
    inbound = read(message("SM1", "hi") | {"NumMedia": "2", "MediaUrl1": f"{MEDIA}/ME02"})
    assert inbound == Inbound(
        MIA, "hi", attachments=(Attachment("media-2.bin", "application/octet-stream", reference=f"{MEDIA}/ME02"),)
    )
