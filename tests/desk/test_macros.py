"""Canned replies and macros: who may use them, how they are found, what they do."""

import pytest

from omnidesk.desk import applying_macros, macros
from omnidesk.desk.macros import Written
from omnidesk.errors import Conflict, Invalid, NotAllowed, NotFound
from omnidesk.store.models import Case, CaseLabel, Contact, MacroKind, Team
from tests.office import Office


async def made(office: Office, name: str, written: Written) -> int:
    """A new one by an agent."""
    viewer = await office.viewer(name)
    async with office.database.transaction() as tx:
        return await macros.create(tx, viewer, written)


async def found(office: Office, name: str, typed: str = "") -> list[str]:
    """What an agent finds."""
    viewer = await office.viewer(name)
    async with office.database.session() as session:
        return [macro.name for macro in await macros.search(session, macros.usable(viewer), typed)]


def reply(name: str, text: str = "Hello", **more: object) -> Written:
    """A canned reply."""
    return Written(MacroKind.CANNED_REPLY, name, texts={"en": text}, **more)  # type: ignore[arg-type]


async def team_id(office: Office, slug: str) -> int:
    """The id of a team."""
    return next(int(team.id) for team in await office.all(Team) if team.slug == slug)


async def test_everybody_finds_shared_ones_members_their_teams_and_agents_their_own(office: Office) -> None:
    await made(office, "Ada", reply("For all"))
    await made(office, "Ada", reply("For support", team_id=await team_id(office, "support")))
    await made(office, "Bo", reply("Bo's own", mine=True))
    assert await found(office, "Bo") == ["Bo's own", "For all", "For support"]
    assert await found(office, "Ada") == ["For all", "For support"]
    assert await found(office, "Cy") == ["For all"]


async def test_the_shortcut_comes_first_then_names_then_words_and_turkish_letters_are_one(office: Office) -> None:
    await made(office, "Ada", reply("Bilgi", "şifre sıfırlama"))
    await made(office, "Ada", reply("Şifre değiştirme"))
    await made(office, "Ada", reply("Reset", shortcut="/SIFRE"))
    for typed in ("sifre", "ŞİFRE", "şıfre"):
        assert await found(office, "Bo", typed) == ["Reset", "Şifre değiştirme", "Bilgi"]
    assert await found(office, "Bo", "100%_") == []


async def test_an_agent_makes_their_own_but_shares_nothing(office: Office) -> None:
    with pytest.raises(NotAllowed):
        await made(office, "Bo", reply("For all"))
    shared = await made(office, "Ada", reply("For all"))
    bo = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        with pytest.raises(NotAllowed):
            await macros.change(tx, bo, shared, reply("Mine now", mine=True), version=1)
        with pytest.raises(NotAllowed):
            await macros.delete(tx, bo, shared)


async def test_nobody_reaches_what_another_keeps_for_themselves(office: Office) -> None:
    own = await made(office, "Bo", reply("Bo's own", mine=True))
    ada = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        with pytest.raises(NotFound):
            await macros.delete(tx, ada, own)
        with pytest.raises(NotFound):
            await macros.find(tx.session, macros.usable(ada), own)


async def test_a_deletion_is_undone(office: Office) -> None:
    macro_id = await made(office, "Ada", reply("For all"))
    ada = await office.viewer("Ada")
    async with office.database.transaction() as tx:
        await macros.delete(tx, ada, macro_id)
    assert await found(office, "Bo") == []
    async with office.database.transaction() as tx:
        await macros.bring_back(tx, ada, macro_id)
    assert await found(office, "Bo") == ["For all"]


@pytest.mark.parametrize(
    ("written", "field"),
    [
        (reply(""), "name"),
        (reply("Empty", " "), "texts"),
        (Written(MacroKind.MACRO, "Nothing"), "actions"),
        (Written(MacroKind.MACRO, "To nowhere", actions=({"team": "nowhere"},)), "actions"),
        (Written(MacroKind.MACRO, "To nobody", actions=({"assignee": "x@example.com"},)), "actions"),
        (reply("Nowhere", team_id=5), "owner"),
    ],
)
async def test_what_is_wrong_is_named(office: Office, written: Written, field: str) -> None:
    with pytest.raises(Invalid) as wrong:
        await made(office, "Ada", written)
    assert field in wrong.value.fields


