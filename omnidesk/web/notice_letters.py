"""Notices as they travel, in an agent's language: a push, a letter."""

from collections.abc import Sequence
from functools import partial
from zoneinfo import ZoneInfo

from omnidesk.clock import Clock
from omnidesk.desk import notices
from omnidesk.desk.notices import Told
from omnidesk.desk.notices.due import Due
from omnidesk.desk.notices.mailer import Letter
from omnidesk.desk.notices.pushing import Push
from omnidesk.store.models import NoticeKind
from omnidesk.web.notice_words import Gettext, sentence
from omnidesk.web.pages import Pages
from omnidesk.web.words import N_

_LINES = 4
_MANY = N_("{count} cases have something new")
_GIVEN = N_("{count} cases were given to you")
_READ_IT = N_("Open the case to read it.")
_TEST_TITLE = N_("This is a test notice")
_TEST_BODY = N_("So notices will look on this device.")


def push(pages: Pages, now: Clock, due: Due) -> Push:
    """One case by name, more of them as a list. What was said is in it only if the agent chose so."""
    gettext = partial(pages.gettext, due.agent.language)
    latest = list({told.case_id: told for told in reversed(due.told)}.values())[::-1]
    first = latest[0]
    if len(latest) == 1:
        said = first.said if due.choice.with_text else ""
        return Push(
            sentence(gettext, first, now()),
            said or gettext(_READ_IT),
            f"/cases/{first.number}",
            f"case-{first.number}",
            1,
        )
    body = "\n".join(sentence(gettext, told, now()) for told in latest[:_LINES])
    return Push(_of_many(gettext, due.told, len(latest)), body, "/notices", "notices", len(latest))


def _of_many(gettext: Gettext, told: Sequence[Told], count: int) -> str:
    given = all(one.kind == NoticeKind.ASSIGNED for one in told)
    return gettext(_GIVEN if given else _MANY).format(count=count)


def test_push(pages: Pages, language: str) -> Push:
    """What a test shows."""
    title, body = (pages.gettext(language, text) for text in (_TEST_TITLE, _TEST_BODY))
    return Push(title, body, "/settings/notices", "test", 0)


def letter(pages: Pages, now: Clock, due: Due) -> Letter:
    """One mail for all of it, grouped by case."""
    groups = notices.by_case(due.told)
    gettext = partial(pages.gettext, due.agent.language)
    values = {
        "bundles": notices.bundled(groups), "with_text": due.choice.with_text, "url": pages.public_url,
        "agent": due.agent,
        "leave": f"{pages.public_url}/settings/notices", "now": now(), "zone": ZoneInfo(due.choice.zone),
    }  # fmt: skip
    subject = sentence(gettext, due.told[0], now()) if len(groups) == 1 else _of_many(gettext, due.told, len(groups))
    text, html = (pages.render(f"notices/mail.{kind}", due.agent.language, **values) for kind in ("txt", "html"))
    return Letter(subject, text, html, str(values["leave"]))
