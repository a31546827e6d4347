"""What people send to a bot, in the forms that Telegram documents."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from channels.telegram.adapter import TelegramChannel
from channels.telegram.formatting import as_html
from channels.telegram.parse import link_for, parse, token_in
from channels.telegram.settings import TelegramSettings
from omnidesk.contract.channel import Attachment, ChannelError, Inbound, Play, Proof, RawMessage, Unparsable

SAMPLES = Path(__file__).parent.parent / "samples" / "telegram"
HERE = "https://www.openstreetmap.org/?mlat=41.008200&mlon=28.978400#map=16/41.008200/28.978400"


def update(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())
    return found


def read(said: object) -> Inbound:
    return parse(RawMessage("1", "4711", json.dumps(said).encode()), "123456")


def sample(name: str) -> Inbound:
    return read(update(name))


def test_an_edit_names_the_message_that_it_changes() -> None:
    first, edit = sample("message"), sample("edited")
    assert first.message_id == "telegram 123456 4711 11"
    assert (edit.edits, edit.message_id) == (first.message_id, None)
    assert edit.text == "Siparişim nerede? Numarası 17"
    assert edit.sent_at == datetime.fromtimestamp(1795000060, UTC)


def test_the_photos_of_an_album_say_so() -> None:
    said = sample("album")
    assert said.album == "telegram 123456 4711 album 13579246801"
    assert [file.reference for file in said.attachments] == ["large"]


def test_an_answer_quotes_the_words_that_were_marked_or_all() -> None:
    said = update("reply")
    assert read(said).quoted == "17 numaralı"
    del said["message"]["quote"]
    assert read(said).quoted == "17 numaralı siparişiniz mi?"
    said["message"]["reply_to_message"]["text"] = "a" * 500
    assert read(said).quoted == "a" * 300 + " …"


def test_an_own_number_is_proven_and_a_strangers_is_text() -> None:
    assert sample("contact_own").proofs == (Proof("phone", "+905321234567"),)
    assert sample("contact_own").text == "Mia Demir\n+905321234567"
    other = sample("contact_other")
    assert (other.proofs, other.text) == ((), "Max\n+905329999999")


def test_a_forwarded_card_proves_nothing() -> None:
    said = update("contact_own")
    said["message"]["forward_origin"] = {"type": "hidden_user", "date": 1, "sender_user_name": "Max"}
    assert read(said).proofs == ()


def test_a_card_without_an_owner_proves_nothing() -> None:
    said = update("contact_own")
    del said["message"]["contact"]["user_id"]
    assert read(said).proofs == ()


def test_places_have_a_map_and_their_name() -> None:
    assert sample("location").text == HERE
    assert sample("venue").text == f"Ayasofya\nSultan Ahmet, Fatih\n{HERE}"
    assert sample("live_location").text == f"Bulunduğu yeri canlı olarak paylaşıyor: {HERE}"


def test_stickers_say_what_they_mean() -> None:
    assert sample("sticker").text == "👍 (Çıkartma)"
    assert [file.content_type for file in sample("sticker").attachments] == ["image/webp"]
    assert (sample("sticker_animated").text, sample("sticker_animated").attachments) == ("🎉 (Çıkartma)", ())


def test_what_cannot_be_shown_is_told() -> None:
    assert sample("poll").text == "Burada gösterilemeyen bir şey gönderdi: poll “Hangisi?”"
    assert sample("dice").text == "Burada gösterilemeyen bir şey gönderdi: dice"


def test_an_animation_is_one_file() -> None:
    assert [file.filename for file in sample("animation").attachments] == ["cat.mp4"]


def test_a_place_that_moves_and_a_choice_that_is_shown_are_no_messages() -> None:
    moved = update("live_location")
    moved["edited_message"] = moved.pop("message")
    pressed = update("pressed")
    pressed["callback_query"]["data"] = "-"
    for said in (moved, pressed):
        with pytest.raises(Unparsable):
            read(said)


def test_a_token_travels_in_a_link() -> None:
    link = link_for("desk_bot", "1fx2b.sig")
    assert link == "https://t.me/desk_bot?start=1fx2b_sig"
    assert token_in(link.rpartition("=")[2]) == "1fx2b.sig"
    assert sample("deep_link").token == "1fx2b.sig"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**bold** and _quiet_", "<strong>bold</strong> and <em>quiet</em>"),
        ("- one\n- two", "• one\n• two"),
        ("3. three\n4. four", "3. three\n4. four"),
        ("> said\n> so\nyes", "<blockquote>said\nso</blockquote>\nyes"),
        ("[here](https://a.example/?b=1&c)",
         '<a href="https://a.example/?b=1&amp;c" rel="noopener noreferrer">here</a>'),
        ("1 < 2 & 3 > 2, don't", "1 &lt; 2 &amp; 3 &gt; 2, don't"),
    ],
)  # fmt: skip
def test_marks_become_form(text: str, html: str) -> None:
    assert as_html(text) == html


def channel() -> TelegramChannel:
    return TelegramChannel(TelegramSettings.model_validate({"token": "123456:secret"}))


def play(**changed: Any) -> Play:
    values: dict[str, Any] = {
        "key": "k1",
        "address": "4711",
        "name": "Mia Demir",
        "text": "Merhaba",
        "at": datetime.now(UTC),
    }
    return Play(**(values | changed))


def heard(played: Play) -> Inbound:
    (said,) = channel().parse(channel().imitate(played))
    assert isinstance(said, Inbound)
    return said


def test_a_simulated_person_writes_presses_and_sends_a_file() -> None:
    assert (heard(play()).text, heard(play()).sender.address, heard(play()).sender.name) == (
        "Merhaba", "4711", "Mia Demir"
    )  # fmt: skip
    pressed = heard(play(button="yes", text="Evet"))
    assert (pressed.button, pressed.text) == ("yes", "Evet")
    file = Attachment("a.pdf", "application/pdf", reference="sim-1")
    sent = heard(play(files=(file,)))
    assert (sent.text, [one.reference for one in sent.attachments]) == ("Merhaba", ["sim-1"])
    assert heard(play(address="+90 532")).sender.address.isdecimal()
    with pytest.raises(ChannelError, match="one file"):
        channel().imitate(play(files=(file, file)))


def test_the_same_play_is_the_same_message() -> None:
    ids = [channel().imitate(play(key=key)).external_id for key in ("a", "a", "b")]
    assert ids[0] == ids[1] != ids[2]


JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=20),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=10), inner, max_size=3),
    max_leaves=10,
)


@given(name=some.sampled_from(sorted(path.stem for path in SAMPLES.glob("*.json"))), chance=some.data())
def test_any_change_of_a_documented_update_is_read_or_refused(name: str, chance: some.DataObject) -> None:
    said: Any = update(name)
    part = said
    while isinstance(part, dict) and part:
        key = chance.draw(some.sampled_from(sorted(part)))
        if not isinstance(part[key], dict) or chance.draw(some.booleans()):
            part[key] = chance.draw(JSON)
            break
        part = part[key]
    with suppress(Unparsable):
        assert read(said).sender.address
