"""Calls logged by hand: what follows from them, what does not, and who may."""

from datetime import timedelta
from typing import Any

import pytest

from omnidesk.desk import actions, calls
from omnidesk.desk.calls import Call, Outcome
from omnidesk.errors import Invalid, NotAllowed, NotFound
from omnidesk.store.models import Case, ContactPoint, Direction, Interaction, Kind, SlaTimer
from tests.office import Office

IN, OUT = Direction.INBOUND, Direction.OUTBOUND


async def log(office: Office, case: Case, direction: Direction, outcome: Outcome, by: str = "Ada", **said: Any) -> Case:
    """Somebody writes a call down."""
    call = Call(direction, outcome, **{"number": "0532 123 45 67", **said})
    return await office.act(by, calls.log, case.number, call, country="TR")


async def logged(office: Office, case: Case) -> Interaction:
    (row,) = [row.interaction for row in await office.log(case) if row.interaction.kind == Kind.CALL]
    return row


async def test_a_call_stands_in_the_log_with_its_number_length_and_notes(office: Office) -> None:
    case = await office.says("My parcel is lost")
    await log(office, case, IN, Outcome.ANSWERED, seconds=205, notes="It is at the neighbour's")
    row = await logged(office, case)
    assert (row.channel, row.direction, row.text) == ("phone", "inbound", "It is at the neighbour's")
    assert row.payload["call"] == {"outcome": "answered", "number": "+905321234567", "seconds": 205}
    assert row.sent_at is not None
    assert row.created_at - row.sent_at == timedelta(seconds=205)
    points = [point for point in await office.all(ContactPoint) if point.channel == "phone"]
    assert [(point.address, point.contact_id, point.proven) for point in points] == [
        ("+905321234567", case.contact_id, False)
    ]


async def test_an_answered_call_is_a_reply(office: Office) -> None:
    for direction in (IN, OUT):
        case = await office.says("My parcel is lost", sender=f"mia {direction}")
        now = await log(office, case, direction, Outcome.ANSWERED, number="")
        assert (now.category, now.unread, now.waits_since) == ("open", False, None)
        assert now.first_reply_at is not None
        assert now.assignee_id == (await office.viewer("Ada")).agent_id
    met = [timer for timer in await office.all(SlaTimer) if timer.metric == "first_response"]
    assert {timer.state for timer in met} == {"met"}


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.WRONG_NUMBER])
async def test_a_call_that_reached_nobody_is_no_reply(office: Office, outcome: Outcome) -> None:
    case = await office.says("My parcel is lost")
    now = await log(office, case, OUT, outcome)
    assert (now.category, now.unread, now.first_reply_at) == ("new", True, None)


async def test_an_inbound_call_is_the_customers_word(office: Office) -> None:
    case = await office.says("My parcel is lost")
    await office.act("Ada", actions.reply, case.number, "Which one?", then="waiting")
    now = await log(office, case, IN, Outcome.VOICEMAIL)
    assert (now.category, now.unread) == ("open", True)
    await office.act("Ada", actions.resolve, case.number)
    now = await log(office, case, IN, Outcome.ANSWERED)
    assert (now.category, now.cycle) == ("open", case.cycle + 1)


async def test_a_wrong_number_reopens_nothing_and_an_outbound_call_neither(office: Office) -> None:
    case = await office.says("My parcel is lost")
    await office.act("Ada", actions.resolve, case.number)
    for direction, outcome in ((IN, Outcome.WRONG_NUMBER), (OUT, Outcome.ANSWERED)):
        assert (await log(office, case, direction, outcome)).category == "resolved"


async def test_a_call_takes_the_case_from_the_bot(office: Office) -> None:
    case = await office.says("Hello", inbox="bot")
    assert (await log(office, case, OUT, Outcome.ANSWERED)).holder == "team"


@pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.CALLBACK])
async def test_the_bot_has_nothing_to_say_to_a_call(office: Office, outcome: Outcome) -> None:
    case = await office.says("Hello", inbox="bot")
    before = await office.transcript(inbox="bot")
    now = await log(office, case, IN, outcome)
    assert (now.holder, now.needs_bot, now.unread) == ("team", False, True)
    assert await office.transcript(inbox="bot") == before


