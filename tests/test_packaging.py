"""What is built can be installed elsewhere and started there; what it needs is pinned."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen
from zipfile import ZipFile

import pytest
from packaging.utils import canonicalize_name

from tests.dependencies import closure

ROOT = Path(__file__).parent.parent
PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this folder with what is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    run("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    return next(folder.glob("omnidesk-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the wheel's content and nothing else; its dependencies come from the running environment."""
    folder = tmp_path_factory.mktemp("installed")
    run("install", "--no-deps", "--no-index", "--target", str(folder), str(wheel))
    return folder


def run(*arguments: str) -> None:
    """Run pip; when it fails, its words are in the error."""
    result = subprocess.run([*PIP, *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def carried() -> list[str]:
    """What is no Python module and yet has to come along, as named inside the wheel."""
    packages = [
        path.relative_to(ROOT)
        for package in ("omnidesk", "channels", "bots")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    config = [Path("omnidesk") / path.relative_to(ROOT) for path in (ROOT / "config").rglob("*") if path.is_file()]
    return sorted(path.as_posix() for path in (*packages, *config))


@pytest.mark.parametrize(
    "needed",
    [
        "omnidesk/config/omnidesk.toml",
        "omnidesk/config/desk/*.yaml",
        "omnidesk/config/bots/*.yaml",
        "omnidesk/store/migrations/versions/*.py",
        "omnidesk/web/templates/**/*.html",
        "omnidesk/web/static/**/*.css",
        "omnidesk/**/locale/tr.po",
        "channels/webchat/client/*.js",
        "channels/webchat/locale/tr.po",
    ],
)
def test_the_installed_package_carries(installed: Path, needed: str) -> None:
    assert list(installed.glob(needed))


def test_the_wheel_carries_every_file_of_its_packages(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        assert sorted(set(carried()) - set(archive.namelist())) == []


def test_the_demo_starts_in_an_empty_folder_and_ends_when_told(installed: Path, tmp_path: Path) -> None:
    port = free_port()
    with demo(installed, tmp_path, port) as process:
        wait_for(f"http://127.0.0.1:{port}/readyz", process)
        with urlopen(f"http://127.0.0.1:{port}/demo", timeout=10) as page:
            assert page.status == 200
            assert page.headers.get_content_type() == "text/html"
        process.terminate()
        assert process.wait(timeout=10) == 0


@contextmanager
def demo(installed: Path, folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The demo as `omnidesk demo` starts it; nothing of this repository is on its path before the installed package."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("OMNIDESK_")}
    environ |= {"PYTHONPATH": str(installed), "OMNIDESK_HTTP__PORT": str(port)}
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            [installed / "bin" / "omnidesk", "demo"], cwd=folder, env=environ, stdout=output, stderr=output
        )
        try:
            yield process
        except BaseException as error:
            error.add_note((folder / "output").read_text())
            raise
        finally:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Ask until the answer is 200; a process that ended is not waited for."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{url} did not answer 200 (exit status {process.poll()})")


def test_the_installed_package_is_the_one_that_runs(installed: Path, tmp_path: Path) -> None:
    program = "import omnidesk, channels, bots; print(omnidesk.__file__, channels.__file__, bots.__file__)"
    result = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(installed)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert all(path.startswith(str(installed)) for path in result.stdout.split())


def test_every_dependency_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    names = {canonicalize_name(name) for name in pinned}
    assert sorted({canonicalize_name(package.name) for package in closure(["dev"])} - names) == []
