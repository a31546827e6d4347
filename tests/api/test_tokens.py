"""Who may do what with a token, and how often; what a closed team hides."""

import logging
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlmodel import col

from omnidesk.api.operations import Operation
from omnidesk.api.routes import OPERATIONS
from omnidesk.desk import tokens
from omnidesk.settings import Api, Settings
from omnidesk.store.models import Agent, ApiToken, AuditEntry, Role
from tests.api.conftest import MakeProgram, new_token
from tests.api.desk import serving
from tests.api.program import Answer, Program, message
from tests.office import Office, TestClock

on_one_database = pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
"""For what is decided before anything is stored."""
each_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: f"{one.method} {one.path}")


async def perform(asker: Program, operation: Operation, **place: str) -> Answer:
    """The operation, with a body that is none."""
    where = {"number": "17", "id": "17", "slug": "api", **place}
    how = {} if operation.body is None else {"data": b"{}", "headers": {"Content-Type": "application/json"}}
    return await asker.ask(operation.method, operation.path.format(**where), **how)


def others(operation: Operation) -> list[str]:
    """All scopes but the one it needs."""
    return [scope for scope in tokens.SCOPES if scope != operation.scope]


@on_one_database
@each_operation
async def test_nobody_gets_in_without_a_good_token(program: MakeProgram, operation: Operation) -> None:
    good = await program()
    assert good.token is not None
    for token in (
        None,
        "",
        "x",
        "omnidesk_",
        good.token[:-1],
        good.token + "x",
        good.token.upper(),
        "é\udcff",
        "x" * 4000,
    ):
        answer = await perform(Program(good.session, token), operation)
        assert (answer.status, answer.code, answer.headers["WWW-Authenticate"]) == (401, "unauthorized", "Bearer")
    for header in (good.token, f"Basic {good.token}", f"Token {good.token}", "Bearer"):
        answer = await good.ask("GET", "/cases", headers={"Authorization": header})
        assert answer.status == 401


@on_one_database
@each_operation
async def test_each_operation_needs_its_own_scope(program: MakeProgram, operation: Operation) -> None:
    refused = await perform(await program(None, *others(operation)), operation)
    assert (refused.status, refused.code) == (403, "scope_missing")
    assert operation.scope in refused.said["detail"]
    assert (await perform(await program(None, operation.scope), operation)).status in (200, 201, 404, 422)


@on_one_database
async def test_a_token_ends_at_once(office: Office, shop: Program) -> None:
    assert (await shop.get("/cases")).status == 200
    (token,) = await office.all(ApiToken)
    async with office.database.transaction() as tx:
        await tokens.revoke(tx, token.id)
    assert (await shop.get("/cases")).status == 401
    assert [entry.action for entry in await office.all(AuditEntry)][-2:] == ["token.create", "token.revoke"]


async def test_the_token_of_an_agent_who_left_is_no_good(office: Office, program: MakeProgram) -> None:
    bo = await program("Bo")
    assert (await bo.get("/cases")).status == 200
    await office.change(Agent, col(Agent.name) == "Bo", active=False)
    assert (await bo.get("/cases")).status == 401


async def test_when_a_token_was_used_is_noted_once_a_minute(
    office: Office, shop: Program, clock: TestClock
) -> None:  # fmt: skip
    (token,) = await office.all(ApiToken)
    assert token.used_at is None
    used = []
    for minutes in (0, 0.5, 1):
        clock.skip(minutes=minutes)
        await shop.get("/cases")
        (token,) = await office.all(ApiToken)
        used.append(token.used_at)
    assert used[0] == used[1] < used[2]


@on_one_database
async def test_who_asks_too_often_is_told_when_to_come_back(settings: Settings, clock: TestClock) -> None:
    slow = settings.model_copy(update={"api": Api(requests_per_minute=3)})
    async with serving(slow, clock) as (app, url):
        office = Office(app, clock)
        async with ClientSession(url) as session:
            busy, other = Program(session, await new_token(office)), Program(session, await new_token(office))
            assert [(await busy.get("/cases")).status for _ in range(4)] == [200, 200, 200, 429]
            refused = await busy.get("/cases")
            assert (refused.code, refused.headers["Retry-After"]) == ("too_many_requests", "20")
            assert (await other.get("/cases")).status == 200
            clock.skip(seconds=21)
            assert [(await busy.get("/cases")).status for _ in range(2)] == [200, 429]


