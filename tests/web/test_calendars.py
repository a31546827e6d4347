"""The page of calendars: made, changed and given to teams by who may; tried before it is saved."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from omnidesk.store.models import Agent, AuditEntry, Calendar, Role, Team
from tests.office import Office
from tests.web.conftest import Visit
from tests.web.test_browser import picture, size

PATH = "/settings/calendars"
MONDAY = {"hours_day": ["mon", "mon"], "hours_from": ["09:00", "13:30"], "hours_to": ["12:30", "18:00"]}
FORM: dict[str, Any] = {"name": "Office hours", "timezone": "Europe/Istanbul", **MONDAY}


async def test_cy_is_refused_calendars(office: Office, visit: Visit) -> None:
    cy = await visit("Cy")
    assert (await cy.get(PATH))[0] == 403
    for path in (PATH, f"{PATH}/1", f"{PATH}/1/archiving", f"{PATH}/holidays", f"{PATH}/deadline"):
        assert (path, (await cy.post(path, **FORM))[0]) == (path, 403)
    assert await office.all(Calendar) == []


async def test_a_calendar_is_made_given_to_a_team_and_changed(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    support = next(team for team in await office.all(Team) if team.slug == "support")
    assert (await ada.post(PATH, **FORM, team=str(support.id)))[0] == 303
    [calendar] = await office.all(Calendar)
    assert (calendar.slug, calendar.name) == ("office-hours", "Office hours")
    assert calendar.schedule["hours"] == {"mon": [["09:00", "12:30"], ["13:30", "18:00"]]}
    assert {team.slug: team.calendar_id for team in await office.all(Team)} == {
        "support": calendar.id, "billing": None,
    }  # fmt: skip
    days = {
        "day_kind": ["closed", "yearly", "hours", "hours"],
        "day_date": ["2026-12-31", "2028-04-23", "2026-12-24", "2026-10-29"],
        "day_from": ["", "", "09:00", ""], "day_to": ["", "", "00:00", ""],
    }  # fmt: skip
    form = {**FORM, "name": "Hours", "country": "TR", "half_days_until": "12:00", "version": str(calendar.version)}
    assert (await ada.post(f"{PATH}/{calendar.id}", **form, **days))[0] == 303
    [calendar] = await office.all(Calendar)
    assert calendar.schedule == {
        "timezone": "Europe/Istanbul", "always_open": False,
        "hours": {"mon": [["09:00", "12:30"], ["13:30", "18:00"]]},
        "holidays": ["2026-12-31"], "holidays_yearly": ["04-23"],
        "overrides": {"2026-10-29": [], "2026-12-24": [["09:00", "24:00"]]},
        "public_holidays": {
            "country": "TR", "subdivision": None, "categories": ["public"], "half_days_until": "12:00",
        },
    }  # fmt: skip
    assert {team.calendar_id for team in await office.all(Team)} == {None}
    assert {"calendar.added", "calendar.changed", "team.calendar"} <= {
        entry.action for entry in await office.all(AuditEntry)
    }  # fmt: skip


async def test_saving_what_the_form_shows_changes_nothing(office: Office, visit: Visit) -> None:
    """Every part goes to the form and back."""
    ada = await visit("Ada")
    days = {
        "day_kind": ["closed", "yearly", "hours", "hours"],
        "day_date": ["2026-12-31", "2028-04-23", "2026-12-24", "2026-12-24"],
        "day_from": ["", "", "09:00", "22:00"], "day_to": ["", "", "12:00", "00:00"],
    }  # fmt: skip
    await ada.post(PATH, **FORM, **days, country="TR", half_days_until="")
    [before] = await office.all(Calendar)
    _, text = await ada.get(f"{PATH}/{before.id}")
    assert (await ada.post(f"{PATH}/{before.id}", **_fields(text)))[0] == 303
    [after] = await office.all(Calendar)
    assert (after.schedule, after.version) == (before.schedule, before.version + 1)


def _fields(text: str) -> dict[str, list[str]]:
    """What a browser would send of the calendar's form."""
    form = text.split('id="calendar"')[1].split("</form>")[0]
    form = re.sub(r"<template.*?</template>", "", form, flags=re.DOTALL)
    found: dict[str, list[str]] = {}
    for tag in re.findall(r"<(?:input|select)[^>]*>(?:(?:<option[^>]*>[^<]*</option>)+)?", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and tag.startswith("<select"):
            value = re.search(r'value="([^"]*)" selected', tag) or value
        if name and value and name[1] != "csrf" and ("checkbox" not in tag or "checked" in tag):
            found.setdefault(name[1], []).append(value[1])
    return found


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"name": " "}, "Write a name."),
        ({"name": "x" * 61}, "at most 60 characters"),
        ({"timezone": "Mars/Base"}, "There is no such time zone."),
        ({"timezone": ""}, "There is no such time zone."),
        ({"hours_to": ["12:30", ""]}, "Give each of these hours a beginning and an end"),
        ({"country": "XX"}, "Choose one of the list."),
        ({"country": "DE", "subdivision": "ZZ"}, "Choose one of the list."),
        ({"day_kind": "closed", "day_date": "", "day_from": "09:00", "day_to": ""}, "Give each of these days a date"),
        ({"day_kind": "hours", "day_date": "2026-12-24", "day_from": "09:00", "day_to": ""}, "Give each of these days"),
    ],
)
async def test_what_is_wrong_is_told_and_nothing_is_lost(
    office: Office, visit: Visit, wrong: dict[str, Any], told: str
) -> None:
    ada = await visit("Ada")
    status, text = await ada.post(PATH, **{**FORM, **wrong})
    assert (status, told in text) == (422, True)
    assert 'value="13:30"' in text
    assert await office.all(Calendar) == []


