"""`omnidesk sla`: deadlines and working time by a schedule in a file or in a line. No store, no settings."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from omnidesk.errors import Invalid

Schedule = Annotated[Path, typer.Option(help="A JSON file with the schedule; see docs/calendars.md.")]
Moment = Annotated[str, typer.Option(metavar="ISO", help="A time; without an offset a local one of the schedule.")]
Pauses = Annotated[
    list[str] | None,
    typer.Option("--pause", metavar="A/B", help="From A to B the clock stands still; nothing after / = still now."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def commands() -> typer.Typer:
    """The commands on service levels."""
    app = typer.Typer(no_args_is_help=True)

    @app.command(help="The instant by which so much open, unpaused time has passed; null = a pause stops the clock.")
    def due(
        schedule: Schedule,
        start: Moment,
        duration: Annotated[str, typer.Option(metavar="ISO", help="Such as PT4H or PT1H30M; P1D is 24 open hours.")],
        pause: Pauses = None,
        as_json: Json = False,
    ) -> None:
        _answer({"op": "due", "start": start, "duration": _duration(duration)}, schedule, pause, as_json)

    @app.command(help="The open, unpaused seconds between two instants.")
    def elapsed(
        schedule: Schedule, start: Moment, end: Moment, pause: Pauses = None, as_json: Json = False
    ) -> None:  # fmt: skip
        _answer({"op": "elapsed", "start": start, "end": end}, schedule, pause, as_json)

    @app.command(help="Answer questions on standard input, a JSON line each, in their order.")
    def batch() -> None:
        from omnidesk.desk.calendars import asking

        for line in sys.stdin.buffer:
            if line.strip():
                print(json.dumps(asking.answer(line), ensure_ascii=False), flush=True)

    return app


def _answer(question: dict[str, Any], schedule: Path, pauses: list[str] | None, as_json: bool) -> None:
    from omnidesk.desk.calendars import asking

    said = asking.ask({**question, "schedule": _read(schedule), "pauses": [_pause(text) for text in pauses or ()]})
    (value,) = said.values()
    print(json.dumps(said) if as_json else "null" if value is None else value)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Invalid(f"--schedule: {path} can't be read: {error.strerror}; name a JSON file") from error
    except (ValueError, RecursionError) as error:
        raise Invalid(f"--schedule: {path} holds no JSON: {error}; see docs/calendars.md") from error


def _duration(text: str) -> str:
    if not text.startswith("P"):
        raise Invalid(f"--duration: {text} is no ISO 8601 duration; write it as PT4H")
    return text


def _pause(text: str) -> tuple[str, str | None]:
    begin, slash, end = text.partition("/")
    if not slash:
        raise Invalid(f"--pause: {text} has no /; write A/B, or A/ for a pause that still runs")
    return begin, None if end in ("", "null") else end
