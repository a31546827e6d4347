"""Cases by the API: read, listed in parts, opened and changed by the verbs that the pages use."""

import asyncio
import itertools
from typing import Any

import pytest
from sqlmodel import col

from omnidesk.contract.channel import Sender
from omnidesk.desk import actions
from omnidesk.desk.casework import merging
from omnidesk.desk.directory import contacts
from omnidesk.store.models import Agent, Case, Invitation, Role
from tests.api.conftest import MakeProgram
from tests.api.program import Answer, Program
from tests.office import Office


async def case_of(shop: Program, number: int) -> dict[str, Any]:
    """A case as it is now."""
    found: dict[str, Any] = (await shop.get(f"/cases/{number}")).said
    return found


async def changed(shop: Program, number: int, **wanted: object) -> Answer:
    """A change of the case as it is now."""
    version = (await case_of(shop, number))["version"]
    return await shop.patch(f"/cases/{number}", {"version": version, **wanted})


async def contact_of(office: Office, address: str, channel: str = "fake") -> str:
    """The contact at an address, as an id."""
    async with office.database.transaction() as tx:
        return str((await contacts.meet(tx, channel, [Sender(address)]))[address].contact.id)


async def test_a_case_is_told_completely(office: Office, shop: Program) -> None:
    case = await office.says("Kargom nerede? 📦")
    said = (await shop.get(f"/cases/{case.number}")).said
    stamps = {name: said.pop(name) for name in ("created_at", "updated_at")}
    assert all(stamp.endswith("Z") for stamp in stamps.values())
    assert said == {
        "number": case.number, "id": str(case.id), "version": case.version, "subject": "Kargom nerede? 📦",
        "status": "new", "category": "new", "holder": "team", "priority": "normal", "team": "support",
        "assignee": None, "contact": str(case.contact_id), "inbox": "desk", "channel": "fake", "labels": [],
        "fields": {}, "snoozed_until": None, "resolved_at": None, "closed_at": None, "merged_into": None,
    }  # fmt: skip
    assert (await shop.get("/cases")).said == {"items": [{**said, **stamps}], "next": None}


# --- lists


async def test_a_list_is_read_to_its_end_without_gap_or_repeat(office: Office, shop: Program) -> None:
    numbers = [(await office.says(f"Case {n}", sender=f"p{n}")).number for n in range(7)]
    for limit in (1, 3, 7, 200):
        assert [case["number"] for case in await shop.all("/cases", limit=limit)] == numbers[::-1]
    ever = await shop.all("/cases", updated_since="2020-01-01T00:00:00Z", limit=2)
    assert [case["number"] for case in ever] == numbers


async def test_a_list_goes_on_where_it_was_while_others_write(office: Office, shop: Program) -> None:
    numbers = [(await office.says(f"Case {n}", sender=f"p{n}")).number for n in range(4)]
    first = (await shop.get("/cases", limit=2)).said
    await office.says("A new one", sender="p9")
    second = (await shop.get("/cases", limit=2, cursor=first["next"])).said
    assert [case["number"] for case in first["items"] + second["items"]] == numbers[::-1]


@pytest.fixture
async def three(office: Office, shop: Program) -> dict[str, int]:
    """Three cases that differ in all that can be asked for, by their letters."""
    a = (await office.says("A")).number
    b = (await office.says("B", inbox="billing", sender="eve")).number
    c = (await office.says("C", inbox="bot")).number
    await changed(shop, a, assignee="bo@example.com", labels=["vip", "şikâyet"], status="waiting")
    await changed(shop, b, labels=["vip"])
    return {"a": a, "b": b, "c": c}