async def test_a_change_from_a_stale_page_is_shown_not_lost(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    await ada.post(PATH, **FORM)
    [calendar] = await office.all(Calendar)
    for version, expected in (("1", 409), ("", 409), ("9" * 5000, 409), ("2", 303)):
        status, text = await ada.post(f"{PATH}/{calendar.id}", **{**FORM, "name": "Mine"}, version=version)
        assert (version[:9], status) == (version[:9], expected)
        assert expected == 303 or ("Somebody changed this" in text and 'value="Mine"' in text)
    assert (await ada.post(f"{PATH}/77", **FORM))[0] == 404


async def test_hostile_names_do_no_harm(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    assert (await ada.post(PATH, **{**FORM, "name": "<script>alert(1)</script>"}, team="9" * 5000))[0] == 303
    _, text = await ada.get(PATH)
    assert "<script>alert" not in text


async def test_an_archived_calendar_comes_back(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    await ada.post(PATH, **FORM)
    [calendar] = await office.all(Calendar)
    await ada.post(f"{PATH}/{calendar.id}/archiving", archived="true")
    assert "Bring back" in (await ada.get(f"{PATH}/{calendar.id}"))[1]
    await ada.post(f"{PATH}/{calendar.id}/archiving", archived="false")
    assert not (await office.all(Calendar))[0].archived


async def test_a_supervisor_changes_no_team_that_is_hidden(office: Office, visit: Visit) -> None:
    """Bo knows nothing of billing, which keeps its calendar whatever Bo ticks."""
    ada = await visit("Ada")
    billing = next(team for team in await office.all(Team) if team.slug == "billing")
    await ada.post(PATH, **FORM, team=str(billing.id))
    await office.change(Agent, Agent.name == "Bo", role=Role.SUPERVISOR)
    [calendar] = await office.all(Calendar)
    bo = await visit("Bo")
    _, text = await bo.get(f"{PATH}/{calendar.id}")
    assert "Billing" not in text
    version = re.search(r'name="version" value="(\d+)"', text)
    assert version is not None
    assert (await bo.post(f"{PATH}/{calendar.id}", **FORM, version=version[1]))[0] == 303
    billing = next(team for team in await office.all(Team) if team.slug == "billing")
    assert billing.calendar_id == calendar.id


async def test_the_holidays_of_a_country_are_shown_with_what_they_are(visit: Visit) -> None:
    ada = await visit("Ada")
    form = {**FORM, "country": "TR", "half_days_until": "13:00"}
    status, text = await ada.post(f"{PATH}/holidays", **form)
    assert (status, "Republic Day" in text, "until 13:00" in text, "closed all day" in text) == (200, True, True, True)
    status, text = await ada.post(f"{PATH}/holidays", **{**FORM, "country": "DE", "subdivision": "34"})
    assert (status, "Bavaria" in text or "BY" in text) == (200, True)
    for hostile in ({"country": "XX"}, {"country": "TR", "half_days_until": "noon"}, {"country": "../x"}):
        assert (await ada.post(f"{PATH}/holidays", **{**FORM, **hostile}))[0] == 200


async def test_a_deadline_is_told_before_anything_is_saved(office: Office, visit: Visit) -> None:
    ada = await visit("Ada")
    asked = {"start": "2026-11-27T16:50", "length_hours": "4", "length_minutes": "0"}
    status, text = await ada.post(f"{PATH}/deadline", **FORM, **asked)
    assert (status, "Monday 30 November 2026, 14:00" in text) == (200, True)
    for hostile in (
        {"start": "soon"}, {"start": "9999-12-31T23:59"}, {"length_hours": "9" * 15}, {"hours_from": ["25:00"] * 2},
        {"timezone": "\x00"}, {"length_hours": "９"},
    ):  # fmt: skip
        status, text = await ada.post(f"{PATH}/deadline", **{**FORM, **asked, **hostile})
        assert (hostile, status) == (hostile, 200)
    assert await office.all(Calendar) == []


async def test_a_calendar_is_set_up_in_the_browser(office: Office, window: Any) -> None:
    page = await window("Ada", PATH, **size("wide"))
    await page.locator("[name=name]").fill("Office hours")
    await page.locator("[data-day=sat] [data-add]").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-day=sat] [name=hours_from]")).to_be_focused()
    await page.locator("[data-day=sat] [name=hours_from]").fill("22:00")
    await page.locator("[data-day=sat] [name=hours_to]").fill("02:00")
    await expect(page.locator("[data-day=sat] .next-day")).to_be_visible()
    await picture(page, "calendars-week")
    await page.locator("[name=country]").select_option("TR")
    await expect(page.locator(".holidays").first).to_contain_text("Republic Day")
    await page.locator("[data-own]").first.click()
    await expect(page.locator("[name=day_from]")).to_be_focused()
    await page.locator("[name=day_from]").fill("10:00")
    await page.locator("[name=day_to]").fill("16:00")
    await page.locator("#add-day").click()
    await page.locator("[name=day_date]").last.fill("2026-12-31")
    await expect(page.locator(".trying strong")).to_be_visible()
    await picture(page, "calendars-new")
    await page.locator(".calendar .btn.primary").click()
    await expect(page.locator("[role=status].chip")).to_have_text("Saved")
    [calendar] = await office.all(Calendar)
    assert calendar.schedule["hours"]["sat"] == [["22:00", "02:00"]]
    assert calendar.schedule["holidays"] == ["2026-12-31"]
    assert list(calendar.schedule["overrides"].values()) == [[["10:00", "16:00"]]]
    await page.locator("[data-day=mon] [name=hours_to]").fill("17:00")
    await page.locator("[data-copy]").click()
    await expect(page.locator("[data-day=fri] [name=hours_to]")).to_have_value("17:00")
    await page.locator("[data-day=sat] [data-drop]").click()
    await expect(page.locator("[data-day=sat] [data-add]")).to_be_focused()
    await page.locator("[name=start]").fill("2026-11-27T16:50")
    await expect(page.locator(".trying strong")).to_have_text("Monday 30 November 2026, 12:50")
    await page.locator(".trying").scroll_into_view_if_needed()
    await picture(page, "calendars-changed")
    phone = await window("Bo", "/settings", **size("phone"))
    await expect(phone).to_have_url(re.compile("/settings/notices"))
    await office.change(Agent, Agent.name == "Bo", role=Role.SUPERVISOR)
    phone = await window("Bo", f"{PATH}/{calendar.id}", **size("phone"), color_scheme="dark")
    await expect(phone.locator(".holidays").first).to_contain_text("Cumhuriyet Bayramı")
    await picture(phone, "calendars-phone")
    await phone.locator(".holidays").first.scroll_into_view_if_needed()
    await picture(phone, "calendars-phone-holidays")
    narrow = "Math.max(...[...document.querySelectorAll('.scroll')].map(one => one.scrollWidth - one.clientWidth))"
    wide = "[...document.querySelectorAll('.scroll *')].filter(one => one.getBoundingClientRect().right > 375)"
    assert await phone.evaluate(f"[{narrow}, {wide}.map(one => one.outerHTML.slice(0, 90))]") == [0, []]
