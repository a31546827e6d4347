"""Contacts by the API: read, found, made, changed and merged."""

import asyncio
from typing import Any

import pytest

from omnidesk.store.models import Contact, ContactPoint
from tests.api.conftest import MakeProgram
from tests.api.program import Answer, Program, message
from tests.office import Office

on_one_database = pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
"""For what is decided before anything is stored."""


def point(channel: str, address: str) -> dict[str, str]:
    return {"channel": channel, "address": address}


async def test_a_contact_is_told_completely(shop: Program) -> None:
    words = {
        "name": "  Şule  Özkan 🌷", "language": "tr", "time_zone": "Europe/Istanbul",
        "points": [point("email", "Sule@Example.COM"), point("sms", "0532 123 45 67"), point("api", "user-17")],
        "fields": {"plan": "pro", "seats": 3, "vip": True, "rate": 0.5, "gone": None},
    }  # fmt: skip
    answer = await shop.post("/contacts", words)
    said = answer.said
    assert answer.status == 201
    assert {name: said[name] for name in said if name not in ("id", "created_at", "updated_at")} == {
        "version": 1, "name": "Şule Özkan 🌷", "language": "tr", "time_zone": "Europe/Istanbul", "organization": None,
        "region": "", "preferred_channel": None, "notes": "",
        "points": [
            {"channel": channel, "address": address, "proven": False, "working": True, "consent": True}
            for channel, address in (("email", "sule@example.com"), ("sms", "+905321234567"), ("api", "user-17"))
        ],
        "fields": {"plan": "pro", "seats": 3, "vip": True, "rate": 0.5}, "merged_into": None, "hidden_cases": {},
    }  # fmt: skip
    assert (await shop.get(f"/contacts/{said['id']}")).said == said
    assert (await shop.get("/contacts", q="şule")).said == {"items": [said], "next": None}
    assert (await shop.get("/contacts", q="0532")).said["items"] == [said]


async def test_nothing_need_be_known_of_a_contact(shop: Program) -> None:
    said = (await shop.post("/contacts", {})).said
    assert (said["name"], said["points"], said["language"], said["fields"]) == ("", [], None, {})


async def test_a_list_of_contacts_is_read_to_its_end_without_gap_or_repeat(shop: Program) -> None:
    ids = [(await shop.post("/contacts", {"name": f"Person {number}"})).said["id"] for number in range(7)]
    for query in ({"limit": 1}, {"limit": 3}, {"limit": 7}, {"limit": 3, "q": "person"}):
        assert [one["id"] for one in await shop.all("/contacts", **query)] == ids[::-1]


async def test_a_contact_is_changed_as_far_as_is_said(shop: Program) -> None:
    words = {"name": "Mia", "language": "en", "fields": {"a": 1, "b": 2}}
    contact = (await shop.post("/contacts", words)).said
    path = f"/contacts/{contact['id']}"
    after = (await shop.patch(path, {"version": 1, "name": "Mia Demir", "fields": {"b": None, "c": "ç"}})).said
    assert (after["version"], after["name"], after["language"]) == (2, "Mia Demir", "en")
    assert after["fields"] == {"a": 1, "c": "ç"}
    after = (await shop.patch(path, {"version": 2, "language": None, "name": None, "time_zone": "Asia/Tokyo"})).said
    assert (after["name"], after["language"], after["time_zone"]) == ("Mia Demir", None, "Asia/Tokyo")
    stale = await shop.patch(path, {"version": 2, "name": "Eve"})
    assert (stale.status, stale.code) == (409, "stale")
    assert (await shop.get(path)).said == after
    together = await asyncio.gather(*(shop.patch(path, {"version": 3, "name": name}) for name in "ABC"))
    assert sorted(answer.status for answer in together) == [200, 409, 409]


@on_one_database
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "x" * 201}, "name"), ({"name": "a\0"}, "name"), ({"language": "Turkish"}, "language"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"), ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"fields": {"": 1}}, "fields..[key]"), ({"fields": {"a\n": 1}}, "fields.a\n.[key]"), ({"id": "1"}, "id"),
        ({"fields": {f"f{number}": number for number in range(101)}}, "fields"), ({"fields": []}, "fields"),
    ],
)  # fmt: skip
async def test_what_cannot_be_known_of_a_contact_is_named(
    office: Office, shop: Program, wrong: dict[str, Any], field: str
) -> None:
    contact = (await shop.post("/contacts", {"name": "Mia"})).said
    for answer in (
        await shop.post("/contacts", wrong),
        await shop.patch(f"/contacts/{contact['id']}", {"version": 1, **wrong}),
    ):
        assert (answer.status, answer.fields) == (422, [field])
    assert (await shop.get(f"/contacts/{contact['id']}")).said == contact
    assert len(await office.all(Contact)) == 1