async def test_cases_are_found_by_each_filter_and_by_several(
    office: Office, shop: Program, three: dict[str, int]
) -> None:
    mia = await contact_of(office, "mia")
    after_b = (await case_of(shop, three["b"]))["updated_at"]
    table: list[tuple[dict[str, str], str]] = [
        ({}, "cba"), ({"status": "waiting"}, "a"), ({"status": "new"}, "cb"), ({"status": "closed"}, ""),
        ({"team": "support"}, "ca"), ({"team": "billing"}, "b"), ({"assignee": "Bo@Example.com"}, "a"),
        ({"assignee": "cy@example.com"}, ""), ({"inbox": "bot"}, "c"), ({"contact": mia}, "ca"),
        ({"contact": "17"}, ""), ({"label": "vip"}, "ba"), ({"label": "şikâyet"}, "a"), ({"label": "vi"}, ""),
        ({"updated_since": after_b}, "b"), ({"updated_since": "2999-01-01T00:00:00+03:00"}, ""),
        ({"label": "vip", "team": "support"}, "a"), ({"label": "vip", "updated_since": "2020-01-01T00:00:00Z"}, "ab"),
        ({"contact": mia, "inbox": "bot", "status": "new", "team": "support"}, "c"),
        ({"contact": mia, "assignee": "bo@example.com", "status": "new"}, ""),
    ]  # fmt: skip
    letters = {number: letter for letter, number in three.items()}
    for query, expected in table:
        found = "".join(letters[case["number"]] for case in await shop.all("/cases", limit=1, **query))
        assert found == expected, query


