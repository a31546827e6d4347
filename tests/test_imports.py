"""Who may import whom (docs/architecture.md), and what a start must not load."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("omnidesk", "channels", "bots")

GROUND = tuple(f"omnidesk.{name}" for name in ("contract", "text", "errors", "events", "clock"))
STORE = (*GROUND, "omnidesk.store")
DESK = (*STORE, "omnidesk.desk", "omnidesk.settings")
SERVED = (*DESK, "omnidesk.web", "omnidesk.api", "omnidesk.keys")

MAY_IMPORT = {
    "channels": ("channels", "omnidesk.contract", "omnidesk.text"),
    "bots": ("bots", "omnidesk.contract", "omnidesk.text"),
    **dict.fromkeys(GROUND, GROUND),
    "omnidesk.settings": GROUND,
    "omnidesk.store": STORE,
    "omnidesk.store.models": ("omnidesk.store.models",),
    "omnidesk.desk": DESK,
    "omnidesk.web": SERVED,
    "omnidesk.api": SERVED,
    "omnidesk": ("omnidesk",),
}
"""Part → what of ours it may import; the longest part that fits a module counts. The last is for what stands on top:
the command line, the app and its workers."""


def module_of(path: Path, root: Path) -> str:
    """The dotted name of a file."""
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def lies_in(module: str, part: str) -> bool:
    """Whether a module is a part, or inside it."""
    return f"{module}.".startswith(f"{part}.")


def is_module(name: str, root: Path) -> bool:
    """Whether a dotted name is a file or a folder of ours."""
    path = root.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def imported(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every import in a file, also of those inside functions and `if TYPE_CHECKING`."""
    module = module_of(path, root)
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, name) for name in names_from(node, package, root))


def names_from(node: ast.ImportFrom, package: str, root: Path) -> Iterator[str]:
    """`from a import b` means a.b where that is a module, else a."""
    above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
    base = ".".join([*above, *([node.module] if node.module else [])])
    for alias in node.names:
        name = f"{base}.{alias.name}"
        yield name if is_module(name, root) else base


def offences(root: Path) -> list[str]:
    """Every import against the rules, as `file:line: a may not import b`."""
    found = []
    for path in sorted(path for package in PACKAGES for path in (root / package).rglob("*.py")):
        module = module_of(path, root)
        allowed = MAY_IMPORT[max((part for part in MAY_IMPORT if lies_in(module, part)), key=len)]
        for line, name in imported(path, root):
            if name.partition(".")[0] in PACKAGES and not any(lies_in(name, part) for part in allowed):
                found.append(f"{path.relative_to(root)}:{line}: {module} may not import {name}")
    return found


def test_every_import_follows_the_rules() -> None:
    assert not (found := offences(ROOT)), "\n".join(found)


@pytest.mark.parametrize(
    ("path", "statement", "offender"),
    [
        ("channels/pigeon/adapter.py", "from omnidesk.desk.incoming import intake", "omnidesk.desk.incoming.intake"),
        ("channels/pigeon/adapter.py", "from omnidesk import errors", "omnidesk.errors"),
        ("channels/pigeon/parse.py", "import bots.faq", "bots.faq"),
        ("bots/faq.py", "from omnidesk.store.models import Case", "omnidesk.store.models"),
        ("omnidesk/app.py", "def load():\n    import channels.pigeon.adapter", "channels.pigeon.adapter"),
        ("omnidesk/desk/incoming/intake.py", "from omnidesk.web.pages import Pages", "omnidesk.web.pages"),
        ("omnidesk/desk/incoming/intake.py", "from ...web.pages import Pages", "omnidesk.web.pages"),
        ("omnidesk/store/db.py", "from omnidesk import desk", "omnidesk.desk"),
        ("omnidesk/store/models/cases.py", "from omnidesk.store.db import Database", "omnidesk.store.db"),
        ("omnidesk/contract/channel.py", "import omnidesk.settings", "omnidesk.settings"),
    ],
)
def test_a_planted_offence_is_found(tmp_path: Path, path: str, statement: str, offender: str) -> None:
    for package in ("omnidesk/desk/incoming", "omnidesk/web", "channels/pigeon", "bots"):
        (tmp_path / package).mkdir(parents=True)
    for module in ("omnidesk/desk/incoming/intake.py", "omnidesk/errors.py"):
        (tmp_path / module).touch()
    planted = tmp_path / path
    planted.parent.mkdir(parents=True, exist_ok=True)
    planted.write_text(f"import json\n\n{statement}\n")
    line = 3 + statement.count("\n")
    module = module_of(planted, tmp_path)
    assert offences(tmp_path) == [f"{path}:{line}: {module} may not import {offender}"]


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("omnidesk.app", ("alembic", "typer", "playwright", "pytest")),
        ("omnidesk.__main__", ("sqlalchemy", "alembic", "apscheduler")),
    ],
)
def test_a_start_loads_only_what_it_needs(module: str, heavy: tuple[str, ...]) -> None:
    program = f"import sys, {module}; print(*sorted(set({heavy!r}) & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (result.stdout.strip(), result.stderr) == ("", "")
