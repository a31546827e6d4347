"""What "/" and "@" offer, as programs see it."""

import json

from omnidesk.desk import macros
from omnidesk.desk.macros import Written
from omnidesk.store.models import Contact, MacroKind
from tests.office import Office
from tests.web.conftest import Visit


async def made(office: Office, written: Written, name: str = "Ada") -> int:
    """A new one by an agent."""
    viewer = await office.viewer(name)
    async with office.database.transaction() as tx:
        return await macros.create(tx, viewer, written)


GREETING = Written(MacroKind.CANNED_REPLY, "Greeting", "hi", {"en": "Hello {{contact.name}}, {{contact.email}}"})
URGENT = Written(MacroKind.MACRO, "Make urgent", "u", {"en": "On it."}, ({"priority": "urgent"},))


async def test_offers_are_filled_in_and_hostile_names_are_only_text(office: Office, visit: Visit) -> None:
    case = await office.says("Help")
    await office.change(Contact, Contact.id == case.contact_id, name='<script>"x"</script>')
    await made(office, GREETING)
    status, text = await (await visit("Ada")).get(f"/cases/{case.number}/offers?q=HI")
    assert (status, "<script>" in text, "&lt;script&gt;" in text) == (200, False, True)
    assert 'data-missing="contact.email"' in text


async def test_a_macro_is_applied_and_undone(office: Office, visit: Visit) -> None:
    case = await office.says("Help")
    macro_id = await made(office, URGENT)
    bo = await visit("Bo")
    status, text = await bo.post(f"/cases/{case.number}/macros", macro=str(macro_id))
    assert (status, json.loads(text)["text"]) == (200, "On it.")
    assert (await office.case(case.number)).priority == "urgent"
    log = [row.interaction for row in await office.log(case)]
    position = next(row.position for row in log if row.payload.get("event") == "macro_applied")
    assert (await bo.post(f"/cases/{case.number}/macros/undoing", position=str(position)))[0] == 303
    assert (await office.case(case.number)).priority == "normal"
    assert (await bo.post(f"/cases/{case.number}/macros", macro="7"))[0] == 404
    assert (await bo.post(f"/cases/{case.number}/macros", macro="x"))[0] == 422
    assert (await bo.post(f"/cases/{case.number}/macros/undoing", position="1"))[0] == 404


async def test_the_palette_names_macros_beside_a_case(office: Office, visit: Visit) -> None:
    await made(office, GREETING)
    macro_id = await made(office, URGENT)
    bo = await visit("Bo")
    assert f'data-macro="{macro_id}"' in (await bo.get("/palette?q=urg&macros"))[1]
    assert "Make urgent" not in (await bo.get("/palette?q=urg"))[1]
    assert "Greeting" not in (await bo.get("/palette?q=gree&macros"))[1]


async def test_cy_is_refused(office: Office, visit: Visit) -> None:
    case = await office.says("My secret parcel", name="Mia")
    macro_id = str(await made(office, URGENT))
    cy = await visit("Cy")
    for path in ("offers", "callees"):
        status, text = await cy.get(f"/cases/{case.number}/{path}")
        assert (status, "Mia" in text) == (404, False)
    assert (await cy.post(f"/cases/{case.number}/macros", macro=macro_id))[0] == 404
    assert (await cy.post(f"/cases/{case.number}/macros/undoing", position="2"))[0] == 404
    assert (await office.case(case.number)).priority == "normal"


async def test_a_reply_with_a_variable_left_is_stopped_until_it_is_meant(office: Office, visit: Visit) -> None:
    case = await office.says("Help")
    ada = await visit("Ada")
    form = {"kind": "reply", "text": "Hello {{contact.name}}"}
    status, text = await ada.post(f"/cases/{case.number}/interactions", **form)
    assert (status, "{{contact.name}}" in text) == (409, True)
    assert (await ada.post(f"/cases/{case.number}/interactions", **form, unfilled="true"))[0] == 303
    assert (await ada.post(f"/cases/{case.number}/interactions", **{**form, "kind": "note"}))[0] == 303


async def test_names_in_a_note_are_marked_and_nothing_else_is_markup(office: Office, visit: Visit) -> None:
    case = await office.says("Help")
    ada = await visit("Ada")
    await ada.post(f"/cases/{case.number}/interactions", kind="note", text="<i>@Bo</i> and @Cy")
    _, text = await ada.get(f"/inbox/all/{case.number}")
    assert '&lt;i&gt;<span class="mention">@Bo</span>&lt;/i&gt; and @Cy' in text
