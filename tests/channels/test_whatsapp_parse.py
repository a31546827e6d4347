"""What Meta posts, understood: a table of cases."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from channels.whatsapp.parse import parse
from channels.whatsapp.split import split
from omnidesk.contract.channel import Attachment, Failure, Inbound, Proof, RawMessage, Receipt, Sender, Unparsable
from tests.channels.whatsapp_stand_in import MIA, NUMBER_ID, OTHER_NUMBER_ID, Graph, posting

SAMPLES = Path(__file__).parent.parent / "samples" / "whatsapp"
WAMID = "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQTRBNjU5OUFFRTAzODEwMTQ0RgA="
SENT, BUTTONS = (
    "wamid.HBgLMTQxMjU1NTA4MjkVAgARGBIyQ0E1M0Q3QUUzOTFBQzFFRTMA",
    "wamid.HBgLMTQxMjU1NTA4MjkVAgASGBQzQUNCNjk5",
)
ANSWERED = f"{BUTTONS}RDUwNUZGMUZEM0VBRAA="
REPORTED = "wamid.HBgLMTY1MDM4Nzk0MzkVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA"
SHEENA = Sender("+16505551234", "Sheena Nelson", proven=True)
USER_ID = "US.13491208655302741918"
AT = datetime(2025, 6, 8, 20, 59, 43, tzinfo=UTC)


def said(text: str, **more: Any) -> Inbound:
    return Inbound(SHEENA, text, **{"sent_at": AT, "message_id": WAMID, **more})


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        ("text", said("Does it come in another color?")),
        ("text_from_ad", said("Hello! Can I get more info on this?", subject="Chat with us")),
        (
            "image",
            said("Taj Mahal", attachments=(Attachment("image.jpg", "image/jpeg", reference="1479537139650973"),)),
        ),
        (
            "document",
            said("My receipt", attachments=(Attachment("receipt.pdf", "application/pdf", reference="10033"),)),
        ),
        ("voice", said("", attachments=(Attachment("audio.oga", "audio/ogg", reference="1908647269898587"),))),
        ("sticker", said("", attachments=(Attachment("sticker.webp", "image/webp", reference="798882015472548"),))),
        (
            "location",
            said(
                "Solomon R. Guggenheim Museum\n1071 5th Ave, New York, NY 10128\n"
                "https://www.google.com/maps?q=40.782910059774,-73.959075808525"
            ),
        ),
        ("contacts", said("Barbara J. Johnson\n+1 (415) 555-0829\nbarbara@example.com")),
        ("button_reply", said("Cancel", button="cancel-button", references=(ANSWERED,))),
        ("list_reply", said("Priority Mail Express", button="priority_express", references=(ANSWERED,))),
        ("template_button", said("Unsubscribe", button="Unsubscribe", references=(SENT,))),
        ("reaction", said("reacted with 👍", automatic=True)),
        ("reaction_removed", said("took a reaction back", automatic=True)),
        ("order", said("Love these!\n2 × di9ozbzfi4\n1 × nqryix03ez")),
        ("edit", said("In blue, please", edits=SENT)),
        ("unsupported", said("sent something that WhatsApp does not pass on to us (poll)")),
        (
            "number_changed",
            Inbound(
                replace(SHEENA, name=""), "has changed the number to +12195555358", automatic=True, message_id=WAMID,
                sent_at=datetime(2025, 6, 18, 17, 55, 42, tzinfo=UTC), proofs=(Proof("phone", "+12195555358"),),
            ),
        ),
        ("hidden_number", replace(said("Does it come in another color?"), sender=replace(SHEENA, address=USER_ID))),
        ("status_delivered", Receipt("17.abc", "delivered", key="17.abc")),
        ("status_read", Receipt(REPORTED, "read")),
        (
            "status_failed",
            Receipt(
                "17.abc", "failed",
                "WhatsApp: the message can't be delivered: this number is not on WhatsApp, its app is too old, or "
                "we are blocked there (error 131026)",
                failure=Failure.HARD, key="17.abc",
            ),
        ),
    ],
)  # fmt: skip
def test_what_meta_documents_is_understood(sample: str, expected: Inbound | Receipt) -> None:
    body = (SAMPLES / f"{sample}.json").read_bytes()
    (raw,) = split(body, json.loads(body), NUMBER_ID)
    assert parse(raw) == [expected]


def test_every_documented_sample_is_in_the_table() -> None:
    (mark,) = test_what_meta_documents_is_understood.pytestmark  # type: ignore[attr-defined]
    assert {path.stem for path in SAMPLES.iterdir()} == {case[0] for case in mark.args[1]}


def test_what_is_no_text_is_told_in_turkish_to_who_answers_a_turkish_number() -> None:
    post = posting({"messages": [Graph().message(type="reaction", reaction={"message_id": "wamid.1", "emoji": "👍"})]})
    (told,) = parse(RawMessage("1", MIA, json.dumps(post).encode()))
    assert isinstance(told, Inbound)
    assert (told.text, told.sender) == ("👍 tepkisi verdi", Sender(f"+{MIA}", "Mia Yılmaz", proven=True))


def test_a_post_with_many_things_is_taken_apart_and_each_has_an_id_of_its_own() -> None:
    graph = Graph()
    messages = [graph.message(type="text", text={"body": str(number)}) for number in range(3)]
    statuses = [{"id": "wamid.9", "status": status} for status in ("sent", "delivered", "read")]
    post = posting({"messages": messages, "statuses": statuses})
    post["entry"] += posting({"messages": messages[:1]}, number_id=OTHER_NUMBER_ID)["entry"]
    raws = split(b"", post, NUMBER_ID)
    ids = [*(message["id"] for message in messages), "wamid.9 delivered", "wamid.9 read"]
    assert [raw.external_id for raw in raws] == ids
    assert [raw.sender for raw in raws[:3]] == [MIA] * 3
    assert [len(parse(raw)) for raw in raws] == [1] * 5


def test_a_receipt_names_the_message_by_our_key_and_that_it_is_on_its_way_is_no_news() -> None:
    told = [
        {"id": f"wamid.{at}", "status": status, "biz_opaque_callback_data": "k"}
        for at, status in enumerate(["sent", "delivered", "failed"])
    ]
    found = [parse(raw)[0] for raw in split(b"", posting({"statuses": told}), NUMBER_ID)]
    assert [(one.state, one.key) for one in found if isinstance(one, Receipt)] == [("delivered", "k"), ("failed", "k")]


@pytest.mark.parametrize(
    "post",
    [
        {"object": "page", "entry": []},
        {"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "account_update", "value": {}}]}]},
        {"object": "whatsapp_business_account", "entry": "none"},
        {"object": "whatsapp_business_account", "entry": [None]},
        posting({"errors": [{"code": 130429}]}),
        posting({"messages": ["text"]}),
        {**posting({}), "entry": [{"changes": [{"field": "messages", "value": {"messages": []}}]}]},
    ],
)
def test_what_is_of_another_kind_stays_whole_and_is_refused(post: dict[str, Any]) -> None:
    body = json.dumps(post).encode()
    (raw,) = split(body, post, NUMBER_ID)
    assert raw.body == body
    with pytest.raises(Unparsable):
        parse(raw)


@pytest.mark.parametrize(
    "changed",
    [
        {"from": "not a number"}, {"from": ""}, {"from": None}, {"id": ""}, {"id": "wamid.\x00"}, {"timestamp": "soon"},
        {"timestamp": "99999999999999"}, {"text": "Hello"}, {"type": None}, {"text": {"body": "\ud800"}},
    ],
)  # fmt: skip
def test_a_message_of_another_form_is_refused_by_itself(changed: dict[str, Any]) -> None:
    message = Graph().message(type="text", text={"body": "Hello"}) | changed
    (raw,) = split(b"", posting({"messages": [message]}), NUMBER_ID)
    with pytest.raises(Unparsable):
        parse(raw)