MACRO = Written(
    MacroKind.MACRO, "Escalate", texts={"en": "Hello {{contact.first_name}}, {{contact.email}}", "tr": "Merhaba"},
    actions=(
        {"assignee": "me"}, {"priority": "urgent"}, {"add_labels": ["vip", "late"]}, {"remove_labels": ["late"]},
        {"note": "Case {{case.number}}, @Ada"}, {"status": "waiting"},
    ),
)  # fmt: skip


async def applied(office: Office, case: Case, macro_id: int, name: str = "Bo") -> applying_macros.Applied:
    """An agent applies a macro to a case."""
    viewer = await office.viewer(name)
    async with office.database.transaction() as tx:
        return await applying_macros.apply(tx, viewer, case.number, macro_id)


async def test_a_macro_does_everything_in_one_stroke_and_leaves_its_text_to_the_agent(office: Office) -> None:
    case = await office.says("Help")
    await office.change(Contact, Contact.id == case.contact_id, name="Mia Yıldız")
    done = await applied(office, case, await made(office, "Ada", MACRO))
    assert done.text.text == "Hello Mia, {{contact.email}}"
    assert done.text.missing == ("contact.email",)
    now = await office.case(case.number)
    bo = await office.viewer("Bo")
    assert (now.priority, now.category, now.assignee_id) == ("urgent", "waiting", bo.agent_id)
    assert [row.label for row in await office.all(CaseLabel)] == ["vip"]
    log = [row.interaction for row in await office.log(case)]
    assert [row.text for row in log if row.kind == "note"] == [f"Case {case.number}, @Ada"]
    assert [row.kind for row in log if row.direction == "outbound"] == []
    assert (await office.events(case)).count("macro_applied") == 1


async def test_a_macro_is_undone_but_not_when_the_case_was_changed_since(office: Office) -> None:
    case = await office.says("Help")
    done = await applied(office, case, await made(office, "Ada", MACRO))
    bo = await office.viewer("Bo")
    assert done.position is not None
    async with office.database.transaction() as tx:
        await applying_macros.undo(tx, bo, case.number, done.position)
    now = await office.case(case.number)
    assert (now.priority, now.category, now.assignee_id) == ("normal", "open", None)
    assert await office.all(CaseLabel) == []
    with pytest.raises(Conflict):
        async with office.database.transaction() as tx:
            await applying_macros.undo(tx, bo, case.number, done.position)


async def test_a_macro_that_fails_half_way_does_nothing(office: Office) -> None:
    case = await office.says("Help")
    actions_ = ({"priority": "urgent"}, {"note": "Going"}, {"team": "billing"}, {"status": "waiting"})
    macro_id = await made(office, "Ada", Written(MacroKind.MACRO, "Move", actions=actions_))
    with pytest.raises(applying_macros.Refused):  # Bo can't see the case any more once it is in the closed team
        await applied(office, case, macro_id)
    assert (await office.case(case.number)).priority == "normal"
    assert "macro_applied" not in await office.events(case)


async def test_a_macro_may_end_with_a_move_to_a_closed_team(office: Office) -> None:
    case = await office.says("Help")
    macro_id = await made(office, "Ada", Written(MacroKind.MACRO, "Move", actions=({"team": "billing"},)))
    await applied(office, case, macro_id)
    assert (await office.case(case.number)).team_id == await team_id(office, "billing")


async def test_cy_is_refused(office: Office) -> None:
    await office.change(Team, Team.slug == "support", closed=True)
    case = await office.says("Help")
    macro_id = await made(office, "Ada", reply("For all"))
    with pytest.raises(NotFound):
        await applied(office, case, macro_id, "Cy")


async def test_the_contacts_language_decides(office: Office) -> None:
    case = await office.says("Help")
    await office.change(Contact, Contact.id == case.contact_id, language="tr")
    assert (await applied(office, case, await made(office, "Ada", MACRO))).text.text == "Merhaba"


async def test_resolving_by_a_macro_is_undone(office: Office) -> None:
    case = await office.says("Help")
    macro_id = await made(office, "Ada", Written(MacroKind.MACRO, "Done", actions=({"status": "resolved"},)))
    done = await applied(office, case, macro_id)
    assert (await office.case(case.number)).category == "resolved"
    bo = await office.viewer("Bo")
    async with office.database.transaction() as tx:
        await applying_macros.undo(tx, bo, case.number, done.position or 0)
    assert (await office.case(case.number)).category == "open"
