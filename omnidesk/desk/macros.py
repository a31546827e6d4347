"""Canned replies and macros: who may use and change which, and how they are found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, case
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import macro_actions
from omnidesk.desk.access import Viewer, must_be
from omnidesk.desk.files import Stored
from omnidesk.errors import Conflict, Invalid, NotAllowed, NotFound
from omnidesk.store.db import Transaction
from omnidesk.store.models import Macro, MacroKind, Role, Team
from omnidesk.text.cleaning import one_line
from omnidesk.text.folding import fold, words

LONGEST = 20_000
"""Characters of one text."""
_NAME = 120
_SHORTCUT = 40
_MOST_FILES = 20
_MOST_OWN = 2000
"""So many canned replies and macros an agent may keep for themselves."""


@dataclass(frozen=True, slots=True)
class Written:
    """A canned reply or macro as it was filled in. `mine`: for who writes it alone; else a team's, or everybody's."""

    kind: MacroKind
    name: str
    shortcut: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    actions: Sequence[Mapping[str, Any]] = ()
    files: Sequence[Stored] = ()
    team_id: int | None = None
    mine: bool = False


def usable(viewer: Viewer) -> ColumnElement[bool]:
    """The condition on `macros` that keeps what the viewer may use."""
    shared = col(Macro.agent_id).is_(None) & (col(Macro.team_id).is_(None) | col(Macro.team_id).in_(viewer.team_ids))
    return col(Macro.deleted_at).is_(None) & (shared | (col(Macro.agent_id) == viewer.agent_id))


def editable(viewer: Viewer) -> ColumnElement[bool]:
    """The condition that keeps what the viewer may see in the settings: supervisors also see other teams'."""
    if not viewer.at_least(Role.SUPERVISOR):
        return usable(viewer)
    team_is_seen = col(Macro.team_id).is_(None) | col(Macro.team_id).not_in(viewer.hidden_team_ids)
    shared = col(Macro.agent_id).is_(None) & team_is_seen
    return col(Macro.deleted_at).is_(None) & (shared | (col(Macro.agent_id) == viewer.agent_id))


def may_change(viewer: Viewer, macro: Macro) -> bool:
    """Their own agents change themselves, shared ones supervisors."""
    if macro.agent_id is not None:
        return macro.agent_id == viewer.agent_id
    return viewer.at_least(Role.SUPERVISOR) and macro.team_id not in viewer.hidden_team_ids


async def search(
    session: AsyncSession, allowed: ColumnElement[bool], typed: str = "", *, kind: MacroKind | None = None,
    limit: int = 20,
) -> list[Macro]:  # fmt: skip
    """Those that hold every word that was typed: by shortcut first, then by the beginning of the name, then by name."""
    wanted = fold(typed.strip())
    conditions = [allowed, *(col(Macro.folded).contains(word, autoescape=True) for word in wanted.split()[:8])]
    if kind is not None:
        conditions.append(col(Macro.kind) == kind)
    place = case(
        (col(Macro.shortcut) == wanted, 0),
        (col(Macro.shortcut).startswith(wanted, autoescape=True), 1),
        (col(Macro.folded_name).startswith(wanted, autoescape=True), 2),
        (col(Macro.folded_name).contains(wanted, autoescape=True), 3),
        else_=4,
    )
    order = (place, col(Macro.folded_name), col(Macro.id)) if wanted else (col(Macro.folded_name), col(Macro.id))
    return list(await session.exec(select(Macro).where(*conditions).order_by(*order).limit(limit)))


async def find(session: AsyncSession, allowed: ColumnElement[bool], macro_id: int) -> Macro:
    """One of them. Raises NotFound, also for one that is not the viewer's to use."""
    found = (await session.exec(select(Macro).where(Macro.id == macro_id, allowed))).first()
    if found is None:
        raise NotFound(f"There is no canned reply or macro {macro_id} here.")
    return found


async def create(tx: Transaction, viewer: Viewer, written: Written) -> int:
    """Keep a new one; gives its id. Raises Invalid, NotAllowed."""
    must_be(viewer, Role.AGENT)
    await _check(tx, viewer, written)
    if written.mine:
        await _must_not_be_too_many(tx, viewer)
    macro_id = tx.new_id()
    own = {"agent_id": viewer.agent_id if written.mine else None, "team_id": written.team_id, "deleted_at": None}
    stamps = {"version": 1, "created_at": tx.now, "updated_at": tx.now}
    slug = await _free_slug(tx, written, macro_id)
    tx.add_row(Macro, {"id": macro_id, "slug": slug, **own, **stamps, **columns(written), "files": _kept(written)})
    return macro_id


