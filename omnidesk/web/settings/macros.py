"""Settings: canned replies and macros, those of everybody, of teams, and one's own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, Field
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import files, filling, macro_actions, macros, own_fields
from omnidesk.desk.macros import Written
from omnidesk.desk.setup import lists
from omnidesk.errors import Invalid
from omnidesk.keys import DATABASE, KEYS
from omnidesk.store.models import (
    Agent,
    Disposition,
    FieldSubject,
    Macro,
    MacroKind,
    Priority,
    Role,
    Status,
    Team,
)
from omnidesk.text import variables
from omnidesk.text.catalogues import LANGUAGES
from omnidesk.web.macros import cited
from omnidesk.web.posting import posted
from omnidesk.web.requests import Id, Number, id_in, page, read, viewer_of
from omnidesk.web.settings.sections import shown

_KINDS = {"canned-replies": MacroKind.CANNED_REPLY, "macros": MacroKind.MACRO}
_LISTED = 200
_FIELD = "field."
_LISTS = ("add_labels", "remove_labels")


class Filled(BaseModel):
    """What the form sends beside its actions. `owner`: the id of a team, or whose it is."""

    version: Number = 0
    name: str = Field(default="", max_length=1000)
    shortcut: str = Field(default="", max_length=1000)
    owner: Literal["me", "all"] | Id = "me"
    text_en: str = Field(default="", max_length=100_000)
    text_tr: str = Field(default="", max_length=100_000)
    upload: list[str] = []

    @property
    def texts(self) -> dict[str, str]:
        """By language; browsers send line ends as CR LF."""
        return {language: getattr(self, f"text_{language}").replace("\r\n", "\n") for language in LANGUAGES}


@dataclass(slots=True)
class Shown:
    """What the form holds."""

    id: int | None = None
    version: int = 0
    name: str = ""
    shortcut: str = ""
    owner: str = "me"
    texts: Mapping[str, str] = field(default_factory=dict)
    actions: list[tuple[str, str]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    """Name, size and handle of each."""
    may_change: bool = True


async def show(request: web.Request) -> web.StreamResponse:
    """The list, with nothing opened."""
    return await _page(request, None)


async def new(request: web.Request) -> web.StreamResponse:
    """The form of a new one."""
    shared = viewer_of(request).at_least(Role.SUPERVISOR)
    return await _page(request, Shown(owner="all" if shared else "me"))


async def show_one(request: web.Request) -> web.StreamResponse:
    """One of them in the form."""
    viewer = viewer_of(request)
    async with request.app[DATABASE].session() as session:
        macro = await macros.find(session, macros.editable(viewer), id_in(request, "macro"))
    return await _page(request, _shown(request, macro))


async def rows(request: web.Request) -> web.StreamResponse:
    """The list alone, while one types."""
    async with request.app[DATABASE].session() as session:
        listed = await _list(request, session)
    return page(request, "settings/macro_rows.html", section=_section(request), macro=None, **listed)


async def create(request: web.Request) -> web.StreamResponse:
    """Keep a new one."""
    return await _save(request, None)


async def change(request: web.Request) -> web.StreamResponse:
    """Save the form of one."""
    return await _save(request, id_in(request, "macro"))


async def delete(request: web.Request) -> web.StreamResponse:
    """Take one away; the page offers to undo it."""
    macro_id = id_in(request, "macro")
    async with request.app[DATABASE].transaction() as tx:
        await macros.delete(tx, viewer_of(request), macro_id)
    raise web.HTTPSeeOther(f"/settings/{_section(request)}?deleted={macro_id}")


async def bring_back(request: web.Request) -> web.StreamResponse:
    """Undo a deletion."""
    macro_id = id_in(request, "macro")
    async with request.app[DATABASE].transaction() as tx:
        await macros.bring_back(tx, viewer_of(request), macro_id)
    raise web.HTTPSeeOther(f"/settings/{_section(request)}/{macro_id}")


async def preview(request: web.Request) -> web.StreamResponse:
    """The texts of the form as a contact would read them, in each language."""
    form = await read(request, Filled)
    viewer = viewer_of(request)
    own = {"agent.name": viewer.name, "agent.first_name": filling.first_name(viewer.name)}
    filled = {
        language: variables.fill(text, filling.EXAMPLES | own).text for language, text in form.texts.items() if text
    }
    return page(request, "settings/macro_preview.html", filled=filled, unknown=filling.unknown(form.texts))


async def _save(request: web.Request, macro_id: int | None) -> web.StreamResponse:
    form, actions = await read(request, Filled), await _actions(request)
    viewer = viewer_of(request)
    along = [files.from_handle(request.app[KEYS], handle) for handle in form.upload]
    try:
        written = _written(request, form, actions, along)
        async with request.app[DATABASE].transaction() as tx:
            if macro_id is None:
                macro_id = await macros.create(tx, viewer, written)
            else:
                await macros.change(tx, viewer, macro_id, written, version=form.version)
    except Invalid as wrong:
        texts = (form.name, form.shortcut, str(form.owner), form.texts)
        said = Shown(macro_id, form.version, *texts, actions, cited(request, along))
        return await _page(request, said, wrong=wrong.fields)
    raise web.HTTPSeeOther(f"/settings/{_section(request)}/{macro_id}?saved=1")


def _written(
    request: web.Request, form: Filled, actions: list[tuple[str, str]], along: list[files.Stored]
) -> Written:  # fmt: skip
    """What the form says. Raises Invalid."""
    kind = _KINDS[_section(request)]
    try:
        done = macro_actions.checked([_action(verb, value) for verb, value in actions])
    except ValueError as error:
        raise Invalid(f"An action is not right: {error}", fields={"actions": str(error)}) from error
    team_id = form.owner if isinstance(form.owner, int) else None
    acts = done if kind == MacroKind.MACRO else ()
    return Written(kind, form.name, form.shortcut, form.texts, acts, along, team_id, mine=form.owner == "me")


async def _actions(request: web.Request) -> list[tuple[str, str]]:
    """Each action of the form: its verb, and the value as it was typed."""
    sent = await posted(request)
    verbs, values = ([str(value) for value in sent.getall(name, [])] for name in ("verb", "value"))
    return list(zip(verbs, values, strict=False))


def _action(verb: str, typed: str) -> dict[str, Any]:
    """An action as the form has it: each field is filled in by a verb of its own, which names it."""
    if verb.startswith(_FIELD):
        return {"fields": {verb.removeprefix(_FIELD): typed.strip() or None}}
    return {verb: _value(verb, typed)}


def _value(verb: str, typed: str) -> Any:
    return [word.strip() for word in typed.split(",") if word.strip()] if verb in _LISTS else typed.strip()


def _shown(request: web.Request, macro: Macro) -> Shown:
    owner = "me" if macro.agent_id else str(macro.team_id or "all")
    actions = [row for action in macro.actions for row in _rows(action)]
    said = (macro.name, macro.shortcut, owner, macro.texts, actions)
    may_change = macros.may_change(viewer_of(request), macro)
    return Shown(macro.id, macro.version, *said, cited(request, macros.files_of(macro)), may_change=may_change)


def _rows(action: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for verb, value in action.items():
        if verb == "fields":
            yield from ((_FIELD + slug, _typed(said)) for slug, said in value.items())
        else:
            yield verb, _typed(value)


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)


async def _page(request: web.Request, macro: Shown | None, wrong: Mapping[str, str] | None = None) -> web.Response:
    async with request.app[DATABASE].session() as session:
        listed = await _list(request, session)
        choices = await _choices(request, session)
        answer = await shown(
            request, session, _section(request), "settings/macros.html", macro=macro, wrong=wrong or {},
            saved="saved" in request.query, deleted=_deleted(request), names=filling.NAMES, **choices, **listed,
        )  # fmt: skip
    if wrong:
        answer.set_status(422)
    return answer


async def _list(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    question, kind = request.query.get("q", "")[:80], _KINDS[_section(request)]
    found = await macros.search(
        session, macros.editable(viewer_of(request)), question, kind=kind, limit=_LISTED + 1
    )  # fmt: skip
    return {"question": question, "listed": found[:_LISTED], "more": len(found) > _LISTED}


async def _choices(request: web.Request, session: AsyncSession) -> dict[str, Any]:
    """What the form offers: teams that the viewer knows, who can be given cases, and what the desk itself keeps."""
    viewer = viewer_of(request)
    teams = select(Team).where(col(Team.id).not_in(viewer.hidden_team_ids)).order_by(col(Team.name))
    agents = select(Agent).where(col(Agent.active), Agent.role != Role.VIEWER).order_by(col(Agent.name))
    return {
        "teams": list(await session.exec(teams)), "agents": list(await session.exec(agents)),
        "priorities": list(Priority), "shares": viewer.at_least(Role.SUPERVISOR),
        "categories": macro_actions.CATEGORIES, "statuses": await lists.offered(session, Status),
        "outcomes": await lists.offered(session, Disposition), "snoozes": macro_actions.SNOOZES,
        "fields": await own_fields.definitions(session, FieldSubject.CASE),
    }  # fmt: skip


def _section(request: web.Request) -> str:
    return request.match_info["kind"]


def _deleted(request: web.Request) -> str:
    text = request.query.get("deleted", "")
    return text if text.isdecimal() and text.isascii() and len(text) < 20 else ""