async def test_a_number_that_belongs_to_somebody_else_is_refused(office: Office) -> None:
    first, other = await office.says("Hi"), await office.says("Hi", sender="max")
    await log(office, first, IN, Outcome.ANSWERED)
    with pytest.raises(Invalid, match="belongs to another person") as caught:
        await log(office, other, IN, Outcome.ANSWERED)
    assert caught.value.fields == {"number": "taken"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"number": "not a number"}, "number"),
        ({"seconds": 90_000}, "length"),
        ({"seconds": -1}, "length"),
        ({"notes": "a" * 50_001}, "notes"),
    ],
)
async def test_what_is_wrong_is_named(office: Office, wrong: dict[str, Any], field: str) -> None:
    case = await office.says("Hi")
    with pytest.raises(Invalid) as caught:
        await log(office, case, IN, Outcome.ANSWERED, **wrong)
    assert list(caught.value.fields) == [field]
    assert [row for row in await office.log(case) if row.interaction.kind == Kind.CALL] == []


@pytest.mark.parametrize("days", [-400, 1])
async def test_a_call_was_within_the_last_year(office: Office, days: int) -> None:
    case = await office.says("Hi")
    with pytest.raises(Invalid, match="within the last year"):
        await log(office, case, IN, Outcome.ANSWERED, began_at=office.clock() + timedelta(days=days))


async def test_a_call_from_a_persons_page_opens_a_case(office: Office) -> None:
    before = await office.says("Hi")
    viewer = await office.viewer("Bo")
    call = Call(IN, Outcome.ANSWERED, "+90 532 123 45 67", notes="Wants to send a parcel back")
    async with office.database.transaction() as tx:
        opened = await calls.open_case(tx, viewer, before.contact_id, call, subject="", country="TR")
    await office.work()
    case = await office.case(opened.number)
    assert case.id != before.id
    assert (case.subject, case.category, case.channel) == ("Wants to send a parcel back", "open", "fake")
    assert case.assignee_id == viewer.agent_id
    assert (await logged(office, case)).author_name == "Bo"


async def test_a_call_is_corrected_and_what_it_said_is_kept(office: Office) -> None:
    case = await office.says("Hi")
    await log(office, case, IN, Outcome.ANSWERED, by="Bo", seconds=60, notes="Two parcels")
    row = await logged(office, case)
    call = Call(OUT, Outcome.CALLBACK, "", seconds=65, notes="Three parcels")
    await office.act("Bo", calls.correct, case.number, row.position, call, country="TR")
    row = await logged(office, case)
    assert (row.text, row.direction, row.payload["call"]["outcome"]) == ("Three parcels", "outbound", "callback")
    assert [version["text"] for version in row.payload["versions"]] == ["Two parcels"]
    await office.act("Ada", calls.correct, case.number, row.position, call, country="TR")
    with pytest.raises(NotFound):
        await office.act("Ada", calls.correct, case.number, 1, call, country="TR")


async def test_a_corrected_call_is_what_the_list_shows_and_keeps_not_every_version(office: Office) -> None:
    case = await office.says("Hi")
    await log(office, case, IN, Outcome.ANSWERED, notes="0")
    position = (await logged(office, case)).position
    for number in range(1, 26):
        call = Call(IN, Outcome.ANSWERED, notes=str(number))
        case = await office.act("Ada", calls.correct, case.number, position, call, country="TR")
    versions = [version["text"] for version in (await logged(office, case)).payload["versions"]]
    assert (case.preview, versions) == ("25", ["0", *map(str, range(6, 25))])


async def test_an_old_call_is_corrected_and_began_when_it_did(office: Office) -> None:
    case = await office.says("Hi")
    await log(office, case, IN, Outcome.ANSWERED)
    row = await logged(office, case)
    began = row.sent_at
    assert began is not None
    office.clock.skip(days=400)
    for when in (None, began.replace(second=0, microsecond=0)):
        call = Call(IN, Outcome.ANSWERED, began_at=when, notes=f"Began {when}")
        await office.act("Ada", calls.correct, case.number, row.position, call, country="TR")
        row = await logged(office, case)
        assert (row.sent_at, row.text) == (began, f"Began {when}")
    call = Call(IN, Outcome.ANSWERED, began_at=began - timedelta(hours=1))
    with pytest.raises(Invalid, match="within the last year"):
        await office.act("Ada", calls.correct, case.number, row.position, call, country="TR")


async def test_a_colleague_corrects_no_call_of_another(office: Office) -> None:
    case = await office.says("Hi")
    await log(office, case, IN, Outcome.ANSWERED, by="Ada")
    row = await logged(office, case)
    with pytest.raises(NotAllowed):
        await office.act("Bo", calls.correct, case.number, row.position, Call(IN, Outcome.ANSWERED), country="TR")


async def test_cy_is_refused(office: Office) -> None:
    case = await office.says("Hi", inbox="billing")
    with pytest.raises(NotFound):
        await log(office, case, IN, Outcome.ANSWERED, by="Bo")
