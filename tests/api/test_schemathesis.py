"""Schemathesis asks all that the description allows, and much that it doesn't."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.api.program import Program, message
from tests.office import Office

ROOT = Path(__file__).parent.parent.parent
CONFIGURATION = """
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]
[parameters]
"path.number" = {number}
"path.id" = "{contact}"
"path.slug" = "api"
[[operations]]
include-path-regex = "organizations"
parameters = {{ "path.id" = "{organization}" }}
"""
"""What is there is asked for; 422 is also what names something that isn't (see deeper.py)."""


@pytest.mark.parametrize("desk_url", ["sqlite"], indirect=True)
async def test_nothing_that_can_be_asked_breaks_it_or_is_answered_in_another_way_than_described(
    office: Office, shop: Program, url: str, tmp_path: Path
) -> None:
    await shop.post("/inboxes/api/messages", message("m-1", "Hello"))
    await office.work()
    (case,) = await shop.all("/cases")
    said = (await shop.post(f"/cases/{case['number']}/interactions", {"kind": "reply", "body": "Hi"})).said
    other = (await shop.post("/contacts", {"points": [{"channel": "api", "address": "eve"}]})).said
    acme = (await shop.post("/organizations", {"name": "Acme", "domains": ["acme.example"]})).said
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION.format(**{**case, "organization": acme["id"]}))
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "--config-file", "schemathesis.toml",
        "run", f"{url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {shop.token}", "--no-color",
        "--max-examples", "10", "--workers", "1", "--seed", "1", "--continue-on-failure", "--max-time", "60",
        cwd=tmp_path, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={
            **os.environ, "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.api.deeper",
            "OMNIDESK_TEST_CONTACTS": f"{case['contact']} {other['id']}", "OMNIDESK_TEST_INTERACTION": said["id"],
            "OMNIDESK_TEST_ORGANIZATION": acme["id"],
        },
    )  # fmt: skip
    report = (await running.communicate())[0].decode()
    assert running.returncode == 0, report
    assert "Tested: 19" in report
