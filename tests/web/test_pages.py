"""Pages as programs see them: forms, fragments, errors, files, the survey and the quarantine."""

import gzip
import json
from collections.abc import Sequence
from typing import Any

import pytest
from aiohttp import ClientSession

from channels.email.adapter import EmailChannel
from channels.email.settings import EmailSettings
from omnidesk.contract.channel import Inbound, RawMessage, Receipt
from omnidesk.desk import actions, interactions, surveys
from omnidesk.store.models import Case, Interaction, Invitation
from omnidesk.store.models import RawMessage as Raw
from omnidesk.web import assets, csrf
from tests.fakes import FakeChannel
from tests.office import Office
from tests.web.conftest import Visit

HTMX = {"HX-Request": "true"}
LARGE = "9" * 19
"""Larger than any id, and than what a database can hold."""


async def test_without_scripts_forms_lead_back_to_the_case(office: Office, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia")
    ada = await visit("Ada")
    assert (await ada.post(f"/cases/{case.number}/interactions", kind="reply", text="Hi Mia"))[0] == 303
    assert await ada.follow(f"/cases/{case.number}") == f"/inbox/mine/{case.number}"
    assert (await ada.post(f"/cases/{case.number}/resolution"))[0] == 303
    assert await ada.follow(f"/cases/{case.number}") == f"/inbox/resolved/{case.number}"


async def test_a_reply_on_stale_reading_is_a_conflict_that_shows_what_was_said(office: Office, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia")
    await office.says("I found it!")
    ada = await visit("Ada")
    path, form = f"/cases/{case.number}/interactions", {"kind": "reply", "text": "We search."}
    status, text = await ada.post(path, **form, last_seen=str(case.last_position))
    assert (status, "I found it!" in text) == (409, True)
    assert (await ada.post(path, **form, last_seen=str(case.last_position), anyway="true"))[0] == 303


async def test_what_people_write_is_shown_as_text(office: Office, visit: Visit) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    case = await office.says(attack, name=attack, subject=attack)
    ada = await visit("Ada")
    for path in (f"/inbox/all/{case.number}", f"/inbox/all/rows/{case.number}", f"/cases/{case.number}/changes"):
        _, text = await ada.get(path, **HTMX)
        assert attack not in text
        assert "&lt;script&gt;alert(1)" in text


async def test_only_the_rows_that_are_asked_for_are_drawn_again(office: Office, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia")
    before = await office.case(case.number)
    await office.says("Once more")
    ada = await visit("Ada")
    _, text = await ada.get(f"/cases/{case.number}/changes?since={before.last_position}&last={before.last_position}")
    assert "Once more" in text
    assert "Hello</div>" not in text
    assert f'hx-target="#line-{before.last_position}"' in text


async def test_a_long_conversation_comes_in_parts(office: Office, visit: Visit) -> None:
    case = await office.says("The very first", name="Mia")
    ada = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        for number in range(70):
            await actions.note(tx, ada, case.number, f"Note {number}.")
    page = await visit("Ada")
    _, text = await page.get(f"/inbox/all/{case.number}")
    first_shown = text.split('data-position="')[1].split('"')[0]
    assert "The very first</div>" not in text
    _, text = await page.get(f"/cases/{case.number}/earlier?before={first_shown}", **HTMX)
    assert "The very first</div>" in text
    assert '<span id="earlier"></span>' in text


async def test_a_view_comes_in_parts(office: Office, visit: Visit) -> None:
    for number in range(51):
        await office.receive(f"Case {number}.", sender=f"sender{number}")
    await office.work()
    ada = await visit("Ada")
    _, text = await ada.get("/inbox/all")
    assert text.count('class="row ') == 50
    more = text.split('hx-get="/inbox/all/rows?sorted=newest&amp;cursor=')[1].split('"')[0]
    _, text = await ada.get(f"/inbox/all/rows?sorted=newest&cursor={more}", **HTMX)
    assert text.count('class="row ') == 1
    assert (await ada.get("/inbox/all/rows?cursor=nonsense", **HTMX))[0] == 422


async def test_a_case_that_left_the_view_has_no_row_there(office: Office, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia")
    ada = await visit("Ada")
    assert (await ada.get(f"/inbox/all/rows/{case.number}"))[0] == 200
    assert (await ada.get(f"/inbox/resolved/rows/{case.number}"))[0] == 204


async def test_errors_speak_to_people_to_htmx_and_to_programs(visit: Visit) -> None:
    bo = await visit("Bo")
    status, text = await bo.get("/cases/9999")
    assert (status, "Burada yok" in text, "<html" in text) == (404, True, True)
    async with bo.session.get("/inbox/all/9999", headers=HTMX) as response:
        assert (response.status, response.headers["HX-Retarget"]) == (404, "#toasts")
        assert "toast" in await response.text()
    async with bo.session.get("/cases/9999", headers={"Accept": "application/json"}) as response:
        assert response.content_type == "application/problem+json"
        assert (await response.json(content_type=None))["code"] == "not_found"
    async with bo.session.post("/inbox/all") as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET,HEAD")


async def test_an_upload_becomes_an_attachment_of_the_reply(office: Office, visit: Visit) -> None:
    case = await office.says("Send me the form", name="Mia")
    ada = await visit("Ada")
    headers = {"Origin": ada.url, "X-CSRF-Token": ada.token, "X-Filename": "..%2Fform%20%C5%9F.txt"}
    async with ada.session.post("/uploads", data=b"content", headers=headers) as response:
        upload = json.loads(await response.text())
    assert (response.status, upload["filename"], upload["size"]) == (201, "form ş.txt", 7)
    form = {"kind": "reply", "text": "", "upload": upload["handle"]}
    assert (await ada.post(f"/cases/{case.number}/interactions", **form))[0] == 303
    _, text = await ada.get(f"/inbox/all/{case.number}")
    link = text.split('class="file" href="')[1].split('"')[0]
    assert (await ada.get(link)) == (200, "content")
    assert (await ada.post(f"/cases/{case.number}/interactions", **{**form, "upload": "made-up.x"}))[0] == 422


async def test_the_survey_page_records_only_what_is_sent(office: Office, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia", inbox="mail")
    ada = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await actions.resolve(tx, ada, case.number)
    await office.work()
    (invitation,) = await office.all(Invitation)
    path = f"/survey/{surveys.token_of(office.keys, invitation.id)}"
    mia = await visit(None)
    status, text = await mia.get(f"{path}?score=4")
    assert (status, 'value="4" required checked' in text, "<script" in text) == (200, True, False)
    assert (await office.all(Invitation))[0].score is None
    assert "5/5" not in (await (await visit("Ada")).get(f"/inbox/resolved/{case.number}"))[1]
    status, text = await mia.post(path, score="5", comment="Thanks")
    assert (status, "Thank you" in text or "Teşekkürler" in text) == (200, True)
    _, text = await (await visit("Ada")).get(f"/inbox/resolved/{case.number}")
    assert ("5/5" in text, "Thanks" in text) == (True, True)
    assert (await mia.post(path, score="9"))[0] == 422
    assert (await mia.post(path, score=LARGE))[0] == 422
    for strange in (LARGE, "005" + "1" * 5000, "-1", "٤" * 9):
        assert (await mia.get(f"{path}?score={strange}"))[0] == 200
    assert (await mia.get("/survey/1.madeup"))[0] == 404
    office.clock.skip(days=15)
    assert (await mia.post(path, score="1"))[0] == 409


async def test_the_quarantine_shows_reasons_and_processes_again(office: Office, visit: Visit) -> None:
    await office.reception("desk").receive(RawMessage("broken", "mia", b"not JSON"))
    await office.work()
    ada = await visit("Ada")
    _, text = await ada.get("/quarantine")
    assert "Not what the fake channel says" in text
    assert 'class="badge">1<' in (await ada.get("/inbox/mine"))[1]
    (raw,) = await office.all(Raw)
    assert (await ada.post(f"/quarantine/{raw.id}/processing"))[0] == 303
    assert (await office.all(Raw))[0].state == "waiting"


async def test_what_is_in_quarantine_can_be_read_as_it_came_but_never_as_a_page(office: Office, visit: Visit) -> None:
    attack = "<script>alert('ş')</script>"
    for external_id, body in (("short", attack), ("long", attack + "x" * 300_000)):
        await office.reception("desk").receive(RawMessage(external_id, "mia", body.encode()))
    await office.work()
    ada = await visit("Ada")
    for row, body in zip(await office.all(Raw), (attack, attack + "x" * 300_000), strict=True):
        assert f'href="/quarantine/{row.id}"' in (await ada.get("/quarantine"))[1]
        async with ada.session.get(f"/quarantine/{row.id}") as response:
            assert await response.text() == body
            assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


async def test_a_long_quarantine_comes_in_parts_and_is_counted_whole(office: Office, visit: Visit) -> None:
    for number in range(53):
        await office.reception("desk").receive(RawMessage(f"broken{number:02}", "mia", b"not JSON"))
    await office.work()
    ada = await visit("Ada")
    _, newest = await ada.get("/quarantine")
    older = newest.split('href="/quarantine?before=')[1].split('"')[0]
    _, rest = await ada.get(f"/quarantine?before={older}")
    for text, shown in ((newest, range(3, 53)), (rest, range(3))):
        assert [number for number in range(53) if f"broken{number:02}" in text] == list(shown)
        assert 'class="badge">53<' in text
    assert 'href="/quarantine?before=' not in rest
    for strange in ("x", "0", "-1", LARGE, "1" * 5000):
        assert (await ada.get(f"/quarantine?before={strange}"))[0] == 422


async def test_a_number_that_no_row_can_have_is_refused(office: Office, visit: Visit) -> None:
    case = await office.says("Hello", name="Mia")
    ada = await visit("Ada")
    for path in (f"/deliveries/{LARGE}/retry", f"/quarantine/{LARGE}/processing", "/deliveries/0/retry"):
        assert (path, (await ada.post(path))[0]) == (path, 404)
    assert (await ada.get(f"/quarantine/{LARGE}"))[0] == 404
    for change, form in (
        ("assignment", {"agent": LARGE}), ("assignment", {"agent": "-1"}), ("read", {"position": LARGE}),
        ("read", {"position": str(2**31)}), ("interactions", {"kind": "reply", "text": "Hi", "last_seen": str(2**31)}),
        ("interactions", {"kind": "reply", "text": "Hi", "last_seen": LARGE}),
    ):  # fmt: skip
        assert (change, (await ada.post(f"/cases/{case.number}/{change}", **form))[0]) == (change, 422)


PHONE_MAIL = b"""From: Mia <mia@customer.example>
Message-ID: <1@customer.example>
Subject: The bill
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=x

--x
Content-Type: %b

%b
--x
Content-Type: application/pdf; name=bill.pdf
Content-Disposition: inline; filename=bill.pdf
Content-Transfer-Encoding: base64

JVBERi0=
--x
Content-Type: image/png; name=photo.png
Content-Disposition: inline; filename=photo.png
Content-Id: <photo-1>
Content-Transfer-Encoding: base64

iVBORw==
--x--
"""


class MailOnTheDesk(FakeChannel):
    """The fake, to which people write mails."""

    def parse(self, raw: RawMessage) -> Sequence[Inbound | Receipt]:
        """As the email channel understands it."""
        return EmailChannel(EmailSettings(address="desk@example.com")).parse(raw)


@pytest.mark.parametrize(
    ("kind", "text", "listed"),
    [
        (b"text/plain", b"Here it is.", ["bill.pdf", "photo.png"]),
        (b"text/html", b'Here it is: <img src="cid:photo-1">', ["bill.pdf"]),
        (b"text/html", b'Another: <img src="cid:photo-10">', ["bill.pdf", "photo.png"]),
    ],
)
async def test_files_that_a_phone_sends_inline_are_listed_unless_the_html_shows_them(
    office: Office, visit: Visit, kind: bytes, text: bytes, listed: list[str]
) -> None:
    office.inboxes.channels = {**office.inboxes.channels, "fake": MailOnTheDesk}
    await office.inboxes.load()
    await office.reception("desk").receive(RawMessage("1", "mia", PHONE_MAIL % (kind, text)))
    await office.work()
    (case,) = await office.all(Case)
    _, page = await (await visit("Ada")).get(f"/inbox/all/{case.number}")
    assert [name for name in ("bill.pdf", "photo.png") if f"<span>{name}</span>" in page] == listed


async def test_static_files_are_kept_for_ever_under_their_digest_only(visit: Visit) -> None:
    nobody = await visit(None)
    for digest, kept in ((assets.digest(), "immutable"), ("0123456789ab", "max-age=60")):
        async with nobody.session.get(f"/static/{digest}/css/base.css") as response:
            assert (response.status, kept in response.headers["Cache-Control"]) == (200, True)
    assert (await nobody.get(f"/static/{assets.digest()}/..%2f..%2fpages.py"))[0] == 404


async def test_every_event_is_said_in_words(office: Office, visit: Visit) -> None:
    said: dict[str, dict[str, Any]] = {
        "handed_off": {"reason": "asked", "summary": "Order 7"}, "unassigned": {}, "closed": {},
        "linked": {"number": 7},
        "sla_breached": {"metric": "resolution"}, "sla_warning": {"metric": "resolution"},
        "survey_skipped": {"reason": "automatic"},
        "participant_added": {"address": "a@b.c"}, "automatic_held": {"address": "a@b.c", "limit": 3},
        "delivery_failed": {"address": "a@b.c", "error": "full"}, "also_to": {"inbox": "Mail"},
        "address_left": {"channel": "webchat", "contact": "Eve", "now": "email"},
        "resolved": {"by": "silence"}, "reopened": {"by": "contact"}, "something_new": {},
    }  # fmt: skip
    case = await office.says("Hello", name="Mia")
    async with office.database.transaction() as tx:
        row = await tx.get(Case, case.id)
        for name, values in said.items():
            interactions.event(tx, row, name, **values)
    for agent in ("Ada", "Bo"):
        _, text = await (await visit(agent)).get(f"/inbox/all/{case.number}")
        shown = [name for name in said if f">{name} ·" in text]
        assert shown == ["something_new"]
        assert "Order 7" in text


async def test_scripts_and_styles_travel_packed_and_are_the_same(url: str) -> None:
    path = assets.url("js/page.js")
    async with ClientSession(url, auto_decompress=False) as session:
        async with session.get(path, headers={"Accept-Encoding": "gzip"}) as packed:
            body, headers = await packed.read(), packed.headers
        async with session.get(path, headers={"Accept-Encoding": "identity"}) as plain:
            whole = await plain.read()
    assert (headers["Content-Encoding"], headers["Vary"], "immutable" in headers["Cache-Control"]) == (
        "gzip", "Accept-Encoding", True,
    )  # fmt: skip
    assert headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert gzip.decompress(body) == whole
    assert len(body) < len(whole)


async def test_what_no_database_takes_is_left_out_of_forms(office: Office, visit: Visit) -> None:
    case = await office.says("Hello")
    ada = await visit("Ada")
    path = f"/cases/{case.number}/interactions"
    assert (await ada.post(path, kind="note", text="a\x00b"))[0] == 303
    assert [row.text for row in await office.all(Interaction) if row.kind == "note"] == ["ab"]
    headers = {"Content-Type": "application/x-www-form-urlencoded", csrf.HEADER: ada.token, "Origin": ada.url}
    async with ada.session.post(path, data=b"kind=note&text=\xff", headers=headers) as answer:
        assert answer.status == 400
