"""The log by the API, and what is said on a case: replies and notes."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col

from omnidesk.desk import actions, calls
from omnidesk.store.models import ContactPoint, Delivery, Direction
from tests.api.conftest import MakeProgram
from tests.api.program import Answer, Program, message
from tests.desk.test_planned import plan
from tests.office import Office


async def say(shop: Program, number: int, text: str, kind: str = "reply", **more: object) -> Answer:
    return await shop.post(f"/cases/{number}/interactions", {"kind": kind, "body": text, **more})


async def test_an_interaction_is_told_completely(office: Office, shop: Program) -> None:
    case = await office.says("Kargom nerede? 📦", files={"kapı notu.txt": "evde yoktunuz"})
    said = (await shop.get(f"/cases/{case.number}/interactions")).said["items"][1]
    (file,) = said.pop("attachments")
    url = file.pop("url")
    for name in ("id", "created_at"):
        assert said.pop(name)
    assert said == {
        "position": 2, "case": case.number, "contact": str(case.contact_id), "inbox": "desk", "channel": "fake",
        "direction": "inbound", "kind": "message",
        "author": {"kind": "contact", "id": str(case.contact_id), "name": "mia"},
        "text": "Kargom nerede? 📦", "whole": None, "html": None, "event": None, "score": None, "claims": {},
        "doubt": None, "reply_to": None, "template": None, "call": None,
        "deliveries": [],
    }  # fmt: skip
    assert {**file, "id": None} == {"id": None, "filename": "kapı notu.txt", "content_type": "text/plain", "size": 13}
    path = url[url.index("/", 8) :]
    async with shop.session.get(path) as answer:
        assert await answer.text() == "evde yoktunuz"


async def test_a_call_is_told_with_its_facts(office: Office, shop: Program) -> None:
    case = await office.says("My parcel?")
    began = office.clock() - timedelta(hours=1)
    for number, called in (("0532 123 45 67", "+905321234567"), ("", None)):
        call = calls.Call(Direction.INBOUND, calls.Outcome.CALLBACK, number, began, 205, "At noon")
        await office.act("Ada", calls.log, case.number, call, country="TR")
        told = [row for row in await shop.all(f"/cases/{case.number}/interactions") if row["kind"] == "call"][-1]
        assert (told["direction"], told["text"]) == ("inbound", "At noon")
        assert datetime.fromisoformat(told["call"].pop("began_at")) == began
        assert told["call"] == {"outcome": "callback", "number": called, "seconds": 205}


async def test_a_log_is_read_to_its_end_without_gap_or_repeat(office: Office, shop: Program) -> None:
    first = await office.says("Hello", sender="mia")
    await office.says("Elsewhere", sender="mia", inbox="bot")
    for number in range(5):
        await say(shop, first.number, f"Note {number}", kind="note")
    await office.receive("STOP", inbox="sms", sender="mia")
    of_case = [row["position"] for row in await shop.all(f"/cases/{first.number}/interactions")]
    assert of_case == list(range(1, len(of_case) + 1))
    path = f"/contacts/{first.contact_id}/interactions"
    of_contact = [row["id"] for row in await shop.all(path)]
    assert of_contact == sorted(of_contact, key=int)
    for limit in (1, 2, 3, 200):
        rows = await shop.all(f"/cases/{first.number}/interactions", limit=limit)
        assert [row["position"] for row in rows] == of_case
        assert [row["id"] for row in await shop.all(path, limit=limit)] == of_contact


async def test_a_reply_is_told_though_events_follow_from_it(office: Office, shop: Program) -> None:
    case = await office.says("Hello")
    await plan(office, case, "Any news?", who="Bo", later=True, seconds=3600)
    answer = await say(shop, case.number, "Here it is")
    assert (answer.said["kind"], answer.said["text"]) == ("message", "Here it is")
    assert answer.said["deliveries"]


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9" * 30, "²"])
@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
async def test_a_foreign_cursor_is_named(office: Office, shop: Program, cursor: str) -> None:
    case = await office.says("Hello")
    for path in (f"/cases/{case.number}/interactions", f"/contacts/{case.contact_id}/interactions", "/contacts"):
        answer = await shop.get(path, cursor=cursor)
        assert (answer.status, answer.fields) == (422, ["cursor"]), path


async def test_a_reply_goes_out_by_the_inbox_of_the_case(office: Office, shop: Program, program: MakeProgram) -> None:
    case = await office.says("Hello")
    bo = await program("Bo")
    answer = await say(bo, case.number, " Merhaba! 👋\n", last_seen=case.last_position)
    said = answer.said
    assert (answer.status, said["text"], said["direction"], said["kind"]) == (201, "Merhaba! 👋", "outbound", "message")
    assert said["author"] == {"kind": "agent", "id": str((await office.viewer("Bo")).agent_id), "name": "Bo"}
    assert said["deliveries"] == [
        {"to": "mia", "role": "to", "channel": "fake", "state": "queued", "error": None, "failure": None},
    ]  # fmt: skip
    await office.work()
    assert [(sent.to, sent.text) for sent in office.channel("desk").sent] == [("mia", "Merhaba! 👋")]
    log = await shop.all(f"/cases/{case.number}/interactions")
    assert [one["state"] for row in log for one in row["deliveries"]] == ["sent"]
    after = (await shop.get(f"/cases/{case.number}")).said
    assert (after["status"], after["assignee"]) == ("open", "bo@example.com")


async def test_a_note_is_seen_by_colleagues_only(office: Office, shop: Program) -> None:
    case = await office.says("Hello")
    said = (await say(shop, case.number, "She called twice.", kind="note")).said
    assert (said["kind"], said["direction"], said["author"]) == (
        "note", "internal", {"kind": "agent", "id": None, "name": "shop"},
    )  # fmt: skip
    await office.work()
    assert (office.channel("desk").sent, await office.all(Delivery)) == ([], [])
    assert await office.transcript() == ["Hello"]


async def test_what_was_said_meanwhile_stops_a_reply(office: Office, shop: Program, program: MakeProgram) -> None:
    case = await office.says("Hello")
    assert (await say(shop, case.number, "Hi", last_seen=case.last_position)).status == 201
    again = await say(shop, case.number, "Hi", last_seen=case.last_position)  # a script that is run twice
    assert (again.status, again.code) == (409, "somebody_wrote")
    await office.work()
    seen = (await office.case(case.number)).last_position
    assert (await say(shop, case.number, "And", last_seen=seen)).status == 201
    await office.says("Wait, one more thing")
    refused = await say(shop, case.number, "Bye", last_seen=seen)
    assert (refused.status, refused.code) == (409, "somebody_wrote")
    assert (await say(await program("Bo"), case.number, "Hi", last_seen=case.last_position)).status == 409
    assert (await say(shop, case.number, "Noted", kind="note", last_seen=seen)).status == 201
    assert (await say(shop, case.number, "Bye")).status == 201


async def test_a_reply_takes_a_case_from_the_bot_and_from_the_shelf(office: Office, shop: Program) -> None:
    case = await office.says("Hello", inbox="bot")
    await say(shop, case.number, "I take over")
    assert (await shop.get(f"/cases/{case.number}")).said["holder"] == "team"
    await office.act("Bo", actions.resolve, case.number)
    await say(shop, case.number, "One more thing")
    after = (await shop.get(f"/cases/{case.number}")).said
    assert (after["status"], after["resolved_at"]) == ("open", None)


async def test_a_reply_by_another_inbox_moves_the_talk_there(office: Office, shop: Program) -> None:
    case = await office.says("Hello")
    body = {"points": [{"channel": "api", "address": "user-17"}]}
    other = (await shop.post("/contacts", body)).said["id"]
    await shop.post(f"/contacts/{case.contact_id}/merge", {"from": other})
    said = (await say(shop, case.number, "Let us go on here", inbox="api")).said
    assert (said["inbox"], said["channel"], said["deliveries"][0]["to"]) == ("api", "api", "user-17")
    after = (await shop.get(f"/cases/{case.number}")).said
    assert (after["inbox"], after["channel"]) == ("api", "api")
    await shop.post("/inboxes/api/messages", message("m-1", "Fine", "user-17"))
    await office.work()
    assert [row["text"] for row in await shop.all(f"/cases/{case.number}/interactions")][-1] == "Fine"
    assert len(await shop.all("/cases")) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"inbox": "mail"}, "inbox"), ({"inbox": "nowhere"}, "inbox"), ({"inbox": "api-off"}, "inbox"),
        ({"body": ""}, "body"), ({"body": "\t \u2003\x1f"}, "body"), ({"body": "x" * 50_001}, "body"),
        ({"kind": "call"}, "kind"), ({"last_seen": -1}, "last_seen"), ({"last_seen": 2**31}, "last_seen"),
        ({"last_seen": "3"}, "last_seen"), ({"kind": None}, "kind"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
async def test_what_cannot_be_said_is_not(office: Office, shop: Program, wrong: dict[str, object], field: str) -> None:
    case = await office.says("Hello")
    answer = await shop.post(f"/cases/{case.number}/interactions", {"kind": "reply", "body": "Hi", **wrong})
    assert (answer.status, answer.fields) == (422, [field])
    assert (await office.case(case.number)).version == case.version


async def test_what_the_channel_cannot_carry_is_told_of_the_body(office: Office, shop: Program) -> None:
    case = await office.says("Hello", inbox="sms")
    long = await say(shop, case.number, "x" * (20 * 1600 + 1))
    assert (long.status, long.fields) == (422, ["body"])
    await office.change(ContactPoint, col(ContactPoint.address) == "mia", consent=False)
    stopped = await say(shop, case.number, "Hi")
    assert (stopped.status, stopped.code) == (422, "stopped")


async def test_replies_at_once_each_get_a_place(office: Office, shop: Program) -> None:
    case = await office.says("Hello")
    together = await asyncio.gather(*(say(shop, case.number, f"Note {n}", kind="note") for n in range(5)))
    texts = {answer.said["position"]: answer.said["text"] for answer in together}
    assert sorted(texts.values()) == [f"Note {n}" for n in range(5)]
    log = {row["position"]: row["text"] for row in await shop.all(f"/cases/{case.number}/interactions")}
    assert {position: log[position] for position in texts} == texts


async def test_cy_is_refused_what_was_said_to_others_without_a_case(office: Office, program: MakeProgram) -> None:
    await office.receive("STOP", inbox="sms", sender="+905321234567")
    await office.work()
    (point,) = await office.all(ContactPoint)
    path = f"/contacts/{point.contact_id}/interactions"
    assert (await (await program("Cy")).get(path)).said["items"] == []
    assert [row["text"] for row in (await (await program("Bo")).get(path)).said["items"]][:1] == ["STOP"]


async def test_a_reply_is_copied_to_whom_a_program_names(office: Office, shop: Program) -> None:
    case = await office.says("Hello", inbox="mail", sender="mia")
    answer = await say(shop, case.number, "Hi", cc=["max"], bcc=["boss"])
    assert [(one["to"], one["role"]) for one in answer.said["deliveries"]] == [
        ("mia", "to"), ("max", "cc"), ("boss", "bcc"),
    ]  # fmt: skip
    await office.work()
    assert {one.to for one in office.channel("mail").sent} == {"mia", "max", "boss"}


async def test_who_can_get_no_copy_is_named(office: Office, shop: Program) -> None:
    mail, chat = await office.says("Hello", inbox="mail", sender="mia"), await office.says("Hello", sender="max")
    refused: list[tuple[int, dict[str, Any], str, str]] = [
        (chat.number, {"bcc": ["zoe"]}, "no_copies", "bcc"),
        (mail.number, {"cc": ["a"] * 21}, "invalid", "cc"),
    ]
    for number, more, code, field in refused:
        answer = await say(shop, number, "Hi", **more)
        assert (answer.status, answer.said["code"]) == (422, code)
        assert [wrong["field"].partition(".")[0] for wrong in answer.said["errors"]] == [field]
    assert await office.all(Delivery) == []