async def change(tx: Transaction, viewer: Viewer, macro_id: int, written: Written, *, version: int) -> None:
    """Make one as it was filled in; whose it is may change too, as far as the viewer may give it away.

    Raises Conflict (`stale`) when `version` is not the newest.
    """
    macro = await _for_change(tx, viewer, macro_id)
    if macro.version != version:
        raise Conflict("Somebody changed this since you opened it; open it again.", code="stale")
    await _check(tx, viewer, written)
    for name, value in {**columns(written), "files": _kept(written)}.items():
        setattr(macro, name, value)
    macro.agent_id, macro.team_id = (viewer.agent_id if written.mine else None), written.team_id
    if written.mine:
        macro.slug = str(macro.id)  # what files call it is free for what they bring
    macro.version, macro.updated_at = macro.version + 1, tx.now


async def delete(tx: Transaction, viewer: Viewer, macro_id: int) -> None:
    """Take one away; it can be brought back."""
    (await _for_change(tx, viewer, macro_id)).deleted_at = tx.now


async def bring_back(tx: Transaction, viewer: Viewer, macro_id: int) -> None:
    """Undo a deletion."""
    (await _for_change(tx, viewer, macro_id, deleted=True)).deleted_at = None


def files_of(macro: Macro) -> list[Stored]:
    """What goes along with the text."""
    return [Stored(**file) for file in macro.files]


def _kept(written: Written) -> list[dict[str, Any]]:
    names = ("filename", "content_type", "size", "blob")
    return [{name: getattr(file, name) for name in names} for file in written.files]


def columns(written: Written) -> dict[str, Any]:
    """The columns that are filled in, with what it is found by; not what goes along, which pages alone bring."""
    texts = {language: text.strip() for language, text in written.texts.items() if text.strip()}
    shortcut, name = shortcut_of(written.shortcut), one_line(written.name)
    return {
        "kind": written.kind, "name": name, "folded_name": fold(name),
        "shortcut": shortcut, "texts": texts, "actions": [dict(action) for action in written.actions],
        "folded": fold(" ".join([shortcut, name, *texts.values()])),
    }  # fmt: skip


def shortcut_of(typed: str) -> str:
    """A shortcut as it is kept: folded, without the slash, with hyphens for spaces."""
    return "-".join(fold(typed).strip().lstrip("/").split())


async def _for_change(tx: Transaction, viewer: Viewer, macro_id: int, *, deleted: bool = False) -> Macro:
    must_be(viewer, Role.AGENT)
    known = await tx.session.get(Macro, macro_id)
    seen = known is not None and (known.agent_id in (None, viewer.agent_id))
    if known is None or not seen or known.team_id in viewer.hidden_team_ids or bool(known.deleted_at) != deleted:
        raise NotFound(f"There is no canned reply or macro {macro_id} here.")
    macro = await tx.get(Macro, macro_id)
    if not may_change(viewer, macro):
        raise NotAllowed("Shared ones are changed by supervisors; make one of your own instead.")
    return macro


async def _check(tx: Transaction, viewer: Viewer, written: Written) -> None:
    problems = _problems(written)
    if written.mine and written.team_id is not None:
        problems["owner"] = "choose a team or yourself, not both"
    if problems:
        raise Invalid("Something in the form is not right.", fields=problems)
    if not written.mine:
        must_be(viewer, Role.SUPERVISOR)
    if written.team_id is not None:
        team = await tx.session.get(Team, written.team_id)
        if team is None or team.id in viewer.hidden_team_ids:
            raise Invalid("There is no such team; choose another one.", fields={"owner": "unknown"})
    await macro_actions.check_references(tx.session, written.actions)


def _problems(written: Written) -> dict[str, str]:
    found = {}
    if not 0 < len(written.name.strip()) <= _NAME:
        found["name"] = f"give it a name of at most {_NAME} characters"
    if len(shortcut_of(written.shortcut)) > _SHORTCUT:
        found["shortcut"] = f"at most {_SHORTCUT} characters"
    if any(len(text) > LONGEST for text in written.texts.values()):
        found["texts"] = f"at most {LONGEST} characters"
    if len(written.files) > _MOST_FILES:
        found["files"] = f"at most {_MOST_FILES} files"
    said = any(text.strip() for text in written.texts.values())
    if written.kind == MacroKind.CANNED_REPLY and not said:
        found["texts"] = "write the text in at least one language"
    if written.kind == MacroKind.MACRO and not (said or written.actions or written.files):
        found["actions"] = "add an action or a text"
    return found


async def _must_not_be_too_many(tx: Transaction, viewer: Viewer) -> None:
    own = select(Macro.id).where(Macro.agent_id == viewer.agent_id, col(Macro.deleted_at).is_(None))
    if len(list(await tx.session.exec(own.limit(_MOST_OWN)))) >= _MOST_OWN:
        raise Invalid(f"You keep {_MOST_OWN} already; delete some first.", fields={"owner": "too many"})


async def _free_slug(tx: Transaction, written: Written, macro_id: int) -> str:
    slug = "-".join(words(written.name))[:50].strip("-")
    plain = slug if slug.isascii() and slug and not written.mine else str(macro_id)
    same = select(Macro.id).where(Macro.kind == written.kind, Macro.slug == plain)
    taken = (await tx.session.exec(same)).first()
    return plain if taken is None else f"{plain}-{macro_id}"[:62]
