"""The 24 hours after a person's last word: free answers in them, templates after them, nothing automatic."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar

from omnidesk.desk import actions, drafts, tokens, windows
from omnidesk.desk.outgoing import planned, templates
from omnidesk.desk.outgoing.templates import Chosen
from omnidesk.desk.windows import Window
from omnidesk.errors import Conflict, Invalid
from omnidesk.store.models import Agent, Case, Delivery, Draft, Invitation, LastWord, Notice, PlannedReply, Team
from omnidesk.web import csrf
from tests.channels.whatsapp_desk import ORDER, WhatsAppDesk, whatsapp_desk
from tests.channels.whatsapp_stand_in import posting
from tests.web.conftest import session_of

SAYS = "Merhaba Mia, 17 numaralı siparişiniz yola çıktı."


@pytest.fixture
async def desk(store_url: str, tmp_path: Path) -> AsyncIterator[WhatsAppDesk]:
    """The office with a number."""
    async with whatsapp_desk(store_url, tmp_path) as desk:
        yield desk


async def begun(desk: WhatsAppDesk, **later: float) -> Case:
    """Mia has written, and so much time has passed."""
    await desk.hear("Siparişim nerede?")
    desk.office.clock.skip(**later)
    (case,) = await desk.office.all(Case)
    assert isinstance(case, Case)
    return case


async def reply(desk: WhatsAppDesk, case: Case, text: str, **how: Any) -> Case:
    """Ada answers, as the pages let her."""
    can = desk.office.inboxes.capabilities_of
    return await desk.office.act("Ada", actions.reply, case.number, text, capabilities=can, **how)


async def order(desk: WhatsAppDesk, case: Case, *values: str) -> Chosen:
    return await templates.choose(desk.office.inboxes, case.inbox_id, "order_update", "tr", values)


async def window(desk: WhatsAppDesk, case: Case) -> Window | None:
    can = desk.office.inboxes.capabilities_of(case.inbox_id)
    async with desk.office.database.session() as session:
        return await windows.of(session, can, case.contact_point_id, case.inbox_id)


async def test_within_a_day_of_their_last_word_people_are_answered_freely(desk: WhatsAppDesk) -> None:
    case = await begun(desk, hours=23, minutes=59)
    await reply(desk, case, "Yolda!")
    assert desk.phone == ["Yolda!"]


async def test_after_that_a_text_is_refused_and_a_template_goes(desk: WhatsAppDesk) -> None:
    case = await begun(desk, hours=24, minutes=1)
    with pytest.raises(Invalid) as refused:
        await reply(desk, case, "Yolda!")
    assert refused.value.code == "window_over"
    assert desk.graph.taken == []

    await reply(desk, case, "", template=await order(desk, case, "Mia", "17"))
    (taken,) = desk.graph.taken
    assert (taken["template"]["name"], taken["template"]["language"]) == ("order_update", {"code": "tr"})
    assert [one["text"] for one in taken["template"]["components"][0]["parameters"]] == ["Mia", "17"]
    (said,) = [row.interaction for row in await desk.office.log(case) if row.interaction.direction == "outbound"]
    assert (said.text, said.payload["template"]["values"]) == (SAYS, ["Mia", "17"])
    assert (await desk.office.case(case.number)).preview == SAYS

    await desk.hear("Teşekkürler")
    await reply(desk, case, "Rica ederim")
    assert desk.phone[-1] == "Rica ederim"


async def test_a_late_or_repeated_message_takes_nothing_back(desk: WhatsAppDesk) -> None:
    case = await begun(desk)
    (word,) = await desk.office.all(LastWord)
    old = desk.graph.message(type="text", text={"body": "earlier"})
    old["timestamp"] = str(int(old["timestamp"]) - 3600)
    assert await desk.graph.post(posting({"messages": [old]})) == 200
    await desk.office.work()
    assert [one.said_at for one in await desk.office.all(LastWord)] == [word.said_at]
    open_window = await window(desk, case)
    assert open_window is not None
    assert open_window.ends_at == word.said_at + timedelta(hours=24)


async def test_a_time_that_is_still_to_come_lasts_no_longer(desk: WhatsAppDesk) -> None:
    early = desk.graph.message(type="text", text={"body": "from the future"})
    early["timestamp"] = str(int(early["timestamp"]) + 10 * 86400)
    assert await desk.graph.post(posting({"messages": [early]})) == 200
    await desk.office.work()
    (word,) = await desk.office.all(LastWord)
    assert word.said_at <= desk.office.database.now()


async def test_a_reaction_opens_no_window(desk: WhatsAppDesk) -> None:
    case = await begun(desk, hours=25)
    reaction = desk.graph.message(type="reaction", reaction={"message_id": "wamid.1", "emoji": "👍"})
    assert await desk.graph.post(posting({"messages": [reaction]})) == 200
    await desk.office.work()
    with pytest.raises(Invalid):
        await reply(desk, case, "Yolda!")


async def test_what_was_accepted_and_could_not_go_in_time_fails_with_the_reason(desk: WhatsAppDesk) -> None:
    case = await begun(desk, hours=23, minutes=59)
    desk.graph.refuse.append((500, 0))
    await reply(desk, case, "Yolda!")
    desk.office.clock.skip(hours=1)
    await desk.office.work()
    (delivery,) = await desk.office.all(Delivery)
    assert (delivery.state, "template" in delivery.error) == ("failed", True)
    assert "delivery_failed" in await desk.office.events(case)
    assert desk.graph.taken == []


async def test_a_survey_that_comes_too_late_is_not_sent_and_the_log_says_why(desk: WhatsAppDesk) -> None:
    case = await begun(desk, hours=25)
    await reply(desk, case, "", template=await order(desk, case, "Mia", "17"))
    await desk.office.act("Ada", actions.resolve, case.number)
    (invitation,) = await desk.office.all(Invitation)
    assert (invitation.state, len(desk.graph.taken)) == ("cancelled", 1)
    skipped = (await desk.office.log(case))[-1].interaction.payload
    assert (skipped["event"], skipped["reason"]) == ("survey_skipped", "window")


async def test_the_bot_is_silent_when_its_answer_comes_too_late(store_url: str, tmp_path: Path) -> None:
    async with whatsapp_desk(store_url, tmp_path, bot="echo") as desk:
        await desk.graph.say("Hello")
        workers = {worker.name: worker for worker in desk.office.workers}
        for name in ("intake", "bot"):
            while await workers[name].run():
                pass
        desk.office.clock.skip(hours=25)
        await desk.office.work()
        (case,) = await desk.office.all(Case)
        (delivery,) = await desk.office.all(Delivery)
        assert (delivery.state, desk.graph.taken) == ("cancelled", [])
        held = [row.interaction.payload for row in await desk.office.log(case)]
        assert {"event": "automatic_held", "reason": "window", "address": "+905321234567"} in held


@pytest.mark.parametrize("values", [(), ("Mia",), ("Mia", " "), ("Mia", "17", "more")])
async def test_every_word_of_a_template_is_needed(desk: WhatsAppDesk, values: tuple[str, ...]) -> None:
    case = await begun(desk)
    with pytest.raises(Invalid) as refused:
        await order(desk, case, *values)
    assert refused.value.code == "template_unfilled"


async def test_a_template_that_is_not_there_is_refused(desk: WhatsAppDesk) -> None:
    case = await begun(desk)
    with pytest.raises(Invalid, match="no template"):
        await templates.choose(desk.office.inboxes, case.inbox_id, "order_update", "en", ("Mia", "17"))


async def test_words_that_look_like_variables_stay_words(desk: WhatsAppDesk) -> None:
    case = await begun(desk)
    assert (await order(desk, case, "{{2}}", "{{1}}")).text == "Merhaba {{2}}, {{1}} numaralı siparişiniz yola çıktı."


async def test_a_template_of_another_inbox_does_not_go(desk: WhatsAppDesk) -> None:
    other = await begun(desk)
    case = await desk.office.says("Hello")
    with pytest.raises(Conflict):
        await reply(desk, case, "", template=await order(desk, other, "Mia", "17"))


async def test_a_template_can_be_put_off_taken_back_and_sent(desk: WhatsAppDesk) -> None:
    case, ada = await begun(desk, hours=25), await desk.office.viewer("Ada")
    chosen = await order(desk, case, "Mia", "17")
    async with desk.office.database.transaction() as tx:
        locked = await actions.for_work(tx, ada, case.number)
        writing = drafts.Writing(chosen.text, template=chosen.as_row())
        await planned.plan(tx, ada, locked, writing, send_at=tx.now + timedelta(hours=1), later=True)
    (waiting,) = await desk.office.all(PlannedReply)
    assert waiting.text == SAYS
    async with desk.office.database.transaction() as tx:
        await planned.take_back(tx, ada, await actions.for_work(tx, ada, case.number), waiting.id)
    (draft,) = await desk.office.all(Draft)
    assert (draft.text, draft.template["name"], draft.template["values"]) == ("", "order_update", ["Mia", "17"])
    async with desk.office.database.transaction() as tx:
        locked = await actions.for_work(tx, ada, case.number)
        await planned.plan(tx, ada, locked, writing, send_at=tx.now + timedelta(hours=1), later=True)
    desk.office.clock.skip(hours=2)
    await desk.office.work()
    assert (desk.phone, await desk.office.all(PlannedReply)) == (["order_update"], [])


async def test_what_was_put_off_and_comes_too_late_is_not_sent_and_its_agent_hears_of_it(desk: WhatsAppDesk) -> None:
    case, ada = await begun(desk), await desk.office.viewer("Ada")
    async with desk.office.database.transaction() as tx:
        locked = await actions.for_work(tx, ada, case.number)
        await planned.plan(tx, ada, locked, drafts.Writing("Yolda!"), send_at=tx.now + timedelta(hours=25), later=True)
    desk.office.clock.skip(hours=26)
    await desk.office.work()
    (waiting,) = await desk.office.all(PlannedReply)
    assert (waiting.state, waiting.why, desk.graph.taken) == ("refused", "window_over", [])
    assert "not_sent" in [notice.kind for notice in await desk.office.all(Notice)]


# --- by the pages and by programs


async def sent(desk: WhatsAppDesk, who: str, case: Case, to: str = "interactions", **form: Any) -> int:
    """Somebody sends the composer's form; gives the status."""
    cookie = await session_of(desk.office, who)
    headers = {"Origin": "https://desk.example", csrf.HEADER: csrf.token_of(desk.office.keys, cookie)}
    path = f"/cases/{case.number}/{to}"
    async with (
        ClientSession(desk.url, cookies={csrf.SESSION_COOKIE: cookie}, cookie_jar=CookieJar(unsafe=True)) as http,
        http.post(path, data={"kind": "reply", **form}, headers=headers, allow_redirects=False) as answer,
    ):
        return answer.status


