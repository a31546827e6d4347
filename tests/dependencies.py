"""What Omnidesk depends on, directly or not, as the installed packages say."""

from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def closure(extras: Iterable[str]) -> list[Distribution]:
    """Every package that `omnidesk[extras]` brings, without Omnidesk itself, in the order of their names."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [("omnidesk", extra) for extra in ("", *extras)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) not in seen:
            seen.add((name, extra))
            found[name] = distribution(name)
            waiting.extend(_required(found[name], extra))
    del found["omnidesk"]
    return [found[name] for name in sorted(found)]


def _required(package: Distribution, extra: str) -> Iterator[tuple[str, str]]:
    for requirement in map(Requirement, package.requires or ()):
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            for wanted in ("", *requirement.extras):
                yield canonicalize_name(requirement.name), wanted
