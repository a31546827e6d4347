"""The form: what is sent becomes one case, what is wrong is named, robots and floods leave nothing."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from hypothesis import given
from hypothesis import strategies as some
from playwright.async_api import async_playwright
from pydantic import ValidationError

from channels.form import adapter
from channels.form.adapter import FormChannel
from channels.form.filled import read
from channels.form.parse import Sent, body_of
from channels.form.settings import FormSettings
from omnidesk.contract.channel import Inbound, RawMessage
from omnidesk.contract.testing import ChannelContract
from omnidesk.desk import actions
from omnidesk.desk.configuration import InboxEntry
from omnidesk.store.models import Attachment, Case, ContactPoint, Interaction
from omnidesk.store.models import RawMessage as Raw
from tests.browser import launch, watch
from tests.channels.hosted import hosted_desk
from tests.office import Office
from tests.web.test_accessibility import violations
from tests.web.test_browser import picture

GOOD = {"name": "Mia Demir", "email": "Mia@Example.com", "subject": "Lost", "message": "My parcel is lost"}
FIELDS: list[dict[str, Any]] = [
    {"name": "name"}, {"name": "email", "required": True}, {"name": "phone"},
    {"name": "message", "required": True},
    {"name": "order", "label": {"en": "Order number", "tr": "Sipariş no"}},
    {"name": "size", "label": {"en": "Size"}, "kind": "choice", "choices": ["S", "M"]},
    {"name": "day", "label": {"en": "Day"}, "kind": "date"},
    {"name": "again", "label": {"en": "I wrote before"}, "kind": "checkbox"},
]  # fmt: skip


def settings(**changed: Any) -> FormSettings:
    return FormSettings.model_validate(changed)


class TestForm(ChannelContract):
    """What every channel promises, but for sending: a form is no way back."""

    def make(self) -> FormChannel:
        return FormChannel(settings(fields=FIELDS, answer_by="mail"))

    def samples(self) -> Sequence[RawMessage]:
        values = {"email": "mia@example.com", "message": "Hello", "order": "17", "again": "yes"}
        return [RawMessage("t", "mia@example.com", body_of(Sent(language="tr", values=values)))]

    async def test_the_same_delivery_has_the_same_id_however_often_it_is_tried(self) -> None:
        pytest.skip("a form is no way back")

    async def test_it_acknowledges_only_what_is_durable(self) -> None:
        pytest.skip("see the tests of the desk below")


@asynccontextmanager
async def desk_with_form(
    url: str, folder: Path, **changed: Any
) -> AsyncIterator[tuple[Office, ClientSession, str]]:  # fmt: skip
    """The desk with a form, answered by the inbox `mail`, and a browser without scripts."""
    entry = {
        "slug": "contact", "channel": "form", "name": "Contact form", "team": "support",
        "settings": {"answer_by": "mail", **changed},
    }  # fmt: skip
    form = InboxEntry.model_validate(entry)
    async with (
        hosted_desk(url, folder, form, public_url="http://127.0.0.1") as (office, served),
        ClientSession(served) as client,
    ):
        yield office, client, served


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests need no three seconds to fill in a form."""
    monkeypatch.setattr(adapter, "_QUICK", 0)


async def opened(client: ClientSession) -> str:
    """The token of a form that was just opened."""
    async with client.get("/form/contact") as page:
        assert page.status == 200
        found = re.search(r'name="token" value="([^"]+)"', await page.text())
    assert found
    return found[1]


async def send(client: ClientSession, token: str | None = None, **said: Any) -> tuple[int, str, str]:
    """Send a form; gives the status, the page, and where it leads."""
    values = {"token": token if token is not None else await opened(client), **GOOD, **said}
    async with client.post("/form/contact", data=values, allow_redirects=False) as answer:
        return answer.status, await answer.text(), answer.headers.get("Location", "")


async def test_a_form_becomes_a_case_that_is_answered_by_mail(store_url: str, tmp_path: Path) -> None:
    async with desk_with_form(store_url, tmp_path, fields=FIELDS) as (office, client, _):
        status, _, place = await send(client, order="17", again="yes", size="M")
        assert status == 303
        await office.work()
        (case,) = await office.all(Case)
        assert (case.channel, case.contact_name, case.holder) == ("fakemail", "Mia Demir", "team")
        (point,) = await office.all(ContactPoint)
        assert (point.channel, point.address, point.proven) == ("fakemail", "mia@example.com", False)
        said = [row.interaction for row in await office.log(case) if row.interaction.kind == "message"]
        assert said[0].text == "My parcel is lost\n\nOrder number: 17\nSize: M\nI wrote before: yes"
        assert (said[0].channel, said[0].payload["doubt"]) == ("form", "unproven")
        async with client.get(place) as thanks:
            assert f"#{case.number}" in await thanks.text()
        await office.act("Ada", actions.reply, case.number, "It is here")
        (sent,) = office.channel("mail").sent
        assert (sent.to, sent.text) == ("mia@example.com", "It is here")
        again = await office.says("Thanks!", inbox="mail", sender="mia@example.com", token=sent.token)
        assert again.id == case.id


