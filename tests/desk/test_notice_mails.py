"""Notices by email: one mail with all there is, never twice, and not at night."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from omnidesk.app import make_workers
from omnidesk.desk import actions, notices
from omnidesk.desk.notices import choices
from omnidesk.errors import Invalid
from omnidesk.settings import Mail, Settings
from omnidesk.store.models import Agent, Case, Notice, NoticeChoice, NoticeKind
from tests.mail_server import MailServer, running
from tests.office import Office

ONCE = {kind: {"push": False, "mail": "once"} for kind in NoticeKind}
DIGEST = {kind: {"push": False, "mail": "digest"} for kind in NoticeKind}


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with running() as server:
        yield server


@pytest.fixture
def settings(settings: Settings, server: MailServer) -> Settings:
    mail = Mail(host="127.0.0.1", port=server.port, tls="none", sender="desk@example.com")
    return settings.model_copy(update={"mail": mail})


async def choose(office: Office, name: str, **chosen: object) -> None:
    viewer = await office.viewer(name)
    async with office.database.transaction() as tx:
        await choices.keep(tx, NoticeChoice.model_validate({"agent_id": viewer.agent_id, **chosen}))


async def given(office: Office, name: str, sender: str = "mia") -> Case:
    """A case that Ada gives to an agent."""
    case, viewer = await office.says("My secret parcel", name="Mia", sender=sender), await office.viewer(name)
    return await office.act("Ada", actions.assign, case.number, viewer.agent_id)


async def later(office: Office, **ahead: float) -> None:
    office.clock.skip(**ahead)
    await office.work()


async def test_a_mail_at_once_is_in_the_agents_language_with_links_and_marks(
    office: Office, server: MailServer
) -> None:  # fmt: skip
    await choose(office, "Bo", ways=ONCE)
    case = await given(office, "Bo")
    assert server.mails == []
    await later(office, seconds=61)
    (mail,) = server.mails
    assert (mail["To"], mail["Subject"]) == ("bo@example.com", f"Ada, #{case.number} numaralı talebi size verdi")
    assert (mail["Auto-Submitted"], mail["From"].addresses[0].addr_spec) == ("auto-generated", "desk@example.com")
    assert mail["List-Unsubscribe"].endswith("/settings/notices>")
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert f"/cases/{case.number}" in body.get_content()
        assert "secret" not in body.get_content()
        assert "E-postayla nelerin" in body.get_content()
    await later(office, hours=3)
    assert len(server.mails) == 1


async def test_what_is_seen_before_the_mail_goes_is_not_in_it(office: Office, server: MailServer) -> None:
    await choose(office, "Bo", ways=ONCE)
    first, second = await given(office, "Bo"), await given(office, "Bo", "other")
    await office.act("Bo", actions.mark_read, first.number, 1)
    await later(office, seconds=61)
    (mail,) = server.mails
    body = mail.get_body(("plain",))
    assert body is not None
    assert f"#{second.number}" in body.get_content()
    assert f"#{first.number}" not in body.get_content()


async def test_a_digest_groups_a_flood_by_case(office: Office, server: MailServer) -> None:
    await choose(office, "Bo", ways=DIGEST, rhythm="hourly", with_text=True)
    case = await given(office, "Bo")
    for index in range(20):
        await office.says(f"Are you there <b>{index}</b>?")
    await given(office, "Bo", "other")
    await later(office, hours=1)
    (mail,) = server.mails
    assert mail["Subject"] == "2 talepte yenilik var"
    html = mail.get_body(("html",))
    assert html is not None
    assert "&lt;b&gt;19&lt;/b&gt;" in html.get_content()
    assert "ve 11 bildirim daha" in html.get_content()
    assert html.get_content().count(f"/cases/{case.number}") == 1


async def test_mails_at_once_keep_a_distance(office: Office, server: MailServer) -> None:
    await choose(office, "Bo", ways=ONCE)
    for index in range(4):
        await given(office, "Bo", f"mia{index}")
        await later(office, seconds=70)
    assert len(server.mails) == 1
    await later(office, minutes=5)
    assert len(server.mails) == 2


async def test_quiet_hours_end_in_one_mail(office: Office, server: MailServer) -> None:
    hour = office.clock().hour
    await choose(office, "Bo", ways=ONCE, quiet_from=f"{hour:02}:00", quiet_to=f"{(hour + 8) % 24:02}:00")
    for index in range(3):
        await given(office, "Bo", f"mia{index}")
        await later(office, minutes=6)
    assert server.mails == []
    await later(office, hours=8)
    assert len(server.mails) == 1


async def test_a_server_that_is_away_costs_a_wait_and_nothing_twice(office: Office, server: MailServer) -> None:
    await choose(office, "Bo", ways=ONCE)
    server.refuse = 1
    await given(office, "Bo")
    await later(office, seconds=61)
    assert server.mails == []
    await later(office, minutes=6)
    await later(office, hours=2)
    assert len(server.mails) == 1


async def test_who_is_off_gets_mentions_in_a_digest_and_nothing_else(office: Office, server: MailServer) -> None:
    await choose(office, "Bo", ways=ONCE)
    await office.change(Agent, Agent.name == "Bo", chosen="off")
    case, bo = await given(office, "Bo"), await office.viewer("Bo")
    async with office.database.transaction() as tx:
        notices.give(tx, bo.agent_id, NoticeKind.MENTION, await tx.get(Case, case.id))
    await later(office, hours=1)
    assert [mail["Subject"] for mail in server.mails] == [f"?, #{case.number} numaralı talepte sizden söz etti"]


async def test_two_workers_mail_a_notice_once(office: Office, server: MailServer) -> None:
    await choose(office, "Bo", ways=ONCE)
    await given(office, "Bo")
    office.clock.skip(seconds=61)
    both = [worker for _ in range(2) for worker in make_workers(office.app) if worker.name == "notices_mail"]
    await asyncio.gather(*[worker.run() for worker in both])
    assert len(server.mails) == 1


class TestWithoutServer:
    """Nobody set a mail server."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"mail": Mail()})

    async def test_nothing_waits_for_ever(self, office: Office) -> None:
        await choose(office, "Bo", ways=ONCE)
        await given(office, "Bo")
        await later(office, seconds=61)
        assert [(one.mail_at, one.mailed_at, one.seen_at) for one in await office.all(Notice)] == [(None, None, None)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("rhythm", "zone", "now", "due"),
    [
        ("quarter", "UTC", "2026-03-02 10:07:30", "2026-03-02 10:15"),
        ("quarter", "UTC", "2026-03-02 10:45:00", "2026-03-02 11:00"),
        ("hourly", "UTC", "2026-03-02 23:59", "2026-03-03 00:00"),
        ("daily", "Europe/Istanbul", "2026-03-02 05:59", "2026-03-02 06:00"),
        ("daily", "Europe/Istanbul", "2026-03-02 06:00", "2026-03-03 06:00"),
        ("daily", "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 07:00"),
    ],
)
def test_digests_go_at_round_times_of_the_agents_zone(rhythm: str, zone: str, now: str, due: str) -> None:
    choice = NoticeChoice(agent_id=1, rhythm=rhythm, zone=zone)
    assert choices.mail_at(choice, choices.Mail.DIGEST, at(now)) == at(due)


