"""How notices reach an agent: the page to choose it, the browser's worker, and the installed app."""

import json
from typing import Any

from playwright.async_api import expect

from omnidesk.desk.notices import subscriptions
from omnidesk.store.models import AgentSession, NoticeChoice, PushSubscription
from tests.office import Office
from tests.push_service import PushService
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size

PLACE = "/settings/notices"


async def test_what_is_chosen_is_kept_and_shown(office: Office, window: Any) -> None:
    page = await window("Ada", PLACE, **size("wide"))
    assigned = page.get_by_role("checkbox", name="A case is given to me")
    await expect(assigned).to_be_checked()
    await assigned.uncheck()
    await page.get_by_label("Show the beginning of what was said").check()
    await page.get_by_label("Digests go").select_option("daily")
    await page.get_by_label("from", exact=True).fill("22:00")
    await page.get_by_label("to", exact=True).fill("07:30")
    await expect(page.get_by_label("Time zone")).to_have_value("Europe/Istanbul")
    await page.get_by_label("Sun").uncheck()
    await picture(page, "notice-settings")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".saved")).to_have_text("Saved.")
    await expect(assigned).not_to_be_checked()
    (choice,) = await office.all(NoticeChoice)
    assert choice.ways["assigned"] == {"push": False, "mail": "digest"}
    assert (choice.quiet_from, choice.quiet_to, choice.quiet_days) == ("22:00", "07:30", "012345")
    assert (choice.rhythm, choice.with_text, choice.zone) == ("daily", True, "Europe/Istanbul")


async def test_the_page_says_that_there_is_no_mail_server_and_fits_a_phone(office: Office, window: Any) -> None:
    page = await window("Bo", PLACE, **size("phone"), color_scheme="dark")
    await expect(page.get_by_role("note")).to_contain_text("posta sunucusu ayarlı değil")
    await expect(page.locator("select[name=mail]").first).to_be_disabled()
    await picture(page, "notice-settings-phone")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_bad_choices_are_refused_by_name(office: Office, visit: Visit) -> None:
    bo = await visit("Bo")
    good = {"rhythm": "hourly", "zone": "UTC"}
    for bad in (
        {"rhythm": "never"}, {"zone": "Mars/Base"}, {"zone": "../etc/passwd"}, {"quiet_from": "25:00"},
        {"quiet_from": "22:00"}, {"quiet_days": "9"}, {"push": "everything"}, {"mail": "assigned:always"},
    ):  # fmt: skip
        status, _ = await bo.post(PLACE, **{**good, **bad})
        assert status == 422, bad
    assert await office.all(NoticeChoice) == []


async def test_a_browser_is_subscribed_by_its_session_and_only_its_owner_removes_it(
    office: Office, visit: Visit
) -> None:  # fmt: skip
    ada, bo = await visit("Ada"), await visit("Bo")
    endpoint = "https://push.example.com/browser"
    assert (await bo.post("/push-subscriptions", endpoint=endpoint, **PushService().keys))[0] == 303
    (kept,) = await office.all(PushSubscription)
    assert kept.session in {session.digest for session in await office.all(AgentSession)}
    assert (await ada.post("/push-subscriptions/removal", endpoint=endpoint))[0] == 303
    assert len(await office.all(PushSubscription)) == 1
    assert (await bo.post("/push-subscriptions/removal", endpoint=endpoint))[0] == 303
    assert await office.all(PushSubscription) == []
    for bad in ({"endpoint": "http://127.0.0.1/x"}, {"endpoint": "https://push.example.com/x"}, {}):
        assert (await bo.post("/push-subscriptions", **bad))[0] == 422


async def test_a_test_notice_needs_a_browser(office: Office, visit: Visit) -> None:
    assert (await (await visit("Bo")).post(f"{PLACE}/test"))[0] == 409


async def test_the_worker_shows_a_push_and_the_button_tells_its_state(office: Office, window: Any) -> None:
    page = await window("Ada", PLACE, **size("wide"))
    await expect(page.locator("[data-push-key] [role=status]")).not_to_have_text("")
    await page.context.grant_permissions(["notifications"])
    await page.reload()
    await expect(page.locator("[data-push=on]")).to_be_visible()
    devtools = await page.context.new_cdp_session(page)
    registered: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda told: registered.extend(one["registrationId"] for one in told["registrations"]),
    )
    await devtools.send("ServiceWorker.enable")
    await page.evaluate(
        "async () => { await navigator.serviceWorker.register('/service-worker.js?icons=/static/x/icons');"
        " await navigator.serviceWorker.ready; }"
    )
    told = {"title": "Ada gave you #17", "body": "Read it", "url": "/cases/17", "tag": "case-17", "count": 1}
    pushed = {"origin": page.url.removesuffix(PLACE), "registrationId": registered[-1], "data": json.dumps(told)}
    await devtools.send("ServiceWorker.deliverPushMessage", pushed)
    shown = (
        "async () => (await (await navigator.serviceWorker.ready).getNotifications())"
        ".map((one) => [one.title, one.body, one.tag])"
    )
    await page.wait_for_function(f"async () => (await ({shown})()).length")
    assert await page.evaluate(shown) == [["Ada gave you #17", "Read it", "case-17"]]


async def test_the_desk_can_be_installed(visit: Visit) -> None:
    nobody = await visit(None)
    status, text = await nobody.get("/manifest.webmanifest", **{"Accept-Language": "tr"})
    manifest = json.loads(text)
    assert (status, manifest["lang"], manifest["start_url"], manifest["display"]) == (
        200, "tr", "/inbox/mine", "standalone",
    )  # fmt: skip
    assert [shortcut["name"] for shortcut in manifest["shortcuts"]] == ["Benimkiler", "Atanmamış", "Bildirimler"]
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        async with nobody.session.get(icon["src"]) as answer:
            assert (answer.status, answer.content_type) == (200, "image/png")
    async with nobody.session.get("/service-worker.js") as answer:
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
        assert "caches" not in await answer.text()


async def test_the_pages_carry_the_manifest_and_chromium_reads_it(office: Office, window: Any) -> None:
    page = await window("Bo", "/inbox/mine", **size("wide"))
    devtools = await page.context.new_cdp_session(page)
    found = await devtools.send("Page.getAppManifest")
    assert found["errors"] == []
    assert json.loads(found["data"])["lang"] == "tr"


async def test_who_signs_out_leaves_no_browser_that_is_told(office: Office, visit: Visit) -> None:
    bo = await visit("Bo")
    await bo.post("/push-subscriptions", endpoint="https://push.example.com/b", **PushService().keys)
    await bo.post("/sign-out")
    viewer = await office.viewer("Bo")
    async with office.database.session() as session:
        assert await subscriptions.of(session, viewer.agent_id, office.clock()) == []
