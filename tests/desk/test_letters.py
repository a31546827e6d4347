"""Letters: an interaction as the message its channel can send."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col

from omnidesk.contract.channel import Button, Outbound
from omnidesk.desk import actions, files
from omnidesk.desk.incoming import joining
from omnidesk.desk.outgoing.deliveries import key_of
from omnidesk.errors import NotFound
from omnidesk.store.keys import Keys
from omnidesk.store.models import Attachment, Case, Delivery, Interaction
from tests.fakes import FakeChannel
from tests.office import Office

CHOICES = [{"id": "a", "text": "Parcel"}, {"id": "b", "text": "Invoice"}]


async def reply(office: Office, case: Case, text: str = "Hi") -> Outbound:
    """Ada's answer as its channel got it."""
    await office.act("Ada", actions.reply, case.number, text)
    inbox = next(inbox for inbox in office.inboxes.all() if inbox.row.id == case.inbox_id)
    return office.channel(inbox.row.slug).sent[-1]


async def queued(office: Office, case: Case, **changed: Any) -> None:
    """Ada's answer with what only other kinds of answers have, sent."""
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(tx, viewer, case.number, "Which one?")
    answer = (await office.all(Interaction))[-1]
    if changed:
        await office.change(Interaction, col(Interaction.id) == answer.id, **changed)
    await office.work()


async def test_an_answer_says_who_wrote_it_and_what_it_answers(office: Office) -> None:
    case = await office.says("Where is it?", inbox="mail", subject="My parcel", name="Mia", message_id="one@x")
    first = await reply(office, case)
    assert (first.to, first.to_name, first.from_name) == ("mia", "Mia", "Ada")
    assert (first.subject, first.references) == ("Re: My parcel", ("one@x",))
    assert joining.case_of_token(office.keys, first.token) == case.id
    await office.says("Thanks", inbox="mail", message_id="two@x", references=[f"fake-{first.message_key}"])
    second = await reply(office, case)
    assert second.references == ("one@x", f"fake-{first.message_key}", "two@x")
    assert second.key != first.key


async def test_the_key_of_a_message_cannot_be_guessed_and_fits_a_message_id(office: Office) -> None:
    """Whoever knows it can write into the case."""
    key = (await reply(office, await office.says("Hello"))).key
    (delivery,) = await office.all(Delivery)
    assert re.fullmatch(rf"{delivery.id}\.[a-z2-7]{{20}}", key)
    assert key != key_of(Keys("another secret"), delivery.id)


@pytest.mark.parametrize(
    ("subject", "answered"),
    [("My parcel", "Re: My parcel"), ("RE: Ynt: My parcel", "Re: My parcel"), ("Re:", "Re: Your message")],
)
async def test_a_subject_is_marked_as_an_answer_once(office: Office, subject: str, answered: str) -> None:
    case = await office.says("Where is it?", inbox="mail", subject=subject)
    assert (await reply(office, case)).subject == answered


async def test_buttons_stay_buttons_where_there_is_room(office: Office) -> None:
    await queued(office, await office.says("Hello"), payload={"buttons": CHOICES})
    (sent,) = office.channel("desk").sent
    assert sent.buttons == (Button("a", "Parcel"), Button("b", "Invoice"))
    assert sent.text == "Which one?"


@pytest.mark.parametrize(("inbox", "count"), [("mail", 1), ("desk", 3)])
async def test_buttons_become_numbered_lines_where_there_is_none(office: Office, inbox: str, count: int) -> None:
    """Mail has no buttons, the fake chat has five."""
    await queued(office, await office.says("Hello", inbox=inbox), payload={"buttons": CHOICES * count})
    (sent,) = office.channel(inbox).sent
    assert sent.buttons == ()
    assert sent.text.startswith("Which one?\n\n1. Parcel\n2. Invoice")
    assert sent.text.count("\n") == 1 + 2 * count


async def attached(office: Office, size: int) -> tuple[Case, Delivery]:
    """An answer with a file that comes from a message and is said to be of this size."""
    case = await office.says("Here it is", files={"bill.txt": "12.50"})
    await office.change(Attachment, col(Attachment.id) > 0, size=size)
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(tx, viewer, case.number, "Thanks")
    answer = (await office.all(Interaction))[-1]
    await office.change(Attachment, col(Attachment.id) > 0, interaction_id=answer.id)
    await office.work()
    (delivery,) = await office.all(Delivery)
    return case, delivery


async def test_files_go_out_with_their_bytes_and_an_address(office: Office) -> None:
    _, delivery = await attached(office, 5)
    assert delivery.state == "sent"
    (file,) = office.channel("desk").sent[0].files
    assert (file.filename, file.content_type, await file.read()) == ("bill.txt", "text/plain", b"12.50")
    assert "/files/" in file.url


async def test_a_file_too_large_goes_as_a_link_that_lasts(office: Office) -> None:
    _, delivery = await attached(office, 1_000_001)
    assert delivery.state == "sent"
    (sent,) = office.channel("desk").sent
    assert sent.files == ()
    text, line = sent.text.split("\n\n")
    name, _, url = line.partition(": ")
    assert (text, name) == ("Thanks", "bill.txt (1.0 MB)")
    token = url.rpartition("/")[2]
    async with office.database.session() as session:
        later = office.clock() + timedelta(days=29)
        assert (await files.find(session, office.keys, token, later)).filename == "bill.txt"
        with pytest.raises(NotFound):
            await files.find(session, office.keys, token, later + timedelta(days=2))


async def test_files_go_with_the_message_until_it_is_full(office: Office) -> None:
    case = await office.says("Here", files={"a.txt": "a", "b.txt": "b", "c.txt": "c"})
    for name, size in (("a.txt", 600_000), ("b.txt", 600_000), ("c.txt", 400_000)):
        await office.change(Attachment, col(Attachment.filename) == name, size=size)
    viewer = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.reply(tx, viewer, case.number, "Thanks")
    answer = (await office.all(Interaction))[-1]
    await office.change(Attachment, col(Attachment.id) > 0, interaction_id=answer.id)
    await office.work()
    (sent,) = office.channel("desk").sent
    assert [file.filename for file in sent.files] == ["a.txt", "c.txt"]
    assert sent.text.startswith("Thanks\n\nb.txt (0.6 MB): http")


async def test_a_button_with_a_long_label_makes_them_all_lines(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(FakeChannel, "capabilities", replace(FakeChannel.capabilities, button_length=6))
    await queued(office, await office.says("Hello"), payload={"buttons": CHOICES})
    (sent,) = office.channel("desk").sent
    assert (sent.buttons, sent.text) == ((), "Which one?\n\n1. Parcel\n2. Invoice")


async def test_form_is_spelled_out_where_a_channel_shows_none(office: Office) -> None:
    sent = await reply(office, await office.says("Hello"), "See **this** [page](https://example.com/a)")
    assert (sent.text, sent.formatted) == ("See this page (https://example.com/a)", False)


async def test_a_survey_asks_by_links_where_there_are_no_buttons(office: Office) -> None:
    case = await office.says("Hello", inbox="mail")
    await office.act("Ada", actions.reply, case.number, "Hi")
    await office.act("Ada", actions.resolve, case.number)
    asked = office.channel("mail").sent[-1]
    assert asked.automatic
    assert [link.text for link in asked.links] == ["1 – bad", "2 – poor", "3 – fair", "4 – good", "5 – great"]
    page, _, query = asked.links[4].url.rpartition("?")
    assert query == "score=5"
    assert "/survey/" in page
    assert len({link.url.rpartition("?")[0] for link in asked.links}) == 1