async def test_a_form_that_is_sent_twice_is_one_case(store_url: str, tmp_path: Path) -> None:
    async with desk_with_form(store_url, tmp_path) as (office, client, _):
        token = await opened(client)
        places = {(await send(client, token))[2] for _ in range(2)}
        await office.work()
        assert len(places) == len(await office.all(Case)) == 1
        await send(client)
        await office.work()
        assert len(await office.all(Case)) == 2


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"email": ""}, "email"), ({"email": "mia"}, "email"), ({"email": "a@b@c.example"}, "email"),
        ({"message": " "}, "message"), ({"phone": "12"}, "phone"), ({"size": "XXL"}, "size"), ({"day": "31.31"}, "day"),
        ({"order": "a" * 301}, "order"), ({"message": "a" * 20_001}, "message"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_named_and_what_was_typed_is_kept(
    store_url: str, tmp_path: Path, said: dict[str, str], field: str
) -> None:
    async with desk_with_form(store_url, tmp_path, fields=FIELDS) as (office, client, _):
        status, page, _ = await send(client, **{"name": "<b>Mia</b>", **said})
        assert status == 422
        assert f'id="w-{field}"' in page
        assert len(re.findall('aria-invalid="true"', page)) == 1
        assert "&lt;b&gt;Mia&lt;/b&gt;" in page
        assert await office.all(Raw) == []


async def test_robots_are_thanked_and_nothing_is_kept(store_url: str, tmp_path: Path) -> None:
    async with desk_with_form(store_url, tmp_path) as (office, client, _):
        status, page, _ = await send(client, website="https://spam.example")
        assert (status, "Thank you" in page) == (200, True)
        assert await office.all(Raw) == []


async def test_tokens_are_ours_of_today_and_of_a_person_in_no_hurry(
    store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk_with_form(store_url, tmp_path) as (office, client, _):
        token = await opened(client)
        for wrong in ("", "x", f"{token}x", "0-1.abc", "ş"):
            status, page, _ = await send(client, wrong)
            assert (wrong, status, "open for a long time" in page) == (wrong, 422, True)
        monkeypatch.setattr(adapter, "_QUICK", 60)
        status, page, _ = await send(client, token)
        assert (status, "very quick" in page, token in page) == (422, True, True)
        monkeypatch.setattr(adapter, "_QUICK", 0)
        monkeypatch.setattr(adapter, "_LASTS", -1)
        assert (await send(client, token))[0] == 422
        assert await office.all(Raw) == []


async def test_a_flood_from_one_address_is_slowed_down(store_url: str, tmp_path: Path) -> None:
    async with desk_with_form(store_url, tmp_path, per_minute=2) as (office, client, _):
        assert [(await send(client))[0] for _ in range(3)] == [303, 303, 429]
        assert len(await office.all(Raw)) == 2


async def test_files_come_along_and_too_many_or_large_ones_are_told(store_url: str, tmp_path: Path) -> None:
    async with desk_with_form(store_url, tmp_path, files=2, file_bytes=2048) as (office, client, _):

        async def with_files(*sizes: int) -> int:
            form = FormData()
            for name, said in {"token": await opened(client), **GOOD}.items():
                form.add_field(name, said)
            for number, size in enumerate(sizes):
                form.add_field("files", b"x" * size, filename=f"{number}.txt", content_type="text/plain")
            async with client.post("/form/contact", data=form, allow_redirects=False) as answer:
                return answer.status

        assert await with_files(1, 1, 1) == 422
        assert await with_files(2049) == 422
        assert await with_files(600_000) == 413
        assert await office.all(Raw) == []
        assert await with_files(2048, 5) == 303
        await office.work()
        assert sorted(file.size for file in await office.all(Attachment)) == [5, 2048]


async def test_junk_is_refused_and_leaves_nothing(store_url: str, tmp_path: Path) -> None:
    async with desk_with_form(store_url, tmp_path) as (office, client, _):
        for content_type, body in (
            ("multipart/form-data", b"x"), ("multipart/form-data; boundary=a", b"--a\r\nx"), ("application/json", b"{"),
            ("application/x-www-form-urlencoded; charset=nonsense", b"a=b"), ("text/plain", b"\xff\x00"),
            ("application/x-www-form-urlencoded", b"message=%ff%00&token=%ff"),
        ):  # fmt: skip
            async with client.post("/form/contact", data=body, headers={"Content-Type": content_type}) as answer:
                assert (content_type, 400 <= answer.status < 500) == (content_type, True)
        for path in ("/form/contact/thanks", "/form/contact/thanks?token=x", "/form/desk", "/form/none"):
            async with client.get(path) as answer:
                assert (path, answer.status) == (path, 404)
        assert await office.all(Interaction) == []


async def test_only_named_pages_may_show_it_in_a_frame(store_url: str, tmp_path: Path) -> None:
    async with (
        desk_with_form(store_url, tmp_path, embed_on=["https://shop.example/page"]) as (_, client, _),
        client.get("/form/contact") as page,
    ):
        assert "frame-ancestors https://shop.example;" in page.headers["Content-Security-Policy"] + ";"
        assert "script" not in page.headers["Content-Security-Policy"]
        assert "X-Frame-Options" not in page.headers


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_people_fill_it_in_without_scripts(
    store_url: str, tmp_path: Path, scheme: Any, request: pytest.FixtureRequest
) -> None:
    if "postgresql" in request.node.name:
        pytest.skip("a browser sees one kind of database")
    async with (
        desk_with_form(store_url, tmp_path, fields=FIELDS) as (office, _, served),
        async_playwright() as playwright,
    ):
        browser = await launch(playwright)
        size: Any = {"width": 390, "height": 844}
        context = await browser.new_context(
            base_url=served, viewport=size, color_scheme=scheme, locale="tr-TR", java_script_enabled=False
        )  # fmt: skip
        page = await context.new_page()
        await page.goto("/form/contact")
        await page.get_by_label("E-posta adresiniz").fill("mia@example.com")
        await page.get_by_label("Telefon numaranız").fill("12")
        await page.get_by_label("Mesajınız").fill("Paketim kayıp")
        await page.get_by_role("button", name="Gönder").click()
        await page.get_by_role("alert").wait_for()
        assert await page.get_by_label("Mesajınız").input_value() == "Paketim kayıp"
        await picture(page, f"form-{scheme}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
        await page.get_by_label("Telefon numaranız").fill("+905321234567")
        await page.get_by_role("button", name="Gönder").click()
        await page.get_by_role("heading", name="Teşekkür ederiz").wait_for()
        await picture(page, f"form-thanks-{scheme}")
        await office.work()
        assert [case.language for case in await office.all(Case)] == ["tr"]
        await browser.close()


async def test_it_is_accessible(store_url: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if "postgresql" in request.node.name:
        pytest.skip("a browser sees one kind of database")
    async with (
        desk_with_form(store_url, tmp_path, fields=FIELDS) as (_, client, served),
        async_playwright() as playwright,
    ):
        browser = await launch(playwright)
        context = await browser.new_context(base_url=served, bypass_csp=True)
        page = await context.new_page()
        complaints = watch(page)
        await page.goto("/form/contact?language=en")
        assert await violations(page) == []
        await page.set_content((await send(client, email=""))[1].replace("/form/", f"{served}/form/"))
        assert await violations(page) == []
        assert complaints == []
        await browser.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": [{"name": "email"}]}, {"fields": [{"name": "message"}], "answer_by": "mail"},
        {"fields": [{"name": "message"}, {"name": "message"}]}, {"fields": [{"name": "message"}, {"name": "order"}]},
        {"fields": [{"name": "message"}, {"name": "x", "label": {"en": "X"}, "kind": "choice"}]},
        {"embed_on": ["shop.example"]}, {"files": 11},
    ],
)  # fmt: skip
def test_settings_that_make_no_form_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**wrong)


@given(said=some.dictionaries(some.sampled_from([field["name"] for field in FIELDS]), some.text(max_size=400)))
def test_whatever_is_sent_is_read_or_named(said: dict[str, str]) -> None:
    form = settings(fields=FIELDS)
    filled = read(form, said, "tr")
    if not filled.wrong:
        (understood,) = FormChannel(form).parse(
            RawMessage("t", "mia@example.com", body_of(Sent(language="tr", values=filled.values)))
        )
        assert isinstance(understood, Inbound)
        assert understood.sender.address