@pytest.mark.parametrize(
    ("begins", "ends", "days", "now", "until"),
    [
        ("22:00", "07:00", "0123456", "2026-03-02 20:00", "2026-03-03 04:00"),
        ("22:00", "07:00", "0123456", "2026-03-02 03:59", "2026-03-02 04:00"),
        ("22:00", "07:00", "0123456", "2026-03-02 04:00", None),
        ("22:00", "07:00", "01234", "2026-03-07 20:00", None),
        ("22:00", "07:00", "4", "2026-03-07 01:00", "2026-03-07 04:00"),
        ("12:00", "13:00", "0", "2026-03-02 09:30", "2026-03-02 10:00"),
        ("", "", "0123456", "2026-03-02 20:00", None),
    ],
)
def test_quiet_hours_go_over_midnight_on_the_days_they_begin(
    begins: str, ends: str, days: str, now: str, until: str | None
) -> None:
    choice = NoticeChoice(agent_id=1, quiet_from=begins, quiet_to=ends, quiet_days=days, zone="Europe/Istanbul")
    assert choices.quiet_until(choice, at(now)) == (at(until) if until else None)


@pytest.mark.parametrize("quiet", [("22:00", ""), ("", "07:00"), ("22:00", "22:00")])
async def test_half_quiet_hours_are_refused(office: Office, quiet: tuple[str, str]) -> None:
    with pytest.raises(Invalid):
        await choose(office, "Bo", quiet_from=quiet[0], quiet_to=quiet[1])


def test_a_mail_at_once_waits_a_minute() -> None:
    now = at("2026-03-02 10:00")
    assert choices.mail_at(None, choices.Mail.ONCE, now) == now + timedelta(minutes=1)


async def test_cases_that_were_given_together_are_one_list(office: Office, server: MailServer) -> None:
    await choose(office, "Bo", ways=DIGEST, rhythm="hourly")
    cases = [await given(office, "Bo", f"mia{index}") for index in range(5)]
    await later(office, hours=1)
    (mail,) = server.mails
    assert mail["Subject"] == "5 talep size verildi"
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body is not None
        assert body.get_content().count("5 talep size verildi") == 1
        assert all(body.get_content().count(f"/cases/{case.number}") == 1 for case in cases)
        assert "secret" not in body.get_content()
