"""Drafts: what an agent is writing on a case, kept on the server, so that any window of theirs goes on with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, delete, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from omnidesk.desk import views
from omnidesk.desk.access import Viewer, must_be
from omnidesk.errors import Conflict, Invalid
from omnidesk.events import DraftChanged
from omnidesk.store import dialect
from omnidesk.store.db import Transaction, table_of
from omnidesk.store.models import Case, Draft, Role

_LONGEST = 50_000
_FILES = 50
_ADDRESSES = 100
_KINDS = ("reply", "note")


@dataclass(frozen=True, slots=True)
class Writing:
    """What stands in a composer.

    `uploads` are handles of files, `cc` and `bcc` addresses as far as they are typed; `at` is the address of the person
    that it is for, where it is not the usual one. `template` is what is sent in place of the text: `name`, `language`,
    and `values` so far.
    """

    text: str = ""
    kind: str = "reply"
    uploads: Sequence[str] = ()
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    at: int | None = None
    template: Mapping[str, Any] | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing worth keeping."""
        return not self.text.strip() and not self.uploads and not self.template


async def of(session: AsyncSession, viewer: Viewer, case: Case) -> Draft | None:
    """The viewer's draft on a case they may see."""
    return await session.get(Draft, (viewer.agent_id, case.id))


async def among(session: AsyncSession, viewer: Viewer, case_ids: Sequence[int]) -> set[int]:
    """Those of the cases on which the viewer has a draft."""
    mine = (Draft.agent_id == viewer.agent_id, col(Draft.case_id).in_(case_ids))
    return set(await session.exec(select(Draft.case_id).where(*mine))) if case_ids else set()


async def keep(tx: Transaction, viewer: Viewer, number: int, writing: Writing, version: int) -> int:
    """Keep what the viewer writes in place of `version` (0: nothing was there); gives the new version, 0 for nothing.

    Raises Conflict (`draft_changed`) when another window of theirs was quicker.
    """
    must_be(viewer, Role.AGENT)
    _must_fit(writing)
    case = await views.find(tx.session, viewer, number)
    this = (col(Draft.agent_id) == viewer.agent_id, col(Draft.case_id) == case.id)
    if writing.is_empty:
        gone = await tx.session.exec(delete(Draft).where(*this, col(Draft.version) == version))
        if not gone.rowcount and await of(tx.session, viewer, case) is not None:
            raise _changed()
        new = 0
    else:
        new = await _write(tx, viewer, case, writing, version)
    tx.publish(DraftChanged(case.number, viewer.agent_id, new))
    return new


async def _write(tx: Transaction, viewer: Viewer, case: Case, writing: Writing, version: int) -> int:
    new = tx.new_id()
    row = {
        "version": new, "kind": writing.kind, "text": writing.text, "uploads": list(writing.uploads),
        "cc": list(writing.cc), "bcc": list(writing.bcc), "contact_point_id": writing.at,
        "template": dict(writing.template) if writing.template else None, "updated_at": tx.now,
    }  # fmt: skip
    this = (col(Draft.agent_id) == viewer.agent_id, col(Draft.case_id) == case.id)
    if version:
        written = await tx.session.exec(update(Draft).where(*this, col(Draft.version) == version).values(**row))
        if not written.rowcount:
            raise _changed()
    else:
        key = {"agent_id": viewer.agent_id, "case_id": case.id}
        connection = await tx.session.connection()
        kept = await dialect.insert_new(connection, table_of(Draft), [{**key, **row}], key=list(key), give="version")
        if not kept:
            raise _changed()
    return new


async def put_back(tx: Transaction, viewer: Viewer, case: Case, writing: Writing) -> None:
    """Put what was to be sent back into the composer, before what is being written there by now."""
    this = (Draft.agent_id == viewer.agent_id, Draft.case_id == case.id)
    draft = (await tx.session.exec(select(Draft).where(*this).with_for_update(key_share=True))).first()
    if draft is not None and draft.kind == writing.kind:
        writing = Writing(
            "\n\n".join(filter(None, (writing.text, draft.text)))[:_LONGEST], writing.kind,
            list(dict.fromkeys([*writing.uploads, *draft.uploads]))[:_FILES],
            writing.cc or draft.cc, writing.bcc or draft.bcc, writing.at, writing.template or draft.template,
        )  # fmt: skip
    new = await _write(tx, viewer, case, writing, draft.version if draft is not None else 0)
    tx.publish(DraftChanged(case.number, viewer.agent_id, new))


async def go_along(tx: Transaction, case: Case, target: Case) -> None:
    """What is being written on a case that is merged into another one goes there, unless its agent writes there too."""
    there = select(Draft.agent_id).where(Draft.case_id == target.id)
    own = (col(Draft.case_id) == case.id, col(Draft.agent_id).not_in(there))
    await tx.session.exec(update(Draft).where(*own).values(case_id=target.id))


async def drop(tx: Transaction, viewer: Viewer, case: Case) -> None:
    """It was sent."""
    this = (col(Draft.agent_id) == viewer.agent_id, col(Draft.case_id) == case.id)
    await tx.session.exec(delete(Draft).where(*this))
    tx.publish(DraftChanged(case.number, viewer.agent_id, 0))


def _must_fit(writing: Writing) -> None:
    if writing.kind not in _KINDS:
        raise Invalid(f"A draft is a {' or a '.join(_KINDS)}.", fields={"kind": "unknown"})
    if len(writing.text) > _LONGEST:
        raise Invalid(f"A message has at most {_LONGEST} characters.", fields={"text": "too long"})
    if writing.template and sum(map(len, writing.template["values"])) > _LONGEST:
        raise Invalid(f"The words of a template have at most {_LONGEST} characters.", fields={"value": "too long"})
    if len(writing.uploads) > _FILES or max(len(writing.cc), len(writing.bcc)) > _ADDRESSES:
        raise Invalid(f"A draft has at most {_FILES} files and {_ADDRESSES} addresses.", fields={"upload": "too many"})


def _changed() -> Conflict:
    return Conflict("Another window of yours has changed this draft.", code="draft_changed")
