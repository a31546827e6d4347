"""Hooks of schemathesis (see test_schemathesis): it is led to what is there, and not refused what is described."""

import os
import random
from typing import Any

import requests
import schemathesis
from schemathesis import Case, CheckContext, GenerationMode, HookContext, Response

_CONTACT, _OTHER = os.environ["OMNIDESK_TEST_CONTACTS"].split()
_HERE: dict[str, Any] = {
    "contact": _CONTACT, "from": _OTHER, "inbox": "api", "team": "support", "assignee": "bo@example.com",
    "id": os.environ["OMNIDESK_TEST_INTERACTION"], "organization": os.environ["OMNIDESK_TEST_ORGANIZATION"],
}  # fmt: skip
_BY_FORM = ("The body is not right.", "What stands behind the ? is not right.")


@schemathesis.hook
def before_call(context: HookContext, case: "Case[Any]", kwargs: dict[str, Any]) -> None:
    """What is right names what is there, mostly, so that it gets further; what is wrong on purpose stays so."""
    if not _is_right(case) or not isinstance(case.body, dict) or random.random() < 0.2:
        return
    body = dict(case.body)
    for name in body.keys() & _HERE.keys():
        if isinstance(body[name], str):
            body[name] = _HERE[name]
    if "version" in body:
        url = f"{case.operation.schema.get_base_url().rstrip('/')}{case.formatted_path}"
        now = requests.get(url, headers=dict(case.headers or {}), timeout=10)
        body["version"] = now.json().get("version", 1)
    case.body = body


@schemathesis.check
def what_is_described_is_not_refused_by_its_form(context: CheckContext, response: Response, case: "Case[Any]") -> None:
    """A value may be wrong in other ways: a team that isn't there."""
    refused = response.status_code == 422 and _is_right(case) and response.json()["detail"].startswith(_BY_FORM)
    assert not refused, f"refused, though described so: {response.text}"


def _is_right(case: "Case[Any]") -> bool:
    return case.meta is not None and case.meta.generation.mode == GenerationMode.POSITIVE
