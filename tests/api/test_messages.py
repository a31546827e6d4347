"""Messages and receipts of programs: kept once, in order, and never taken back."""

import asyncio
import base64
import io
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientError, ClientSession
from sqlmodel import col

from omnidesk.desk import tokens
from omnidesk.store.db import Database
from omnidesk.store.models import ContactPoint, Delivery, Inbox, Interaction, RawMessage
from tests.api.program import Program, message
from tests.office import Office
from tests.running import Running

on_one_database = pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
"""For what is decided before anything is stored."""
PATH = "/inboxes/api/messages"


async def texts(shop: Program, number: int) -> list[str]:
    """What the contact said on a case."""
    return [row["text"] for row in await shop.all(f"/cases/{number}/interactions") if row["direction"] == "inbound"]


async def test_a_message_becomes_a_case_of_a_sender_that_the_app_vouches_for(office: Office, shop: Program) -> None:
    body = {
        "external_id": "m-1", "from": {"id": "user-17", "name": "Mia", "email": "mia@example.com", "phone": "+90532"},
        "text": "Kargom nerede? 📦", "sent_at": "2026-11-24T10:00:00+03:00", "attachments": [],
    }  # fmt: skip
    answer = await shop.post(PATH, body)
    assert (answer.status, answer.said["external_id"]) == (202, "m-1")
    await office.work()
    (case,) = await shop.all("/cases")
    assert (case["subject"], case["inbox"], case["channel"]) == ("Kargom nerede? 📦", "api", "api")
    contact = (await shop.get(f"/contacts/{case['contact']}")).said
    assert contact["name"] == "Mia"
    assert contact["points"] == [
        {"channel": "api", "address": "user-17", "proven": True, "working": True, "consent": True}
    ]
    (said,) = [row for row in await shop.all(f"/cases/{case['number']}/interactions") if row["kind"] == "message"]
    assert said["claims"] == {"email": "mia@example.com", "phone": "+90532"}


async def test_the_same_message_again_is_told_so_and_nothing_is_new(office: Office, shop: Program) -> None:
    first = await shop.post(PATH, message("m-1", "Hello"))
    again = await shop.post(PATH, message("m-1", "Hello"))
    await office.work()
    later = await shop.post(PATH, message("m-1", "Something else"))
    await office.work()
    assert [answer.status for answer in (first, again, later)] == [202, 200, 200]
    assert first.said == again.said == later.said
    (case,) = await shop.all("/cases")
    assert await texts(shop, case["number"]) == ["Hello"]
    assert (await shop.post("/inboxes/api-bot/messages", message("m-1", "Hello"))).status == 202


async def test_of_many_at_once_one_is_new(office: Office, shop: Program) -> None:
    together = await asyncio.gather(*(shop.post(PATH, message("m-1", "Hello")) for _ in range(8)))
    assert sorted(answer.status for answer in together) == [*[200] * 7, 202]
    assert len({answer.said["id"] for answer in together}) == 1
    await office.work()
    assert [row.text for row in await office.all(Interaction) if row.kind == "message"] == ["Hello"]


async def test_one_persons_messages_stay_in_order(office: Office, shop: Program) -> None:
    said = [f"Part {number}" for number in range(20)]
    for number, text in enumerate(said):
        await shop.post(PATH, message(f"m-{number}", text))
        await shop.post(PATH, message(f"e-{number}", text, "eve"))
    await office.work()
    cases = await shop.all("/cases")
    assert [await texts(shop, case["number"]) for case in cases] == [said, said]


async def test_attachments_arrive(office: Office, shop: Program) -> None:
    large = bytes(range(256)) * 4096
    files = [
        {"filename": "kapı notu.txt", "content_type": "text/plain", "content": base64.b64encode(b"evde yok").decode()},
        {"filename": "photo", "content": base64.b64encode(large).decode()},
        {"filename": "empty.bin", "content": ""},
    ]
    answer = await shop.post(PATH, message("m-1", "", attachments=files))
    assert answer.status == 202
    await office.work()
    (case,) = await shop.all("/cases")
    (found,) = [
        row["attachments"] for row in await shop.all(f"/cases/{case['number']}/interactions") if not row["event"]
    ]
    assert [(file["filename"], file["content_type"], file["size"]) for file in found] == [
        ("kapı notu.txt", "text/plain", 8), ("photo", "application/octet-stream", len(large)),
        ("empty.bin", "application/octet-stream", 0),
    ]  # fmt: skip
    async with shop.session.get(found[1]["url"][found[1]["url"].index("/", 8) :]) as got:
        assert await got.read() == large


