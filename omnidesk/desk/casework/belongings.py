"""What a merged case brings along beside what was said: labels and own fields that the other one lacks."""

from contextlib import suppress
from typing import Any

from sqlmodel import col, delete, select

from omnidesk.desk import changes, own_fields
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, CaseLabel


async def bring(tx: Transaction, case: Case, target: Case) -> dict[str, Any]:
    """Give the target what it lacks; gives what that was. The case keeps its own."""
    there = await _labels(tx, target)
    labels = sorted(await _labels(tx, case) - there)[: max(0, changes.MOST_LABELS - len(there))]
    for label in labels:
        tx.add_row(CaseLabel, {"case_id": target.id, "label": label})
    fields = {slug: value for slug, value in case.fields.items() if slug not in target.fields}
    with suppress(Invalid):  # together they are too large: then the target keeps what it has
        target.fields = changes.merged(target.fields, fields)
        await own_fields.keep(tx, target, sorted(fields))
        return {"labels": labels, "fields": fields}
    return {"labels": labels, "fields": {}}


async def take_back(tx: Transaction, target: Case, brought: dict[str, Any]) -> None:
    """Take from the target what it was given, but for fields that were changed since."""
    given = (col(CaseLabel.case_id) == target.id, col(CaseLabel.label).in_(brought["labels"]))
    await tx.session.exec(delete(CaseLabel).where(*given))
    gone = {slug for slug, value in brought["fields"].items() if target.fields.get(slug) == value}
    if gone:
        target.fields = {slug: value for slug, value in target.fields.items() if slug not in gone}
        await own_fields.keep(tx, target, sorted(gone))


async def _labels(tx: Transaction, case: Case) -> set[str]:
    return set(await tx.session.exec(select(CaseLabel.label).where(CaseLabel.case_id == case.id)))