@on_one_database
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (point("email", "no address"), "points.0.address"), (point("sms", "call me"), "points.0.address"),
        (point("pigeon", "x"), "points.0.channel"), (point("api", ""), "points.0.address"),
        (point("api", "x" * 256), "points.0.address"), ({"channel": "api"}, "points.0.address"),
    ],
)  # fmt: skip
async def test_an_address_must_be_one_of_its_channel(
    office: Office, shop: Program, wrong: dict[str, str], field: str
) -> None:
    answer = await shop.post("/contacts", {"name": "Mia", "points": [wrong]})
    assert (answer.status, answer.fields) == (422, [field])
    assert await office.all(Contact) == []


async def test_an_address_belongs_to_one_contact(office: Office, shop: Program) -> None:
    words = {"name": "Mia", "points": [point("email", "mia@example.com"), point("email", "MIA@example.com")]}
    assert (await shop.post("/contacts", words)).status == 201
    taken = await shop.post("/contacts", {"points": [point("api", "new"), point("email", "Mia@Example.com")]})
    assert (taken.status, taken.code) == (409, "address_taken")
    assert len(await office.all(ContactPoint)) == 1
    same = {"points": [point("api", "user-17"), point("sms", "+905321234567")]}
    together = await asyncio.gather(
        shop.post("/contacts", same), shop.post("/contacts", {"points": same["points"][::-1]}),
        shop.post("/contacts", same),
    )  # fmt: skip
    assert sorted(answer.status for answer in together) == [201, 409, 409]


async def test_who_was_made_by_hand_is_known_when_they_write(office: Office, shop: Program) -> None:
    contact = (await shop.post("/contacts", {"name": "Mia Demir", "points": [point("api", "user-17")]})).said
    await shop.post("/inboxes/api/messages", message("m-1", "Hello", "user-17"))
    await office.work()
    (case,) = await shop.all("/cases")
    assert case["contact"] == contact["id"]
    after = (await shop.get(f"/contacts/{contact['id']}")).said
    assert (after["name"], [one["proven"] for one in after["points"]]) == ("Mia Demir", [True])


# --- merging


@pytest.fixture
async def two(office: Office, shop: Program) -> tuple[str, str]:
    """The ids of Mia, who wrote to us, and of somebody who wrote from elsewhere."""
    for sender in ("mia", "visitor"):
        await shop.post("/inboxes/api/messages", message(f"m-{sender}", f"I am {sender}", sender))
    await office.work()
    newer, older = await shop.all("/contacts")
    return older["id"], newer["id"]


async def merge(shop: Program, here: str, source: str) -> Answer:
    return await shop.post(f"/contacts/{here}/merge", {"from": source})


async def test_a_merge_gives_addresses_cases_and_log_to_who_stays(shop: Program, two: tuple[str, str]) -> None:
    mia, visitor = two
    answer = await merge(shop, mia, visitor)
    assert (answer.status, answer.said["id"]) == (200, mia)
    assert [one["address"] for one in answer.said["points"]] == ["mia", "visitor"]
    assert {case["contact"] for case in await shop.all("/cases")} == {mia}
    said = [row["text"] for row in await shop.all(f"/contacts/{mia}/interactions", limit=2) if row["text"]]
    assert said == ["I am mia", "I am visitor"]
    gone = (await shop.get(f"/contacts/{visitor}")).said
    assert (gone["merged_into"], gone["points"]) == (mia, [])
    assert [one["id"] for one in await shop.all("/contacts")] == [mia]


async def test_a_merge_that_makes_no_sense_changes_nothing(shop: Program, two: tuple[str, str]) -> None:
    mia, visitor = two
    assert ((await merge(shop, mia, mia)).status, (await merge(shop, "17", mia)).status) == (409, 404)
    unknown = await merge(shop, mia, "17")
    assert (unknown.status, unknown.fields) == (422, ["from"])
    assert (await shop.get(f"/contacts/{visitor}")).said["merged_into"] is None
    await merge(shop, mia, visitor)
    for here, source in ((mia, visitor), (visitor, mia)):
        assert (await merge(shop, here, source)).code == "merged_contact"


async def test_cases_that_one_may_not_see_are_counted(office: Office, shop: Program, program: MakeProgram) -> None:
    case = await office.says("Only for Billing", inbox="billing")
    bo, path = await program("Bo"), f"/contacts/{case.contact_id}"
    for asks, hidden in ((bo, {"Billing": 1}), (await program("Cy"), {}), (shop, {})):
        assert (await asks.get(path)).said["hidden_cases"] == hidden
        assert [one["hidden_cases"] for one in await asks.all("/contacts")] == [hidden]


async def test_cases_that_one_may_not_see_are_not_moved(
    office: Office, shop: Program, program: MakeProgram, two: tuple[str, str]
) -> None:
    refused = await merge(await program("Cy"), *two)
    assert (refused.status, refused.code) == (403, "hidden_cases")
    assert (await merge(await program("Bo"), *two)).status == 200
