"""Reading the files of a desk, keeping in mind on which line each value stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from omnidesk.desk.configuration.entries import BotFile, DeskFiles, Entry, Loc, Place, key_of, place_of
from omnidesk.desk.configuration.problems import Problems, refusals

# ten times faster, where PyYAML was built with it
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LARGEST = 4 * 1024 * 1024
_DEEPEST = 50

_MODELS: dict[str, type[Entry]] = {
    kind: get_args(field.annotation)[0] for kind, field in DeskFiles.model_fields.items()
}


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
        shown = str(path.relative_to(self.folder))
        try:
            text = _text_of(path)
            content, lines = _load(text)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problems.add(f"{shown}:{mark.line + 1 if mark else 1}", "", error.problem or "is no YAML")
            return
        except OSError as error:
            self.problems.add(shown, "", f"can't be read: {error.strerror}")
            return
        except (yaml.YAMLError, ValueError) as error:
            self.problems.add(f"{shown}:1", "", " ".join(str(error).split()))
            return
        self._take(content, {loc: Place(path, shown, line) for loc, line in lines.items()}, text)

    def _take(self, content: Any, places: dict[Loc, Place], text: str) -> None:
        first = places[()]
        if not isinstance(content, dict):
            self.problems.add(first, "", "the top level must be keys such as teams, agents, inboxes")
        elif "bot" in content:
            self._take_bot(content["bot"], places["bot",], text)
        else:
            for kind, entries in content.items():
                self._take_kind(kind, entries, places)

    def _take_bot(self, head: Any, place: Place, text: str) -> None:
        slug, name = (head.get(key) if isinstance(head, dict) else None for key in ("slug", "name"))
        if not isinstance(slug, str) or not isinstance(name, str) or not slug.replace("-", "a").isalnum():
            self.problems.add(place, "bot", "needs a slug (small letters, digits, -) and a name")
        elif slug in self.bots:
            self.problems.add(place, f"bots.{slug}", f"is there twice, also in {self.bots[slug].place}")
        else:
            self.bots[slug] = BotFile(slug, name, place.file.name, text, place)

    def _take_kind(self, kind: Any, entries: Any, places: dict[Loc, Place]) -> None:
        place = place_of(places, (kind,)) or places[()]
        if kind not in _MODELS:
            self.problems.add(place, str(kind), f"not a kind of entry; known: {', '.join(_MODELS)}")
        elif entries is not None and not isinstance(entries, list):
            self.problems.add(place, kind, "must be a list of entries, each beginning with -")
        else:
            earlier = self.raw.setdefault(kind, [])
            for loc, standing in places.items():
                if loc[:1] == (kind,) and len(loc) > 1:
                    self.places[kind, int(loc[1]) + len(earlier), *loc[2:]] = standing
            earlier.extend(entries or [])

    def validated(self) -> DeskFiles:
        """The entries of all files. Raises Invalid with everything that is wrong."""
        kinds = {kind: tuple(self._entries(kind, raw)) for kind, raw in self.raw.items()}
        self.problems.end()
        return DeskFiles.model_construct(**kinds).standing_at(self.places)  # type: ignore[arg-type]

    def _entries(self, kind: str, raw: list[Any]) -> Iterator[Entry]:
        seen: dict[str, Loc] = {}
        for index, values in enumerate(raw):
            try:
                entry = _MODELS[kind].model_validate(values)
            except ValidationError as error:
                for loc, why in refusals(error):
                    field = ".".join(map(str, (kind, _called(values, index), *loc)))
                    self.problems.add(place_of(self.places, (kind, index, *loc)), field, why)
                continue
            key, place = key_of(entry), place_of(self.places, (kind, index))
            if key in seen:
                self.problems.add(place, f"{kind}.{key}", f"is there twice, also in {self.places[seen[key]]}")
            seen.setdefault(key, (kind, index))
            yield entry


def read(folder: Path) -> tuple[DeskFiles, list[BotFile]]:
    """Read a folder's `desk/*.yaml` and `bots/*.yaml`. Raises Invalid: each line has file, line, field and reason."""
    reader = _Reader(folder)
    paths = sorted([*(folder / "desk").glob("*.yaml"), *(folder / "bots").glob("*.yaml")])
    if not paths:
        reader.problems.add(str(folder), "", "holds no desk/*.yaml and no bots/*.yaml; name the folder that does")
    for path in paths:
        reader.read_file(path)
    return reader.validated(), list(reader.bots.values())


def _called(values: Any, index: int) -> str | int:
    """The entry's name as far as it has one."""
    name = (values.get("slug") or values.get("email")) if isinstance(values, dict) else None
    return name if isinstance(name, str) else index


def _text_of(path: Path) -> str:
    """The file's text. Raises OSError, ValueError."""
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ValueError(f"is larger than {_LARGEST // 1024 // 1024} MiB; split it")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 (byte {error.start}); save it as UTF-8") from error


def _load(text: str) -> tuple[Any, dict[Loc, int]]:
    """The file's value, and the line of everything in it. Raises yaml.YAMLError, ValueError."""
    _refuse_bombs(text)
    loader = _LOADER(text)
    try:
        node = loader.get_single_node()
        if node is None:
            return {}, {(): 1}
        lines = dict(_lines(node, ()))
        return loader.construct_document(node), lines
    finally:
        loader.dispose()


def _refuse_bombs(text: str) -> None:
    """A few aliases of aliases, or brackets in brackets, stand for more than any memory holds."""
    depth = 0
    for event in yaml.parse(text, _LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise _refusal("an alias (*name) is not taken; write it out", event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise _refusal("is nested too deeply", event.start_mark)


def _refusal(problem: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def _lines(node: yaml.Node, loc: Loc) -> Iterator[tuple[Loc, int]]:
    yield loc, node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield from _lines(item, (*loc, index))
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} is there twice", problem_mark=key.start_mark)
            seen.add(key.value)
            here = (*loc, key.value)
            for below, line in _lines(value, here):
                # a value may begin on the line after its key
                yield below, key.start_mark.line + 1 if below == here else line
