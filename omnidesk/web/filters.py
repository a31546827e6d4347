"""The filter bar: what can be asked for, and what is, in the reader's words."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from babel import Locale, UnknownLocaleError
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk.views import Filter
from omnidesk.desk.views.choices import MOST_ORGANIZATIONS, Choices, choices
from omnidesk.store.models import Category, FieldDefinition, FieldKind, Priority
from omnidesk.web.pages import PAGES, sentence
from omnidesk.web.requests import language_for, viewer_of
from omnidesk.web.words import WORDS


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a condition can have."""

    value: str
    title: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """Something to filter by. Without options one writes a text; `days`: or two days."""

    kind: str
    title: str
    options: list[Option]
    written: str = ""
    days: bool = False
    search: str = ""
    """Where more options are searched for."""

    @property
    def said(self) -> str:
        """What is asked for, in words; empty = nothing."""
        return ", ".join(
            [option.title for option in self.options if option.chosen] or [self.written][: bool(self.written)]
        )


async def offered(request: web.Request, session: AsyncSession, wanted: Filter) -> list[Condition]:
    """All that can be filtered by."""
    has = await choices(session, viewer_of(request), wanted)
    words = _Words(request)
    plain = [words.condition(kind, values, wanted) for kind, values in words.plain(has)]
    of_contacts = words.own("contact", has.contact_fields, wanted.contact)
    return [*plain, *words.own("field", has.fields, wanted.field), *of_contacts]


class _Words:
    def __init__(self, request: web.Request) -> None:
        self._language = language_for(request)
        self._say = request.app[PAGES].gettext

    def _word(self, kind: str, code: str) -> str:
        words = WORDS[kind]
        return self._say(self._language, words.get(code, words.get("*", "{code}"))).format(code=code)

    def plain(self, has: Choices) -> list[tuple[str, list[tuple[str, str]]]]:
        """Conditions with the values they can have; in the order of the menu."""
        categories = [(str(one), self._word("category", one)) for one in Category]
        own = [(str(one.id), self._text(one.name, one.slug)) for one in has.statuses]
        whose = [(one, self._word("whose", one)) for one in ("me", "nobody")]
        spans = [(one, self._word("span", one)) for one in ("today", "7d", "30d")]
        return [
            ("status", [*categories, *own]),
            ("priority", [(str(one), self._word("priority", one)) for one in reversed(Priority)]),
            ("assignee", [*whose, *has.assignee]),
            ("team", has.team),
            ("channel", [(one, self._word("channel", one)) for one in has.channel]),
            ("inbox", has.inbox),
            *([("organization", has.organization)] if has.organization else []),
            ("label", [(one, one) for one in has.label]),
            ("language", [(one, self._language_name(one)) for one in has.language]),
            ("sla", [(one, self._word("sla_state", one)) for one in WORDS["sla_state"]]),
            ("opened", spans),
            ("written", spans),
            ("text", []),
        ]

    def condition(self, kind: str, values: list[tuple[str, str]], wanted: Filter) -> Condition:
        """A condition with what is asked for; a value that is not offered any more stands as it is."""
        asked: tuple[str, ...] = getattr(wanted, kind)
        known = {value for value, _ in values}
        title, days = self._word("condition", kind), kind in ("opened", "written")
        if not values or days:
            written = " ".join(value for value in asked if value not in known)
            return Condition(kind, title, self._options(values, asked), written, days)
        strange = [(value, value) for value in asked if value not in known]
        more = "/organizations/options" if kind == "organization" and len(values) >= MOST_ORGANIZATIONS else ""
        return Condition(kind, title, self._options([*values, *strange], asked), search=more)

    def own(
        self, subject: str, fields: Sequence[FieldDefinition], wanted: Sequence[tuple[str, str]]
    ) -> list[Condition]:  # fmt: skip
        """The desk's own fields, of cases or contacts."""
        made = []
        for field in fields:
            asked = tuple(value for slug, value in wanted if slug == field.slug)
            kind, title = f"{subject}.{field.slug}", self._text(field.name, field.slug)
            if field.kind == FieldKind.CHOICE:
                offered = [(one["slug"], self._text(one["name"], one["slug"])) for one in field.choices]
            elif field.kind == FieldKind.CHECKBOX:
                offered = [("true", self._say(self._language, WORDS["checkbox"]["true"]))]
            else:
                offered = []
            written = "" if offered else " ".join(asked)
            made.append(Condition(kind, title, self._options(offered, asked), written))
        return made

    def _options(self, values: list[tuple[str, str]], asked: tuple[str, ...]) -> list[Option]:
        return [Option(value, sentence(title, self._language), value in asked) for value, title in values]

    def _text(self, texts: dict[str, str], slug: str) -> str:
        return texts.get(self._language) or next(iter(texts.values()), slug)

    def _language_name(self, code: str) -> str:
        try:
            return Locale.parse(code).get_display_name(self._language) or code
        except (UnknownLocaleError, ValueError):
            return code