async def test_what_was_changed_comes_last(office: Office, shop: Program, three: dict[str, int]) -> None:
    await changed(shop, three["a"], priority="high")
    order = [case["number"] for case in await shop.all("/cases", limit=1, updated_since="2020-01-01T00:00:00Z")]
    assert order[-1] == three["a"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("team=nobody", "team"), ("assignee=no@example.com", "assignee"), ("inbox=nowhere", "inbox"),
        ("status=done", "status"), ("limit=201", "limit"), ("limit=0", "limit"), ("limit=1&limit=2", "limit"),
        ("cursor=x", "cursor"), ("cursor=99999999999999999999", "cursor"), ("cursor=1-1", "cursor"),
        ("cursor=1&updated_since=2020-01-01T00:00:00Z", "cursor"), ("contact=mia", "contact"),
        ("contact=9999999999999999999", "contact"), ("updated_since=yesterday", "updated_since"),
        ("updated_since=2020-01-01T00:00:00", "updated_since"), ("updated_since=2020-13-01T00:00:00Z", "updated_since"),
        ("updated_since=0001-01-01T00:00:00%2B14:00", "updated_since"), ("label=%00", "label"), ("staus=new", "staus"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
async def test_a_wrong_question_names_the_field(shop: Program, query: str, field: str) -> None:
    answer = await shop.ask("GET", f"/cases?{query}")
    assert (answer.status, answer.code, answer.fields) == (422, "invalid", [field])


# --- opening


async def test_a_case_is_opened_in_the_words_of_a_contact(office: Office, shop: Program) -> None:
    mia = await contact_of(office, "mia")
    words = {"contact": mia, "inbox": "desk", "subject": "İade", "body": "Ürünü iade etmek istiyorum."}
    answer = await shop.post("/cases", words)
    case = answer.said
    assert (answer.status, case["subject"], case["contact"], case["team"]) == (201, "İade", mia, "support")
    log = (await shop.get(f"/cases/{case['number']}/interactions")).said["items"]
    assert (log[0]["event"], log[0]["author"]["name"]) == ("opened", "shop")
    assert (log[1]["direction"], log[1]["author"]["kind"], log[1]["text"]) == (
        "inbound", "contact", "Ürünü iade etmek istiyorum.",
    )  # fmt: skip
    await office.comes("Bo")
    await office.work()
    assert (await case_of(shop, case["number"]))["assignee"] == "bo@example.com"
    assert (await office.says("And one more thing")).number == case["number"]


async def test_the_bot_of_the_inbox_begins(office: Office, shop: Program) -> None:
    mia = await contact_of(office, "mia")
    case = (await shop.post("/cases", {"contact": mia, "inbox": "bot", "body": "Hello"})).said
    assert (case["holder"], case["subject"]) == ("bot", "Hello")
    await office.work()
    log = await shop.all(f"/cases/{case['number']}/interactions")
    assert [row["text"] for row in log if row["author"]["kind"] == "bot"] == ["1: Hello"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"contact": "17"}, "contact"), ({"inbox": "nowhere"}, "inbox"), ({"inbox": "api-off"}, "inbox"),
        ({"inbox": "mail"}, "inbox"), ({"body": ""}, "body"), ({"body": " \n "}, "body"), ({"body": "a\0b"}, "body"),
        ({"body": "x" * 50_001}, "body"), ({"subject": "x" * 501}, "subject"), ({"contact": 17}, "contact"),
        ({"body": None}, "body"), ({"bodi": "x"}, "bodi"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
async def test_a_case_that_cannot_be_opened_is_not(
    office: Office, shop: Program, wrong: dict[str, object], field: str
) -> None:
    words = {"contact": await contact_of(office, "mia"), "inbox": "desk", "body": "Hello"}
    answer = await shop.post("/cases", words | wrong)
    assert (answer.status, answer.fields) == (422, [field])
    assert await office.all(Case) == []


# --- changing


async def test_each_thing_is_changed_and_noted_with_who_did_it(
    office: Office, shop: Program, program: MakeProgram
) -> None:
    number = (await office.says("Hello")).number
    bo = await program("Bo")
    for wanted, event in (
        ({"priority": "urgent"}, "priority_changed"), ({"assignee": "BO@example.com"}, "assigned"),
        ({"labels": ["b", "a", "a"]}, "labels_changed"), ({"fields": {"order": 17, "paid": True}}, "fields_changed"),
        ({"status": "on_hold"}, "status_changed"), ({"team": "billing"}, "team_changed"),
        ({"assignee": None}, None),
    ):  # fmt: skip
        before = (await shop.all(f"/cases/{number}/interactions"))[-1]["position"]
        assert (await changed(bo, number, **wanted)).status == 200 if "assignee" not in wanted or event else True
        events = [row for row in await shop.all(f"/cases/{number}/interactions") if row["position"] > before]
        assert event is None or (event, "Bo") in [(row["event"], row["author"]["name"]) for row in events]
    case = await case_of(shop, number)
    assert {name: case[name] for name in ("priority", "labels", "fields", "status", "team", "assignee")} == {
        "priority": "urgent", "labels": ["a", "b"], "fields": {"order": 17, "paid": True}, "status": "on_hold",
        "team": "billing", "assignee": None,
    }  # fmt: skip


async def test_what_is_not_named_stays_and_fields_go_one_by_one(office: Office, shop: Program) -> None:
    number = (await office.says("Hello")).number
    await changed(shop, number, labels=["vip"], fields={"ad": "Ş", "b": 1.5, "c": 2**53 - 1}, assignee="bo@example.com")
    before = await case_of(shop, number)
    same = await changed(shop, number)
    assert same.said == before
    nothing = await changed(shop, number, labels=None, team=None, status=None, priority=None, fields=None)
    assert nothing.said == before
    after = (await changed(shop, number, fields={"b": None, "d": "🎁"})).said
    assert after["fields"] == {"ad": "Ş", "c": 2**53 - 1, "d": "🎁"}
    assert (after["labels"], after["assignee"]) == (["vip"], "bo@example.com")
    assert (await changed(shop, number, labels=[])).said["labels"] == []


async def test_an_older_version_is_refused_and_of_two_at_once_one(office: Office, shop: Program) -> None:
    number = (await office.says("Hello")).number
    version = (await case_of(shop, number))["version"]
    stale = await shop.patch(f"/cases/{number}", {"version": version - 1, "priority": "low"})
    assert (stale.status, stale.code) == (409, "stale")
    together = await asyncio.gather(
        *(shop.patch(f"/cases/{number}", {"version": version, "priority": name}) for name in ("low", "high", "urgent"))
    )
    assert sorted(answer.status for answer in together) == [200, 409, 409]
    (won,) = [answer.said["priority"] for answer in together if answer.status == 200]
    assert (await case_of(shop, number))["priority"] == won


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"team": "nowhere"}, "team"), ({"assignee": "no@example.com"}, "assignee"), ({"status": "new"}, "status"),
        ({"status": "done"}, "status"), ({"fields": {"a": "x" * 2001}}, "fields.a.constrained-str"),
        ({"fields": {str(n): "x" * 1900 for n in range(10)}}, "fields"), ({"labels": ["x" * 51]}, "labels.0"),
        ({"labels": [" "]}, "labels.0"), ({"priority": "high!"}, "priority"), ({"versoin": 1}, "versoin"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
async def test_all_is_changed_or_nothing(office: Office, shop: Program, wrong: dict[str, object], field: str) -> None:
    number = (await office.says("Hello")).number
    await changed(shop, number, status="open")
    before = await case_of(shop, number)
    good = {"assignee": "bo@example.com", "labels": ["vip"], "priority": "high", "fields": {"a": 1}}
    answer = await changed(shop, number, **(good | wrong))
    assert answer.status == 422
    assert field in answer.fields
    assert await case_of(shop, number) == before


@pytest.mark.parametrize("how", [{"role": Role.VIEWER}, {"active": False}])
async def test_work_is_given_only_to_who_can_take_it(office: Office, shop: Program, how: dict[str, object]) -> None:
    number = (await office.says("Hello")).number
    await office.change(Agent, col(Agent.name) == "Bo", **how)
    answer = await changed(shop, number, assignee="bo@example.com")
    assert (answer.status, answer.fields) == (422, ["assignee"])


@pytest.mark.parametrize("value", [2**53, -(2**53), 10**30, 1e400, float("nan"), [1], {"a": 1}])
@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
async def test_a_field_that_readers_would_not_agree_on_is_refused(office: Office, shop: Program, value: object) -> None:
    number = (await office.says("Hello")).number
    assert (await changed(shop, number, fields={"a": value})).status == 422


async def test_a_status_is_set_by_the_verbs_of_the_pages(office: Office, shop: Program) -> None:
    number = (await office.says("Hello")).number
    ways = itertools.pairwise(["new", "waiting", "on_hold", "open", "resolved", "open", "closed", "open", "resolved"])
    for before, after in ways:
        assert (await case_of(shop, number))["status"] == before
        case = (await changed(shop, number, status=after)).said
        done = after in ("resolved", "closed")
        assert (case["category"], case["resolved_at"] is not None) == (after, done)
        assert (case["closed_at"] is not None) == (after == "closed")
    closed = await changed(shop, number, status="closed")
    assert closed.said["status"] == "closed"
    again = await changed(shop, number, status="resolved")
    assert (again.status, again.fields) == (422, ["status"])


async def test_resolving_asks_and_reopening_asks_no_more(office: Office, shop: Program) -> None:
    number = (await office.says("Hello")).number
    await changed(shop, number, status="resolved")
    assert [asked.state for asked in await office.all(Invitation)] == ["armed"]
    await changed(shop, number, status="open")
    assert [asked.state for asked in await office.all(Invitation)] == ["cancelled"]
    await changed(shop, number, status="resolved")
    await office.work()
    assert [asked.state for asked in await office.all(Invitation)] == ["cancelled", "sent"]


async def test_a_change_of_a_bots_case_takes_it_only_where_it_must(office: Office, shop: Program) -> None:
    number = (await office.says("Hello", inbox="bot")).number
    assert (await changed(shop, number, priority="high", assignee=None, labels=["vip"])).said["holder"] == "bot"
    assert (await changed(shop, number, status="waiting")).said["holder"] == "team"


async def test_another_team_lets_go_of_who_is_not_of_it_and_finds_who_is(
    office: Office, shop: Program, program: MakeProgram
) -> None:
    number = (await office.says("My invoice")).number
    await office.comes("Cy")
    bo = await program("Bo")
    await changed(bo, number, assignee="bo@example.com")
    answer = await changed(bo, number, team="billing")
    assert (answer.status, answer.said["team"], answer.said["assignee"]) == (200, "billing", None)
    assert (await bo.get(f"/cases/{number}")).status == 404
    await office.work()
    assert (await case_of(shop, number))["assignee"] == "cy@example.com"
    loads = {agent.name: agent.load for agent in await office.all(Agent)}
    assert loads == {"Ada": 0, "Bo": 0, "Cy": 1}


async def test_a_program_that_acts_for_nobody_takes_no_work(office: Office, shop: Program) -> None:
    number = (await office.says("Hello")).number
    assert (await changed(shop, number, status="resolved")).said["assignee"] is None
    await office.act("Bo", actions.reopen, number)
    assert (await case_of(shop, number))["assignee"] == "bo@example.com"


async def test_where_a_case_went_is_not_told_to_who_may_not_see_it(
    office: Office, shop: Program, program: MakeProgram
) -> None:
    case, secret = await office.says("Help"), await office.says("Secret", inbox="billing", sender="zoe")
    async with office.database.transaction() as tx:
        await merging.merge(tx, await office.viewer("Ada"), case.number, secret.number)
    bo = await program("Bo")
    assert (await case_of(shop, case.number))["merged_into"] == secret.number
    assert (await case_of(bo, case.number))["merged_into"] is None
    assert [one["merged_into"] for one in await bo.all("/cases")] == [None]
    assert str(secret.number) not in str(
        (await bo.get(f"/cases/{case.number}/interactions")).said["items"][-1]["event"]
    )
