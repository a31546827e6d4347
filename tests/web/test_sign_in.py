"""Signing in: by password, by a link, within limits; and out again."""

from aiohttp import ClientSession, TCPConnector
from argon2 import PasswordHasher

from omnidesk.desk import agents
from omnidesk.desk.agents import Passwords
from omnidesk.store.models import AuditEntry
from omnidesk.web import csrf
from omnidesk.web.sign_in import WIDE_LIMIT
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.visitor import Visitor

QUICK = Passwords(PasswordHasher(memory_cost=8, time_cost=1, parallelism=1))
PASSWORD = "correct horse battery"


async def give_password(office: Office, name: str) -> None:
    """Let an agent have a password."""
    viewer = await office.viewer(name)
    async with office.database.transaction() as tx:
        await agents.set_password(tx, viewer.agent_id, await QUICK.hash(PASSWORD))


async def try_to_enter(visitor: Visitor, email: str, password: str, onward: str = "/") -> tuple[int, str]:
    """Send the form; gives the status and where it leads."""
    form = {"email": email, "password": password, "next": onward}
    headers = {"Origin": visitor.url}
    async with visitor.session.post("/sign-in", data=form, headers=headers, allow_redirects=False) as response:
        return response.status, response.headers.get("Location", "")


async def test_the_right_password_opens_the_page_that_was_asked_for(office: Office, visit: Visit) -> None:
    await give_password(office, "Bo")
    nobody = await visit(None)
    assert await try_to_enter(nobody, " BO@example.com ", PASSWORD, "/inbox/all") == (303, "/inbox/all")
    assert (await nobody.get("/inbox/all"))[0] == 200


async def test_signing_in_leads_to_no_other_site(office: Office, visit: Visit) -> None:
    await give_password(office, "Bo")
    for onward in ("https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a\nb"):
        assert await try_to_enter(await visit(None), "bo@example.com", PASSWORD, onward) == (303, "/")


async def test_a_wrong_password_and_an_unknown_address_look_the_same(office: Office, visit: Visit) -> None:
    await give_password(office, "Bo")
    nobody = await visit(None)
    pages = [
        await nobody.post("/sign-in", email=email, password="wrong password")
        for email in ("bo@example.com", "xx@example.com")
    ]
    assert [status for status, _ in pages] == [403, 403]
    assert pages[0][1].replace("bo@", "xx@") == pages[1][1]


async def test_trying_too_often_is_stopped_even_with_the_right_password(office: Office, visit: Visit) -> None:
    await give_password(office, "Bo")
    nobody = await visit(None)
    tries = [(await try_to_enter(nobody, "bo@example.com", "wrong"))[0] for _ in range(11)]
    assert tries == [403] * 10 + [429]
    assert (await try_to_enter(nobody, "bo@example.com", PASSWORD))[0] == 429
    office.clock.skip(minutes=1)
    assert (await try_to_enter(nobody, "bo@example.com", PASSWORD))[0] == 303


async def test_nobody_can_spend_the_tries_of_somebody_elsewhere(office: Office, visit: Visit) -> None:
    await give_password(office, "Bo")
    bo = await visit(None)
    async with ClientSession(bo.url, connector=TCPConnector(local_addr=("127.0.0.2", 0))) as elsewhere:
        eve = Visitor(elsewhere, bo.url, "")
        tries = [(await try_to_enter(eve, "bo@example.com", "wrong"))[0] for _ in range(12)]
    assert tries == [403] * 10 + [429] * 2
    assert (await try_to_enter(bo, "bo@example.com", PASSWORD))[0] == 303


async def test_many_addresses_together_are_stopped_too(office: Office, visit: Visit) -> None:
    wide = office.app[WIDE_LIMIT]
    now = office.database.now()
    while wide.take("email:bo@example.com", now):
        pass
    assert (await try_to_enter(await visit(None), "BO@example.com", "wrong"))[0] == 429


async def test_a_link_signs_in_once_and_looking_at_it_does_not_use_it_up(office: Office, visit: Visit) -> None:
    bo = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        token = await agents.make_sign_in_link(tx, bo.agent_id)
    preview, nobody, late = await visit(None), await visit(None), await visit(None)
    for _ in range(2):
        assert (await preview.get(f"/sign-in/{token}"))[0] == 200
    assert (await nobody.post(f"/sign-in/{token}"))[0] == 303
    assert (await nobody.get("/inbox/mine"))[0] == 200
    status, text = await late.post(f"/sign-in/{token}")
    assert (status, "no longer works" in text) == (403, True)
    assert (await preview.get("/inbox/mine"))[0] == 303


async def test_signing_out_ends_the_session_itself(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    cookie = next(cookie.value for cookie in ada.session.cookie_jar if cookie.key == csrf.SESSION_COOKIE)
    assert (await ada.post("/sign-out"))[0] == 303
    again = await visit(None)
    assert (await again.get("/inbox/mine", Cookie=f"{csrf.SESSION_COOKIE}={cookie}"))[0] == 303


async def test_the_page_speaks_the_language_that_the_browser_or_its_visitor_chose(visit: Visit) -> None:
    nobody = await visit(None)
    assert "Giriş yap" in (await nobody.get("/sign-in", **{"Accept-Language": "tr-TR,tr;q=0.9"}))[1]
    assert "Giriş yap" in (await nobody.get("/sign-in?language=tr"))[1]
    assert "Giriş yap" in (await nobody.get("/sign-in"))[1]
    assert "Giriş yap" not in (await nobody.get("/sign-in?language=en"))[1]


async def test_a_failed_try_stands_in_the_audit_log(office: Office, visit: Visit) -> None:
    nobody = await visit(None)
    await try_to_enter(nobody, "ada@example.com", "wrong")
    assert ("sign_in.failed", "ada@example.com") in [(e.action, e.subject) for e in await office.all(AuditEntry)]
