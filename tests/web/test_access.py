"""Who may see and do what: every page has its refusal, and changes must come from our own page."""

import re

import pytest
from aiohttp import WSServerHandshakeError, web

from omnidesk.desk import actions, agents, views
from omnidesk.store.models import Agent, Delivery, Role
from omnidesk.web import csrf, routes
from omnidesk.web.routes import ROUTES, Route
from tests.office import Office
from tests.web.conftest import Visit

PAGES_OF_A_CASE = (
    "/inbox/all/{number}", "/cases/{number}", "/cases/{number}/changes", "/cases/{number}/earlier",
    "/cases/{number}/interactions/2/original", "/cases/{number}/assignment", "/cases/{number}/addressees",
    "/inbox/all/rows/{number}", "/cases/{number}/more",
)  # fmt: skip
CHANGES_OF_A_CASE = {
    "interactions": {"kind": "reply", "text": "Hello"}, "assignment": {"agent": ""}, "holder": {}, "resolution": {},
    "reopening": {}, "reply-address": {"position": "2"}, "read": {"position": "1"},
}  # fmt: skip
EXAMPLES = {
    "saved": "1",
    "task": "1",
    "field": "product",
    "job": "1",
    "property": "team",
    "kind": "macros",
    "macro": "1",
    "view": "mine",
    "number": "1001",
    "numbers": "1001",
    "position": "1",
    "raw": "1",
    "contact": "1",
    "organization": "1",
    "point": "1",
    "entry": "1",
}


async def test_cy_is_refused_every_page_of_a_case(office: Office, visit: Visit) -> None:
    case = await office.says("My secret parcel", name="Mia")
    ada, cy = await visit("Ada"), await visit("Cy")
    for path in PAGES_OF_A_CASE:
        status, text = await cy.get(path.format(number=case.number))
        assert (path, status, "secret" in text, "Mia" in text) == (path, 404, False, False)
    assert (await ada.get(f"/inbox/all/{case.number}"))[0] == 200


async def test_cy_is_refused_every_change_of_a_case(office: Office, visit: Visit) -> None:
    case = await office.says("My secret parcel", name="Mia")
    cy = await visit("Cy")
    before = await office.log(case)
    for change, form in CHANGES_OF_A_CASE.items():
        assert (change, (await cy.post(f"/cases/{case.number}/{change}", **form))[0]) == (change, 404)
    assert len(await office.log(case)) == len(before)


async def test_cy_is_told_nothing_of_a_delivery_that_is_not_his(office: Office, visit: Visit) -> None:
    case = await office.says("My secret parcel", name="Mia")
    await office.act("Ada", actions.reply, case.number, "It is on its way.")
    (delivery,) = await office.all(Delivery)
    cy = await visit("Cy")
    hidden, missing = await cy.post(f"/deliveries/{delivery.id}/retry"), await cy.post("/deliveries/7/retry")
    assert hidden[0] == 404
    assert hidden[1].replace(str(delivery.id), "7") == missing[1]
    assert (await (await visit("Ada")).post(f"/deliveries/{delivery.id}/retry"))[0] == 409


async def test_cy_sees_nothing_of_the_case_in_any_view(office: Office, visit: Visit) -> None:
    await office.says("My secret parcel", name="Mia")
    await office.says("My secret order", name="Mia", sender="other", inbox="bot")
    cy = await visit("Cy")
    for view in views.VIEWS:
        for path in (f"/inbox/{view}", f"/inbox/{view}/rows", f"/inbox/{view}/counts"):
            status, text = await cy.get(path)
            assert (path, status, "secret" in text, "Mia" in text) == (path, 200, False, False)


async def test_the_history_names_only_how_many_cases_a_closed_team_has(office: Office, visit: Visit) -> None:
    await office.says("My secret invoice", name="Mia", inbox="billing")
    case = await office.says("My parcel", name="Mia")
    bo = await visit("Bo")
    _, text = await bo.get(f"/inbox/all/{case.number}")
    assert "Billing ekibinde 1 talep" in text
    assert "secret" not in text


async def test_the_quarantine_is_for_administrators(visit: Visit) -> None:
    bo, ada = await visit("Bo"), await visit("Ada")
    assert (await bo.get("/quarantine"))[0] == 403
    assert (await bo.get("/quarantine/1"))[0] == 403
    assert (await bo.post("/quarantine/1/processing"))[0] == 403
    assert (await ada.get("/quarantine"))[0] == 200


async def test_a_viewer_reads_but_changes_nothing(office: Office, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia")
    bo = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        (await tx.get(Agent, bo.agent_id)).role = Role.VIEWER
    viewer = await visit("Bo")
    status, text = await viewer.get(f"/inbox/all/{case.number}")
    assert (status, "<textarea" in text, 'id="resolution"' in text) == (200, False, False)
    for change, form in CHANGES_OF_A_CASE.items():
        assert (await viewer.post(f"/cases/{case.number}/{change}", **form))[0] == 403


async def test_nobody_gets_in_without_signing_in(visit: Visit) -> None:
    nobody = await visit(None)
    for route in ROUTES:
        if route.permission not in ("anyone", "public") and route.method == "GET":
            path = re.sub(r"\{(\w+):[^{}]*(\{[^}]*\})?\}", lambda part: EXAMPLES[part[1]], route.path)
            assert await nobody.follow(path) == f"/sign-in?next={path}"


async def test_a_change_from_another_site_is_refused(office: Office, visit: Visit, url: str) -> None:
    case = await office.says("Hello")
    ada = await visit("Ada")
    path, form = f"/cases/{case.number}/resolution", {"csrf": ada.token}
    for headers in (
        {"Origin": "http://evil.example"}, {"Origin": "null"}, {}, {"Origin": url, "Sec-Fetch-Site": "cross-site"},
    ):  # fmt: skip
        async with ada.session.post(path, data=form, headers=headers) as response:
            assert response.status == 403
    assert (await office.case(case.number)).category == "new"


async def test_a_change_without_the_sessions_token_is_refused(office: Office, visit: Visit, url: str) -> None:
    case = await office.says("Hello")
    ada, bo = await visit("Ada"), await visit("Bo")
    for form in ({}, {"csrf": ""}, {"csrf": bo.token}):
        async with ada.session.post(f"/cases/{case.number}/resolution", data=form, headers={"Origin": url}) as response:
            assert response.status == 403
    assert (await office.case(case.number)).category == "new"


async def test_a_live_socket_of_another_site_is_refused(visit: Visit) -> None:
    ada = await visit("Ada")
    for origin in (None, "http://evil.example", "null", "nonsense"):
        with pytest.raises(WSServerHandshakeError) as refusal:
            await ada.session.ws_connect("/live", origin=origin)
        assert refusal.value.status == 403


async def test_every_page_carries_the_security_headers(visit: Visit) -> None:
    ada = await visit("Ada")
    for path in ("/inbox/mine", "/sign-in", "/nowhere"):
        async with ada.session.get(path, allow_redirects=False) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy
            assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_route_without_a_permission_stops_the_start() -> None:
    async def handler(request: web.Request) -> web.Response:
        return web.Response()

    with pytest.raises(ValueError, match="GET /open says nobody"):
        routes.register(web.Application(), [Route("GET", "/open", handler)])


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(office: Office, visit: Visit) -> None:
    ada = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        token = await agents.make_sign_in_link(tx, ada.agent_id)
    nobody = await visit(None)
    async with nobody.session.post(f"/sign-in/{token}", headers={"Origin": nobody.url}, allow_redirects=False) as reply:
        cookie = reply.cookies[csrf.SESSION_COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