async def shown(desk: WhatsAppDesk, who: str, path: str) -> tuple[int, str]:
    cookie = await session_of(desk.office, who)
    jar = CookieJar(unsafe=True)
    async with (
        ClientSession(desk.url, cookies={csrf.SESSION_COOKIE: cookie}, cookie_jar=jar) as http,
        http.get(path, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.text()


async def asked(desk: WhatsAppDesk, case: Case, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """A program writes on a case."""
    async with desk.office.database.transaction() as tx:
        token = await tokens.create(tx, "program", agent="ada@example.com")
    headers = {"Authorization": f"Bearer {token}"}
    url = f"{desk.url}/api/v1/cases/{case.number}/interactions"
    async with ClientSession() as http, http.post(url, json=body, headers=headers) as answer:
        return answer.status, await answer.json()


async def test_a_program_sees_the_templates_of_inboxes_that_it_may_see(desk: WhatsAppDesk) -> None:
    async with desk.office.database.transaction() as tx:
        ada = await tokens.create(tx, "ada", agent="ada@example.com")
        cy = await tokens.create(tx, "cy", agent="cy@example.com")
    await desk.office.change(Team, Team.slug == "support", closed=True)
    url = f"{desk.url}/api/v1/inboxes/wa/templates"
    async with ClientSession() as http:
        async with http.get(url, headers={"Authorization": f"Bearer {ada}"}) as answer:
            assert (await answer.json())["items"] == [ORDER]
        async with http.get(url, headers={"Authorization": f"Bearer {cy}"}) as answer:
            assert answer.status == 404


async def test_a_program_is_told_and_may_send_a_template(desk: WhatsAppDesk) -> None:
    case = await begun(desk, hours=25)
    status, refused = await asked(desk, case, {"kind": "reply", "body": "Yolda!"})
    assert (status, refused["code"], refused["errors"][0]["field"]) == (422, "window_over", "body")
    template = {"name": "order_update", "language": "tr", "values": ["Mia", "17"]}
    status, told = await asked(desk, case, {"kind": "reply", "template": template})
    assert (status, told["text"], told["template"]) == (201, SAYS, template)
    await desk.office.work()
    assert desk.phone == ["order_update"]
    for wrong in (
        {"kind": "reply"},
        {"kind": "reply", "body": "both", "template": template},
        {"kind": "note", "template": template},
        {"kind": "reply", "template": {**template, "name": "another"}},
        {"kind": "reply", "template": {**template, "values": []}},
    ):
        assert (await asked(desk, case, wrong))[0] == 422


async def test_the_composer_s_form_sends_a_template_and_says_what_is_wrong(desk: WhatsAppDesk) -> None:
    case = await begun(desk, hours=25)
    assert await sent(desk, "Ada", case, text="Yolda!") == 422
    assert await sent(desk, "Ada", case, template="tr:order_update", value="Mia") == 422
    assert await sent(desk, "Ada", case, template="nonsense") == 422
    await desk.office.change(Agent, Agent.name == "Ada", undo_send_seconds=0)
    assert await sent(desk, "Ada", case, text="left over", template="tr:order_update", value=["Mia", "17"]) < 400
    await desk.office.work()
    assert desk.phone == ["order_update"]


async def test_what_is_put_off_until_after_the_window_is_refused_at_once(desk: WhatsAppDesk) -> None:
    case = await begun(desk)
    assert await sent(desk, "Ada", case, text="Yolda!", later="2027-01-01T09:00") == 422
    words: dict[str, Any] = {"template": "tr:order_update", "value": ["Mia", "17"]}
    assert await sent(desk, "Ada", case, later="2027-01-01T09:00", **words) < 400
    (waiting,) = await desk.office.all(PlannedReply)
    assert (waiting.text, waiting.later) == (SAYS, True)


async def test_a_draft_keeps_the_words_of_a_template_that_are_there_so_far(desk: WhatsAppDesk) -> None:
    case = await begun(desk, hours=25)
    words: dict[str, Any] = {"template": "tr:order_update", "value": ["", "17"]}
    assert await sent(desk, "Ada", case, to="draft", version="0", **words) == 200
    assert json.loads((await shown(desk, "Ada", f"/cases/{case.number}/draft"))[1])["values"] == ["", "17"]
    too_long: dict[str, Any] = {"template": "tr:order_update", "value": ["x" * 60_000]}
    assert await sent(desk, "Ada", case, to="draft", version="0", **too_long) == 422


async def test_cy_is_refused(desk: WhatsAppDesk) -> None:
    case = await begun(desk)
    await desk.office.change(Team, Team.slug == "support", closed=True)
    assert (await shown(desk, "Ada", f"/cases/{case.number}/template"))[0] == 200
    assert (await shown(desk, "Cy", f"/cases/{case.number}/template"))[0] == 404


async def test_the_chooser_shows_what_was_chosen_and_takes_hostile_words(desk: WhatsAppDesk) -> None:
    case = await begun(desk)
    query = "template=tr:order_update&value=%3Cscript%3E&value=17&at=99999999999999999999999"
    status, html = await shown(desk, "Ada", f"/cases/{case.number}/template?{query}")
    assert (status, "<script>" in html, "&lt;script&gt;" in html) == (200, False, True)
    assert "Sipariş" in html
    assert (await shown(desk, "Ada", f"/cases/{case.number}/template?at=12345"))[0] == 422
