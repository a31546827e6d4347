"""Reading the files of a desk: sound entries, and what is wrong with the others."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from omnidesk.desk.configuration.entry import Entry
from omnidesk.desk.configuration.files import BotFile, DeskFiles
from omnidesk.desk.configuration.loading import Unreadable, load, unstorable
from omnidesk.desk.configuration.places import Loc, Place, place_of
from omnidesk.desk.configuration.problems import Problems, refusals
from omnidesk.errors import Invalid

_MODELS: dict[str, type[Entry]] = {
    kind: get_args(field.annotation)[0] for kind, field in DeskFiles.model_fields.items()
}
_REFERRED_TO = ("calendars", "teams", "bots")


class _Reader:
    """What was read so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems = Problems()
        self.raw: dict[str, list[Any]] = {}
        self.places: dict[Loc, Place] = {}
        self.bots: dict[str, BotFile] = {}

    def read_file(self, path: Path) -> None:
        """Take in one file."""
        try:
            text, content, places = load(path, str(path.relative_to(self.folder)))
        except Unreadable as error:
            self.problems.add(error.place, "", error.text)
            self._doubt(_REFERRED_TO, None)
            return
        if not isinstance(content, dict):
            self.problems.add(places[()], "", "the top level must be keys such as teams, agents, inboxes")
            self._doubt(_REFERRED_TO, None)
        elif "bot" in content:
            self._take_bot(content, places, text)
        else:
            for kind, entries in content.items():
                self._take_kind(str(kind), entries, places)

    def _doubt(self, kinds: tuple[str, ...], *names: str | None) -> None:
        for kind in kinds:
            for name in names:
                self.problems.doubt(kind, name)

    def _take_bot(self, content: dict[Any, Any], places: dict[Loc, Place], text: str) -> None:
        head, place = content["bot"], places["bot",]
        slug, name = (head.get(key) if isinstance(head, dict) else None for key in ("slug", "name"))
        if wrong := list(unstorable(content)):
            for loc, why in wrong:
                self.problems.add(place_of(places, loc), ".".join(map(str, loc)), why)
            self._doubt(("bots",), _name_of(head))
        elif not isinstance(slug, str) or not isinstance(name, str) or not slug.replace("-", "a").isalnum():
            self.problems.add(place, "bot", "needs a slug (small letters, digits, -) and a name")
            self._doubt(("bots",), _name_of(head))
        elif slug in self.bots:
            self.problems.add(place, f"bots.{slug}", f"is there twice, also in {self.bots[slug].place}")
        else:
            self.bots[slug] = BotFile(slug, name, place.file.name, text, place)

    def _take_kind(self, kind: str, entries: Any, places: dict[Loc, Place]) -> None:
        place = place_of(places, (kind,)) or places[()]
        if kind not in _MODELS:
            self.problems.add(place, kind, f"not a kind of entry; known: {', '.join(_MODELS)}")
            self._doubt(_REFERRED_TO, *map(_name_of, _as_list(entries)))
        elif entries is not None and not isinstance(entries, list):
            self.problems.add(place, kind, "must be a list of entries, each beginning with -")
            self._doubt((kind,), *map(_name_of, _as_list(entries)))
        else:
            earlier = self.raw.setdefault(kind, [])
            for loc, standing in places.items():
                if loc[:1] == (kind,) and len(loc) > 1 and isinstance(loc[1], int):
                    self.places[kind, loc[1] + len(earlier), *loc[2:]] = standing
            earlier.extend(entries or [])

    def files(self) -> DeskFiles:
        """The sound entries of all files, and everything that is wrong."""
        kinds = {kind: tuple(self._sound(kind, raw)) for kind, raw in self.raw.items()}
        return DeskFiles.model_construct(**kinds).with_problems(self.problems)  # type: ignore[arg-type]

    def _sound(self, kind: str, raw: list[Any]) -> Iterator[Entry]:
        seen: dict[str, Entry] = {}
        for index, values in enumerate(raw):
            entry, wrong = _entry(_MODELS[kind], values)
            if entry is None or wrong:
                self._refuse(kind, index, values, wrong)
                continue
            entry.standing_at(self.places, (kind, index))
            key = entry.key
            if key in seen:
                self.problems.add(entry.place(), f"{kind}.{key}", f"is there twice, also in {seen[key].place()}")
            seen.setdefault(key, entry)
            yield entry

    def _refuse(self, kind: str, index: int, values: Any, wrong: list[tuple[Loc, str]]) -> None:
        """Note what is wrong with an entry."""
        called = _email_of(values) or _name_of(values) or index
        for loc, why in wrong:
            place = place_of(self.places, (kind, index, *loc))
            self.problems.add(place, ".".join(map(str, (kind, called, *loc))), why)
        slug_is_wrong = any(loc[:1] == ("slug",) for loc, _ in wrong)
        self._doubt((kind,), None if slug_is_wrong else _name_of(values))


def read(folder: Path) -> tuple[DeskFiles, list[BotFile]]:
    """Read a folder's `desk/*.yaml` and `bots/*.yaml`. Raises Invalid where there are none.

    What is wrong in them is told by `plan`, together with what doesn't fit the desk.
    """
    paths = sorted([*(folder / "desk").glob("*.yaml"), *(folder / "bots").glob("*.yaml")])
    if not paths:
        raise Invalid(f"{folder}: holds no desk/*.yaml and no bots/*.yaml; name the folder that does")
    reader = _Reader(folder)
    for path in paths:
        reader.read_file(path)
    return reader.files(), list(reader.bots.values())


def _entry(model: type[Entry], values: Any) -> tuple[Entry | None, list[tuple[Loc, str]]]:
    """An entry, and what is wrong with it."""
    wrong = list(unstorable(values))
    try:
        return model.model_validate(values), wrong
    except ValidationError as error:
        told = {loc for loc, _ in wrong}
        return None, [*wrong, *((loc, why) for loc, why in refusals(error) if loc not in told)]


def _as_list(entries: Any) -> list[Any]:
    """Entries as they may have been meant; a single value is none."""
    return entries if isinstance(entries, list) else [entries] if isinstance(entries, dict) else []


def _name_of(values: Any) -> str | None:
    """What an entry is called, as far as it says so."""
    name = values.get("slug") if isinstance(values, dict) else values
    return name if isinstance(name, str) else None


def _email_of(values: Any) -> str | None:
    email = values.get("email") if isinstance(values, dict) else None
    return email if isinstance(email, str) else None