@on_one_database
async def test_a_token_stands_in_no_log(
    office: Office, shop: Program, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    assert shop.token is not None

    async def break_down(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken on purpose")

    await shop.get("/cases")
    await Program(shop.session, f"{shop.token}x").get("/cases")
    monkeypatch.setattr("omnidesk.desk.listing.case_rows", break_down)
    async with shop.session.get("/api/v1/cases", headers={"Authorization": f"Bearer {shop.token}"}) as answer:
        assert (answer.status, answer.content_type) == (500, "application/problem+json")
        assert shop.token not in await answer.text()
    assert "broken on purpose" in caplog.text
    assert shop.token.removeprefix("omnidesk_") not in caplog.text
    assert shop.token not in [row.digest for row in await office.all(ApiToken)]


# --- as whom


@on_one_database
@pytest.mark.parametrize("operation", [one for one in OPERATIONS if one.method != "GET"], ids=lambda one: one.path)
async def test_who_may_only_look_writes_nothing(office: Office, program: MakeProgram, operation: Operation) -> None:
    case = await office.says("Hello")
    await office.change(Agent, col(Agent.name) == "Bo", role=Role.VIEWER)
    viewer = await program("Bo")
    assert (await viewer.get(f"/cases/{case.number}")).status == 200
    bodies: dict[str, object] = {
        "/cases": {"contact": str(case.contact_id), "inbox": "desk", "body": "Hello"},
        "/cases/{number}": {"version": case.version, "priority": "high"},
        "/cases/{number}/interactions": {"kind": "note", "body": "Hello"},
        "/contacts": {"name": "Eve"},
        "/contacts/{id}": {"version": 1, "name": "Eve"},
        "/contacts/{id}/merge": {"from": str(case.contact_id)},
        "/organizations": {"name": "Acme"},
        "/organizations/{id}": {"version": 1, "name": "Acme"},
        "/inboxes/{slug}/messages": message("m-1", "Hello"),
        "/inboxes/{slug}/receipts": {"id": "17", "state": "read"},
    }
    path = operation.path.format(number=case.number, id=case.contact_id, slug="api")
    answer = await viewer.send(operation.method, path, bodies[operation.path])
    assert (answer.status, answer.code) == (403, "not_allowed")


async def test_cy_never_sees_what_support_does(office: Office, program: MakeProgram) -> None:
    shop, cy, bo = await program(), await program("Cy"), await program("Bo")
    case = await office.says("My secret")
    other = await office.says("My invoice", inbox="billing")
    mia = str(case.contact_id)
    for query in (
        {},
        {"team": "support"},
        {"contact": mia},
        {"inbox": "desk"},
        {"updated_since": "2020-01-01T00:00:00Z"},
    ):
        seen = {one["number"] for one in await cy.all("/cases", limit=1, **query)}
        assert seen <= {other.number}, query
    assert {row["case"] for row in await cy.all(f"/contacts/{mia}/interactions")} == {other.number}
    path, words = f"/cases/{case.number}", {"kind": "note", "body": "Hello"}
    refused = [
        await cy.get(path), await cy.get(f"{path}/interactions"), await cy.post(f"{path}/interactions", words),
        await cy.post(f"{path}/interactions", {**words, "kind": "reply"}),
        await cy.patch(path, {"version": case.version, "team": "billing"}),
        await cy.post("/inboxes/api/messages", message("m-1", "Hello")),
        await cy.post("/inboxes/api/receipts", {"id": "17", "state": "read"}),
    ]  # fmt: skip
    assert [answer.status for answer in refused] == [404] * len(refused)
    nowhere = [await cy.get("/cases/999999"), await cy.get("/cases/999999/interactions")]
    assert [one.said["detail"].replace("999999", str(case.number)) for one in nowhere] == [
        one.said["detail"] for one in refused[:2]
    ]
    opened = await cy.post("/cases", {"contact": mia, "inbox": "desk", "body": "Hello"})
    through = await cy.post(f"/cases/{other.number}/interactions", {"kind": "reply", "body": "Hi", "inbox": "desk"})
    assert [(answer.status, answer.fields) for answer in (opened, through)] == [(422, ["inbox"])] * 2
    assert await office.case(case.number) == case
    assert {one["number"] for one in await bo.all("/cases")} == {case.number}
    assert {one["number"] for one in await shop.all("/cases")} == {case.number, other.number}


async def test_cy_sees_what_is_given_to_cy(office: Office, program: MakeProgram) -> None:
    case = await office.says("My secret")
    shop, cy = await program(), await program("Cy")
    await shop.patch(f"/cases/{case.number}", {"version": case.version, "assignee": "cy@example.com"})
    assert (await cy.get(f"/cases/{case.number}")).status == 200
    assert [one["number"] for one in await cy.all("/cases")] == [case.number]


async def test_what_is_done_stands_under_the_name_of_who_did_it(office: Office, program: MakeProgram) -> None:
    case = await office.says("Hello")
    for asker in (await program("Ada"), await program()):
        await asker.post(f"/cases/{case.number}/interactions", {"kind": "note", "body": "Hello"})
    log = await (await program()).all(f"/cases/{case.number}/interactions")
    ada = str((await office.viewer("Ada")).agent_id)
    assert [row["author"] for row in log if row["kind"] == "note"] == [
        {"kind": "agent", "id": ada, "name": "Ada"}, {"kind": "agent", "id": None, "name": "shop"},
    ]  # fmt: skip
