"""Forms that the bot asks with a message: kept with it, answered once, and shown as a list."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from omnidesk.contract.channel import Form, FormField, Inbound
from omnidesk.contract.forms import checked
from omnidesk.desk import own_fields
from omnidesk.errors import Invalid
from omnidesk.store.db import Transaction
from omnidesk.store.models import Case, FieldSubject, Interaction


def kept(form: Form) -> dict[str, Any]:
    """A form as the payload of the message that asks it."""
    return asdict(form)


def of(said: Interaction) -> Form | None:
    """The form of a message, if it asks one. Its id is that of the message, so that an answer finds it."""
    form = said.payload.get("form")
    if not isinstance(form, dict) or "fields" not in form:
        return None
    fields = tuple(FormField(**{**one, "choices": tuple(one.get("choices", ()))}) for one in form["fields"])
    return Form(str(said.id), fields, form.get("submit", ""))


def lines(said: Interaction) -> str:
    """The questions of a message as lines, for channels without forms."""
    form = of(said)
    return "\n".join(f"– {_question(one)}" for one in form.fields) if form else ""


def _question(one: FormField) -> str:
    return f"{one.label} ({' / '.join(one.choices)})" if one.choices else one.label


async def take(tx: Transaction, case: Case, inbound: Inbound) -> Inbound:
    """An answer as it is logged: with the names of its questions, and marked where it was asked.

    What answers no open form of this case is a text like others.
    """
    if not inbound.form:
        return inbound
    asked = await _asked(tx, case, inbound.form)
    form = of(asked) if asked else None
    if asked is None or form is None or "answered" in asked.payload:
        return replace(inbound, form=None, answers={}, text=inbound.text or "\n".join(inbound.answers.values()))
    answers, _ = checked(form.fields, inbound.answers)
    labels = {one.name: one.label for one in form.fields if one.name in answers}
    asked.payload = {**asked.payload, "answered": True}
    return replace(inbound, answers=answers, labels=labels, text=_text(answers, labels))


async def _asked(tx: Transaction, case: Case, form: str) -> Interaction | None:
    if not form.isdecimal() or len(form) > 18:
        return None
    found = await tx.session.get(Interaction, int(form))
    return await tx.get(Interaction, found.id) if found is not None and found.case_id == case.id else None


def _text(answers: Mapping[str, str], labels: Mapping[str, str]) -> str:
    return "\n".join(f"{labels[name]}: {said}" for name, said in answers.items())


async def fill_fields(tx: Transaction, case: Case, answers: Mapping[str, str]) -> None:
    """Answers whose names are those of the desk's own fields fill these, where they fit and are empty."""
    defined = {one.slug: one for one in await own_fields.definitions(tx.session, FieldSubject.CASE)}
    found = {}
    for name, said in answers.items():
        if name in defined and case.fields.get(name) is None:
            try:
                found[name] = own_fields.value_of(defined[name], said)
            except Invalid:
                continue  # it stays among the answers
    if found:
        case.fields = {**case.fields, **found}
        await own_fields.keep(tx, case, sorted(found))