@pytest.mark.parametrize(
    "odd",
    [
        "",
        " ",
        "x" * 50_000,
        "\u202eabc",
        "e\u0301" * 100,
        "👩‍👩‍👧‍👦",
        "İıŞşĞğ",
        "<script>alert(1)</script>",
        "\x01\x1f\r\n\t",
    ],
)
async def test_any_text_is_kept_as_it_is(office: Office, shop: Program, odd: str) -> None:
    assert (await shop.post(PATH, message("m-1", odd))).status == 202
    await office.work()
    (case,) = await shop.all("/cases")
    assert await texts(shop, case["number"]) == [odd]


async def test_any_id_of_a_message_is_one(office: Office, shop: Program) -> None:
    ids = ["a", "A", "ı", "i", "x" * 255, "\u200b", "\u200b\u200b", "💥", "'; DROP TABLE cases; --", "../..", "%00"]
    for status in (202, 200):
        assert [(await shop.post(PATH, message(one, one))).status for one in ids] == [status] * len(ids)
    await office.work()
    assert len([row for row in await office.all(Interaction) if row.kind == "message"]) == len(ids)


@on_one_database
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"external_id": ""}, "external_id"), ({"external_id": "x" * 256}, "external_id"),
        ({"external_id": 17}, "external_id"), ({"external_id": "a\n"}, "external_id"), ({"text": "a\0b"}, "text"),
        ({"text": None}, "text"), ({"text": "x" * 50_001}, "text"), ({"from": {}}, "from.id"),
        ({"from": "mia"}, "from"),
        ({"from": {"id": " mia"}}, "from.id"), ({"from": {"id": "mia", "nmae": "Mia"}}, "from.nmae"),
        ({"sent_at": "yesterday"}, "sent_at"), ({"sent_at": "2024-05-17T09:30:00"}, "sent_at"),
        ({"sent_at": "0001-01-01T00:00:00+14:00"}, "sent_at"), ({"sent_at": "2024-02-30T00:00:00Z"}, "sent_at"),
        ({"attachments": [{"filename": "a", "content": "no base64!"}]}, "attachments.0.content"),
        ({"attachments": [{"filename": "", "content": ""}]}, "attachments.0.filename"),
        ({"attachments": [{"filename": "a", "content": ""}] * 21}, "attachments"),
        ({"attachments": [{"filename": "a", "content_type": "x", "content": ""}]}, "attachments.0.content_type"),
        ({"txet": "Hello"}, "txet"),
    ],
)  # fmt: skip
async def test_what_is_no_message_is_not_kept(office: Office, shop: Program, wrong: dict[str, Any], field: str) -> None:
    answer = await shop.post(PATH, message("m-1", "Hello") | wrong)
    assert (answer.status, answer.fields) == (422, [field])
    assert await office.all(RawMessage) == []


@on_one_database
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422), (b"{", 422), (b"null", 422), (b"[]", 422), (b"[" * 100_000, 422), (b'{"a":' * 100_000, 422),
        (b"\xff\xfe{}", 422), (b'{"external_id": "\\ud800"}', 422), ("{}".encode("utf-16"), 422),
        (b'{"external_id": "m", "from": {"id": "mia"}, "text": "\\ud83d"}', 422), (b"9" * 5000, 422),
        (b'{"external_id": "m", "from": {"id": "mia"}, "text": NaN}', 422), (b" " * (40 * 1024 * 1024 + 1), 413),
    ],
)  # fmt: skip
async def test_junk_is_refused(office: Office, shop: Program, body: bytes, status: int) -> None:
    answer = await shop.ask("POST", PATH, data=io.BytesIO(body), headers={"Content-Type": "application/json"})
    assert answer.status == status
    assert await office.all(RawMessage) == []


@on_one_database
async def test_only_json_is_read_and_not_more_than_fits(shop: Program) -> None:
    for kind in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "multipart/form-data; boundary=x",
    ):
        answer = await shop.ask("POST", PATH, data=b"{}", headers={"Content-Type": kind})
        assert (answer.status, answer.code) == (415, "unsupported_media_type")
    large = await shop.post("/contacts", {"name": "x" * 1024 * 1024})
    assert (large.status, large.code) == (413, "too_large")
    packed = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert (await shop.ask("POST", PATH, data=b"no gzip", headers=packed)).status == 400


@pytest.mark.parametrize("slug", ["nowhere", "desk", "api-off", "API", "%00", "a" * 64])
@pytest.mark.parametrize("what", ["messages", "receipts"])
@on_one_database
async def test_what_is_no_inbox_for_programs_takes_nothing(office: Office, shop: Program, slug: str, what: str) -> None:
    body = message("m-1", "Hello") if what == "messages" else {"id": "1", "state": "read"}
    assert (await shop.post(f"/inboxes/{slug}/{what}", body)).status == 404
    assert await office.all(RawMessage) == []


