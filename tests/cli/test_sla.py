"""`omnidesk sla`: deadlines and working time by a schedule, without a store."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from omnidesk.desk.calendars import asking
from tests.cli.test_commands import Run
from tests.cli.test_commands import run as run

SCHEDULE: dict[str, Any] = {
    "timezone": "Europe/Istanbul",
    "hours": {day: [["09:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    "always_open": False, "holidays": ["2024-04-10"], "holidays_yearly": ["04-23"],
    "overrides": {"2024-10-28": [["09:00", "12:30"]], "2024-12-31": []},
}  # fmt: skip
FRIDAY = "2026-11-27T16:50:00+03:00"


@pytest.fixture
def schedule(tmp_path: Path) -> str:
    path = tmp_path / "schedule.json"
    path.write_text(json.dumps(SCHEDULE))
    return str(path)


def test_due_prints_the_instant_in_the_schedules_zone(run: Run, schedule: str) -> None:
    words = ("sla", "due", "--schedule", schedule, "--duration", "PT4H")
    assert run(*words, "--start", FRIDAY)[:2] == (0, "2026-11-30T11:50:00+03:00\n")
    assert run(*words, "--start", "2026-11-27T16:50")[:2] == (0, "2026-11-30T11:50:00+03:00\n")
    code, said, _ = run(*words, "--start", FRIDAY, "--pause", "2026-11-30T09:00/2026-11-30T10:00", "--json")
    assert (code, json.loads(said)) == (0, {"due": "2026-11-30T12:50:00+03:00"})
    assert run(*words, "--start", FRIDAY, "--pause", "2026-11-30T09:00/")[:2] == (0, "null\n")


def test_elapsed_prints_seconds(run: Run, schedule: str) -> None:
    words = ("sla", "elapsed", "--schedule", schedule, "--start", FRIDAY, "--end", "2026-11-30T11:50:00+03:00")
    assert run(*words)[:2] == (0, "14400\n")
    assert json.loads(run(*words, "--pause", "2026-11-30T09:00/2026-11-30T10:00", "--json")[1]) == {"seconds": 10800}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--start", "soon", "--duration", "PT4H"), "start: "),
        (("--start", FRIDAY, "--duration", "4 hours"), "--duration: 4 hours is no ISO 8601 duration; write it as PT4H"),
        (("--start", FRIDAY, "--duration", "PT4H", "--pause", "noon"), "--pause: noon has no /; write A/B"),
        (("--start", FRIDAY, "--duration", "-PT4H"), "--duration"),
    ],
)
def test_wrong_use_names_the_field(run: Run, schedule: str, words: tuple[str, ...], told: str) -> None:
    code, said, error = run("sla", "due", "--schedule", schedule, *words)
    assert (code, said) == (2, "")
    assert told in error


def test_a_schedule_that_is_none_is_told(run: Run, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("[" * 100_000)
    for name, told in (("absent.json", "can't be read"), ("broken.json", "holds no JSON")):
        code, _, error = run(
            "sla", "due", "--schedule", str(tmp_path / name), "--start", FRIDAY, "--duration", "PT4H"
        )  # fmt: skip
        assert (code, told in error) == (2, True)


def test_a_batch_answers_each_line_in_its_order() -> None:
    monday = ["2026-11-30T06:00:00Z", "2026-11-30T07:00:00Z"]
    lines = [
        {"op": "due", "schedule": SCHEDULE, "start": FRIDAY, "duration": "PT4H", "pauses": []},
        {"op": "due", "schedule": SCHEDULE, "start": FRIDAY, "duration": "PT4H", "pauses": [[monday[0], None]]},
        {"op": "elapsed", "schedule": SCHEDULE, "start": FRIDAY, "end": "2026-11-30T12:00:00Z", "pauses": [monday]},
        {"op": "due", "schedule": {"timezone": "UTC"}, "start": FRIDAY, "duration": "PT4H"},
        {"op": "due", "schedule": SCHEDULE, "start": FRIDAY, "duration": 4},
        {"op": "guess"},
    ]
    sent = "".join(f"{json.dumps(line)}\n" for line in lines) + "{\n"
    done = subprocess.run(
        [sys.executable, "-m", "omnidesk", "sla", "batch"], input=sent, capture_output=True, text=True, check=True
    )  # fmt: skip
    first, second, third, *errors = (json.loads(line) for line in done.stdout.splitlines())
    assert (first, second, third) == ({"due": "2026-11-30T11:50:00+03:00"}, {"due": None}, {"seconds": 22200})
    assert [error.keys() for error in errors] == [{"error"}] * 4
    assert [error["error"].split(":")[0] for error in errors] == ["schedule", "duration", "op", "Invalid JSON"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from((FRIDAY, "PT4H", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "PT999999999H")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3), max_leaves=6,
)  # fmt: skip


@given(
    st.binary(max_size=60)
    | st.fixed_dictionaries(
        {"op": st.sampled_from(("due", "elapsed")), "schedule": json_values | st.just(SCHEDULE)},
        optional=dict.fromkeys(("start", "end", "duration", "pauses"), json_values),
    ).map(lambda line: json.dumps(line).encode())
)  # fmt: skip
@settings(deadline=None)
def test_no_line_stops_the_rest(line: bytes) -> None:
    (key,) = asking.answer(line)
    assert key in ("due", "seconds", "error")
