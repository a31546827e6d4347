"""Time that is let run: ahead of the real one, after a restart too."""

from datetime import timedelta
from pathlib import Path

from omnidesk import clock
from omnidesk.simulator.time import RunningTime


def test_time_runs_as_far_as_it_is_let(tmp_path: Path) -> None:
    time = RunningTime(tmp_path)
    assert abs(time() - clock.now()) < timedelta(seconds=5)
    time.run(timedelta(hours=1))
    time.run(timedelta(days=1))
    assert abs(time() - clock.now() - timedelta(hours=25)) < timedelta(seconds=5)


def test_a_restart_turns_nothing_back(tmp_path: Path) -> None:
    RunningTime(tmp_path / "data").run(timedelta(days=2))
    assert RunningTime(tmp_path / "data").ahead == timedelta(days=2)