async def test_an_inbox_that_is_switched_off_takes_nothing_any_more(office: Office, shop: Program) -> None:
    await office.change(Inbox, col(Inbox.slug) == "api", enabled=False, version=2)
    await office.inboxes.refresh()
    assert (await shop.post(PATH, message("m-1", "Hello"))).status == 404


# --- receipts


async def answered(office: Office, shop: Program) -> dict[str, Any]:
    """An answer to Mia's message, sent."""
    await shop.post(PATH, message("m-1", "Hello"))
    await office.work()
    (case,) = await shop.all("/cases")
    body = {"kind": "reply", "body": "Merhaba!"}
    said: dict[str, Any] = (await shop.post(f"/cases/{case['number']}/interactions", body)).said
    return said


async def state_of(shop: Program, said: dict[str, Any]) -> tuple[str, str | None]:
    """How the sending of an interaction stands."""
    log = await shop.all(f"/cases/{said['case']}/interactions")
    (delivery,) = next(row for row in log if row["id"] == said["id"])["deliveries"]
    return delivery["state"], delivery["error"]


async def test_receipts_move_a_sending_forward_and_never_back(office: Office, shop: Program) -> None:
    said = await answered(office, shop)
    await office.work()
    assert await state_of(shop, said) == ("sent", None)
    path = "/inboxes/api/receipts"
    for state, after in (("delivered", "delivered"), ("read", "read"), ("delivered", "read"), ("failed", "read")):
        answer = await shop.post(path, {"id": said["id"], "state": state, "error": "late"})
        assert (answer.status, answer.said) == (200, {"id": said["id"], "state": after})
    assert await state_of(shop, said) == ("read", None)


async def test_a_receipt_may_be_quicker_than_our_own_note(office: Office, shop: Program) -> None:
    said = await answered(office, shop)
    await shop.post("/inboxes/api/receipts", {"id": said["id"], "state": "read"})
    await office.work()
    assert await state_of(shop, said) == ("read", None)


async def test_a_failure_is_told_on_the_case(office: Office, shop: Program) -> None:
    said = await answered(office, shop)
    await office.work()
    await shop.post("/inboxes/api/receipts", {"id": said["id"], "state": "failed", "error": "no such üser"})
    assert await state_of(shop, said) == ("failed", "no such üser")
    assert "delivery_failed" in [row["event"] for row in await shop.all(f"/cases/{said['case']}/interactions")]
    assert [point.working for point in await office.all(ContactPoint)] == [True]


async def test_a_receipt_for_what_did_not_go_out_here_is_refused(office: Office, shop: Program) -> None:
    said = await answered(office, shop)
    inbound = (await shop.all(f"/cases/{said['case']}/interactions"))[1]
    for slug, of in (("api", inbound["id"]), ("api", "17"), ("api-bot", said["id"]), ("api-billing", said["id"])):
        assert (await shop.post(f"/inboxes/{slug}/receipts", {"id": of, "state": "read"})).status == 404
    for wrong in ({"state": "sent"}, {"id": 17}, {"id": "9" * 19}, {"error": "x" * 501}):
        answer = await shop.post("/inboxes/api/receipts", {"id": said["id"], "state": "read"} | wrong)
        assert (answer.status, answer.fields) == (422, list(wrong))
    assert [delivery.state for delivery in await office.all(Delivery)] == ["queued"]


# --- durable


async def test_a_server_that_is_killed_keeps_what_it_took(store_url: str, tmp_path: Path) -> None:
    server = Running(tmp_path / "server", "serve", environment={"OMNIDESK_DATABASE_URL": store_url})
    await asyncio.to_thread(server.start)
    database = Database(store_url, worker=1000)
    async with database.transaction() as tx:
        token = await tokens.create(tx, "shop")
    taken: list[str] = []

    async def pour(person: int) -> None:
        async with ClientSession(server.url) as session:
            shop = Program(session, token)
            for number in range(10_000):
                try:
                    answer = await shop.post(PATH, message(f"{person}/{number}", f"{person}/{number}", f"p{person}"))
                except ClientError:
                    return
                assert answer.status == 202
                taken.append(f"{person}/{number}")

    pouring = asyncio.gather(*(pour(person) for person in range(4)))
    while len(taken) < 40:  # noqa: ASYNC110 - the senders count
        await asyncio.sleep(0.001)
    await asyncio.to_thread(server.kill)
    await pouring
    await asyncio.to_thread(server.start)
    async with ClientSession(server.url) as session, asyncio.timeout(60):
        shop = Program(session, token)
        cases: list[Any] = []
        kept: list[str] = []
        while not set(taken) <= set(kept):
            await asyncio.sleep(0.1)
            cases = await shop.all("/cases")
            kept = [text for case in cases for text in await texts(shop, case["number"])]
    assert len(kept) == len(set(kept))
    assert len(cases) == 4
    assert await asyncio.to_thread(server.stop) == 0
    await database.close()
