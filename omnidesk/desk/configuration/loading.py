"""Loading one YAML file, keeping in mind on which line each value stands."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from omnidesk.desk.configuration.places import Loc, Place

# ten times faster, where PyYAML was built with it
_FAST: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LARGEST = 4 * 1024 * 1024
_DEEPEST = 50


class _Loader(_FAST):  # type: ignore[misc]  # which of the two is known at run time only
    """Says on which line a value is none of its kind, such as the date 2024-13-45."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """The value of a node."""
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise _refusal(f"{error}; a text goes between quotes", node.start_mark) from error


class Unreadable(Exception):
    """A file can't be read; `place` says where it begins to be wrong."""

    def __init__(self, place: str, text: str) -> None:
        super().__init__(text)
        self.place = place
        self.text = text


def load(path: Path, shown: str) -> tuple[str, Any, dict[Loc, Place]]:
    """A file's text, its value, and where everything in it stands; the top is at (). Raises Unreadable.

    An item of a list that is a plain text is found by its index and by what it says.
    """
    text = ""
    try:
        text = _text_of(path)
        value, lines = _parsed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(f"{shown}:{mark.line + 1 if mark else 1}", error.problem or "is no YAML") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, text.find(chr(error.character))) + 1
        raise Unreadable(f"{shown}:{line}", f"holds the character {error.character:#06x}; leave it out") from error
    except OSError as error:
        raise Unreadable(shown, f"can't be read: {error.strerror}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(f"{shown}:1", " ".join(str(error).split())) from error
    return text, value, {loc: Place(path, shown, line) for loc, line in lines.items()}


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


def _parsed(text: str) -> tuple[Any, dict[Loc, int]]:
    """The text's value, and the line of everything in it. Raises yaml.YAMLError, ValueError."""
    _refuse_bombs(text)
    loader = _Loader(text)
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
    for event in yaml.parse(text, _FAST):
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
            if isinstance(item, yaml.ScalarNode):
                yield (*loc, item.value), item.start_mark.line + 1
    elif isinstance(node, yaml.MappingNode):
        seen = set()
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise _refusal(f"{key.value} is there twice", key.start_mark)
            seen.add(key.value)
            here = (*loc, key.value)
            for below, line in _lines(value, here):
                # a value may begin on the line after its key
                yield below, key.start_mark.line + 1 if below == here else line


def unstorable(value: Any, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Where a value holds what no database keeps as text, and what it is."""
    if isinstance(value, dict):
        for key, below in value.items():
            here = (*loc, key if isinstance(key, str) else str(key))
            yield from unstorable(key, here)
            yield from unstorable(below, here)
    elif isinstance(value, list | tuple | set):
        for index, item in enumerate(value):
            yield from unstorable(item, (*loc, index))
    elif isinstance(value, bytes):
        yield loc, "is binary; write it as text"
    elif isinstance(value, str):
        if "\0" in value:
            yield loc, "holds the character \\0; leave it out"
        elif any("\ud800" <= char <= "\udfff" for char in value):
            yield loc, "holds half a character (\\ud800 to \\udfff); write the whole one"
