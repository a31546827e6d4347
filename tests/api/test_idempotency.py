"""Asking again after an answer that was lost: done once, answered as the first time."""

import asyncio
from typing import Any

from omnidesk.store.models import Case, Contact, IdempotencyKey, Interaction
from tests.api.conftest import MakeProgram
from tests.api.program import Answer, Program
from tests.office import Office

NOTE = {"kind": "note", "body": "Call back"}


async def send(program: Program, path: str, body: object, key: str) -> Answer:
    return await program.send("POST", path, body, **{"Idempotency-Key": key})


async def test_the_same_request_under_the_same_key_is_done_once(office: Office, shop: Program) -> None:
    case = await office.says("Hello")
    path = f"/cases/{case.number}/interactions"
    reply = {"kind": "reply", "body": "Dear Mia"}
    first, again = [await send(shop, path, reply, "k1") for _ in range(2)]
    assert (first.status, again.status) == (201, 201)
    assert again.said == first.said
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    await office.work()
    assert [row.text for row in await office.all(Interaction)].count("Dear Mia") == 1


async def test_what_was_made_is_answered_as_it_was_then(office: Office, shop: Program) -> None:
    contact = await send(shop, "/contacts", {"name": "Noa"}, "c")
    await shop.patch(f"/contacts/{contact.said['id']}", {"version": 1, "name": "Noa Levi"})
    again = await send(shop, "/contacts", {"name": "Noa"}, "c")
    assert again.said == contact.said
    mia = (await shop.post("/contacts", {"name": "Mia", "points": [{"channel": "api", "address": "mia"}]})).said["id"]
    case = {"inbox": "api", "contact": mia, "subject": "Parcel", "body": "Where is it?"}
    numbers = {(await send(shop, "/cases", case, "case")).said["number"] for _ in range(3)}
    assert len(numbers) == len(await office.all(Case)) == 1
    ids = {(await send(shop, "/organizations", {"name": "Acme"}, "o")).said["id"] for _ in range(2)}
    assert len(ids) == 1


async def test_without_a_key_and_under_another_one_it_is_another_request(office: Office, shop: Program) -> None:
    for key in ("a", "b"):
        await send(shop, "/contacts", {"name": "Noa"}, key)
    for _ in range(2):
        await shop.post("/contacts", {"name": "Noa"})
    assert len(await office.all(Contact)) == 4


async def test_a_key_of_another_request_is_refused(office: Office, shop: Program) -> None:
    case = await office.says("Hello")
    other = await office.says("Hello", sender="noa")
    path = f"/cases/{case.number}/interactions"
    await send(shop, path, NOTE, "k")
    requests: list[tuple[str, Any]] = [
        (path, {**NOTE, "body": "Another"}),
        (f"/cases/{other.number}/interactions", NOTE),
        ("/contacts", {"name": "Noa"}),
    ]
    for there, body in requests:
        answer = await send(shop, there, body, "k")
        assert (answer.status, answer.code, answer.fields) == (422, "key_reused", ["Idempotency-Key"])


async def test_of_two_at_once_one_does_it(office: Office, shop: Program) -> None:
    case = await office.says("Hello")
    path = f"/cases/{case.number}/interactions"
    said = await asyncio.gather(*(send(shop, path, NOTE, "k") for _ in range(8)))
    assert {answer.status for answer in said} == {201}
    assert len({answer.said["id"] for answer in said}) == 1
    assert [row.text for row in await office.all(Interaction)].count("Call back") == 1


async def test_a_refusal_leaves_the_key_free(office: Office, shop: Program) -> None:
    case = await office.says("Hello")
    path = f"/cases/{case.number}/interactions"
    assert (await send(shop, path, {**NOTE, "body": " "}, "k")).status == 422
    assert (await send(shop, "/cases/999/interactions", NOTE, "k")).status == 404
    assert (await send(shop, path, NOTE, "k")).status == 201


async def test_keys_are_of_the_token_that_brings_them(office: Office, program: MakeProgram, shop: Program) -> None:
    ada = await program("Ada")
    one, other = await send(shop, "/contacts", {"name": "Noa"}, "k"), await send(ada, "/contacts", {"name": "Noa"}, "k")
    assert one.said["id"] != other.said["id"]


async def test_cy_gets_no_answer_that_was_given_to_another(office: Office, program: MakeProgram) -> None:
    case = await office.says("Hello")
    path = f"/cases/{case.number}/interactions"
    await send(await program("Bo"), path, NOTE, "k")
    assert (await send(await program("Cy"), path, NOTE, "k")).status == 404


async def test_a_key_is_forgotten_after_a_day(office: Office, shop: Program) -> None:
    first = await send(shop, "/contacts", {"name": "Noa"}, "k")
    office.clock.skip(hours=23)
    await office.work()
    assert (await send(shop, "/contacts", {"name": "Noa"}, "k")).said == first.said
    office.clock.skip(hours=2)
    assert (await send(shop, "/contacts", {"name": "Mia"}, "k")).said["name"] == "Mia"
    office.clock.skip(hours=25)
    await office.work()
    assert await office.all(IdempotencyKey) == []


async def test_what_is_no_key_is_refused(shop: Program) -> None:
    for key in ("", "two words", "x" * 256):
        answer = await send(shop, "/contacts", {"name": "Noa"}, key)
        assert (answer.status, answer.fields) == (422, ["Idempotency-Key"])
