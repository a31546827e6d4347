"""Organizations by the API, and who belongs to them."""

from typing import Any

import pytest

from omnidesk.store.models import Organization
from tests.api.program import Program, message
from tests.api.test_contacts import on_one_database, point
from tests.office import Office


async def test_an_organization_is_told_completely(shop: Program) -> None:
    words = {"name": "Özkan İnşaat", "domains": ["OZKAN.example"], "notes": "Kind.", "fields": {"seats": 3}}
    answer = await shop.post("/organizations", words)
    said = answer.said
    assert answer.status == 201
    assert {name: said[name] for name in said if name not in ("id", "created_at", "updated_at")} == {
        "version": 1, "name": "Özkan İnşaat", "domains": ["ozkan.example"], "notes": "Kind.", "fields": {"seats": 3},
    }  # fmt: skip
    assert (await shop.get(f"/organizations/{said['id']}")).said == said
    assert (await shop.get("/organizations", q="ozkan")).said == {"items": [said], "next": None}
    assert (await shop.get("/organizations", q="nobody")).said["items"] == []


async def test_an_organization_is_changed_as_far_as_is_said(shop: Program) -> None:
    made = (await shop.post("/organizations", {"name": "Acme", "fields": {"a": 1, "b": 2}})).said
    path = f"/organizations/{made['id']}"
    after = (await shop.patch(path, {"version": 1, "domains": ["acme.example"], "fields": {"a": None}})).said
    assert (after["version"], after["name"], after["domains"], after["fields"]) == (
        2,
        "Acme",
        ["acme.example"],
        {"b": 2},
    )
    assert (await shop.patch(path, {"version": 2, "name": None})).said["name"] == "Acme"
    stale = await shop.patch(path, {"version": 1, "name": "Eve"})
    assert (stale.status, stale.code) == (409, "stale")
    taken = await shop.post("/organizations", {"name": "Other", "domains": ["acme.example"]})
    assert (taken.status, taken.code, taken.fields) == (409, "domain_taken", ["domains"])


async def test_a_list_of_organizations_is_read_to_its_end_without_gap_or_repeat(shop: Program) -> None:
    ids = [(await shop.post("/organizations", {"name": f"Company {number}"})).said["id"] for number in range(5)]
    for query in ({"limit": 1}, {"limit": 5}, {"limit": 2, "q": "company"}):
        assert [one["id"] for one in await shop.all("/organizations", **query)] == ids[::-1]


@on_one_database
@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "name"), ({"name": "x" * 201}, "name"), ({"domains": ["gmail.com"]}, "domains"),
        ({"domains": ["a b"]}, "domains"), ({"domains": "acme.example"}, "domains"), ({"notes": "a\0"}, "notes"),
        ({"notes": "x" * 10_001}, "notes"), ({"id": "1"}, "id"),
    ],
)  # fmt: skip
async def test_what_cannot_be_known_of_an_organization_is_named(
    office: Office, shop: Program, wrong: dict[str, Any], field: str
) -> None:
    made = (await shop.post("/organizations", {"name": "Acme"})).said
    for answer in (
        await shop.post("/organizations", {"name": "Other", **wrong}),
        await shop.patch(f"/organizations/{made['id']}", {"version": 1, **wrong}),
    ):
        assert (answer.status, answer.fields) == (422, [field])
    assert (await shop.get(f"/organizations/{made['id']}")).said == made
    assert len(await office.all(Organization)) == 1


async def test_a_contact_belongs_to_the_organization_that_is_named_or_that_owns_the_domain(shop: Program) -> None:
    acme = (await shop.post("/organizations", {"name": "Acme", "domains": ["acme.example"]})).said["id"]
    mail = [point("email", "mia@acme.example")]
    by_domain = (await shop.post("/contacts", {"name": "Mia", "points": mail})).said
    apart = (await shop.post("/contacts", {"points": [point("email", "x@acme.example")], "organization": None})).said
    named = (await shop.post("/contacts", {"name": "Max", "organization": acme})).said
    assert [one["organization"] for one in (by_domain, apart, named)] == [acme, None, acme]
    assert [one["id"] for one in (await shop.get("/contacts", organization=acme)).said["items"]] == [
        named["id"], by_domain["id"],
    ]  # fmt: skip
    after = (await shop.patch(f"/contacts/{named['id']}", {"version": 1, "organization": None})).said
    assert after["organization"] is None
    for wrong in ("1", "x", 5):
        answer = await shop.patch(f"/contacts/{named['id']}", {"version": 2, "organization": wrong})
        assert (answer.status, answer.fields) == (422, ["organization"])


async def test_region_preferred_channel_and_notes_are_taken_and_told(shop: Program) -> None:
    words = {
        "region": "Ege",
        "preferred_channel": "sms",
        "notes": "Calls back.",
        "points": [point("sms", "0532 123 45 67")],
    }
    said = (await shop.post("/contacts", words)).said
    assert (said["region"], said["preferred_channel"], said["notes"]) == ("Ege", "sms", "Calls back.")
    path = f"/contacts/{said['id']}"
    after = (await shop.patch(path, {"version": 1, "region": None, "preferred_channel": None})).said
    assert (after["region"], after["preferred_channel"]) == ("Ege", None)
    for wrong, field in (({"preferred_channel": "email"}, "preferred_channel"), ({"language": "xx"}, "language")):
        answer = await shop.patch(path, {"version": 2, **wrong})
        assert (answer.status, answer.fields) == (422, [field])


async def test_a_message_with_a_domain_of_nobodys_changes_nothing(office: Office, shop: Program) -> None:
    await shop.post("/organizations", {"name": "Acme", "domains": ["acme.example"]})
    await shop.post("/inboxes/api/messages", message("m-1", "Hello"))
    await office.work()
    [contact] = (await shop.get("/contacts")).said["items"]
    assert contact["organization"] is None
