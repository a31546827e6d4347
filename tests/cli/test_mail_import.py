"""`omnidesk mail import`: every mail of a file or folder once, and what is wrong holds up nothing."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from channels.email.receiving.mail_files import mails_in
from omnidesk.store.models import RawMessage
from tests.cli.test_commands import Run, rows
from tests.cli.test_commands import run as run

DESK = """
teams: [{slug: help, name: Help}]
inboxes:
  - {slug: post, channel: email, name: Post, team: help, settings: {address: help@desk.example, max_size: 70000}}
  - {slug: talk, channel: webchat, name: Talk, team: help}
"""


def mail(number: int, text: str = "Hello") -> bytes:
    return f"From: mia@x.example\nMessage-ID: <{number}@x.example>\nSubject: {number}\n\n{text}\n".encode()


def mbox(*mails: bytes) -> bytes:
    return b"".join(b"From mia@x.example Thu Jan  1 00:00:00 2026\n" + one + b"\n" for one in mails)


@pytest.fixture
def post(run: Run, tmp_path: Path) -> Run:
    """The program on a desk with a mailbox."""
    folder = tmp_path / "files" / "desk"
    folder.mkdir(parents=True)
    (folder / "desk.yaml").write_text(DESK)
    assert run("apply", "--yes", str(folder.parent))[0] == 0
    return run


def test_a_mailbox_in_one_file_comes_once(post: Run, desk_url: str, tmp_path: Path) -> None:
    file = tmp_path / "all.mbox"
    file.write_bytes(mbox(*(mail(number, "First\n\n>From what I see\nFrom here on") for number in range(150))))
    assert post("mail", "import", str(file), "--inbox", "post")[:2] == (
        0,
        "150 mails received, 0 were here already, 0 left out\n",
    )
    assert post("mail", "import", str(file), "--inbox", "post")[1].startswith("0 mails received, 150 were here")
    assert len(rows(desk_url, RawMessage)) == 150
    body = next(mails_in(file, 70_000)).body
    assert body is not None
    assert body.endswith(b"\n\nFrom what I see\nFrom here on\n\n")


def test_a_folder_is_read_to_its_end_and_what_is_too_large_is_named(post: Run, desk_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    (folder / "cur").mkdir(parents=True)
    (folder / "cur" / "1").write_bytes(mail(1))
    (folder / "2.eml").write_bytes(mail(2, "x" * 80_000))
    (folder / "3.mbox").write_bytes(mbox(mail(1), mail(3, "y" * 80_000), mail(4)))
    code, said, complained = post("mail", "import", str(folder), "--inbox", "post")
    assert (code, said) == (1, "2 mails received, 1 were here already, 2 left out\n")
    assert "2.eml: 80" in complained
    assert "3.mbox, mail 2: 80" in complained
    assert len(rows(desk_url, RawMessage)) == 2


def test_a_mailbox_that_ends_in_the_middle_of_a_mail_is_read_to_its_end(
    post: Run, desk_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "broken.mbox"
    cut = b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\naGVs"
    file.write_bytes(mbox(mail(1), cut).rstrip() + b"\nFrom mia@x.example")
    code, said, complained = post("mail", "import", str(file), "--inbox", "post", "--json")
    assert (code, json.loads(said), complained) == (0, {"new": 2, "known": 0, "left_out": 0}, "")
    assert len(rows(desk_url, RawMessage)) == 2


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_what_is_broken_off_goes_on_when_it_is_begun_again(
    post: Run, desk_url: str, tmp_path: Path, end: signal.Signals
) -> None:
    file = tmp_path / "all.mbox"
    file.write_bytes(mbox(*(mail(number, "x" * 5_000) for number in range(3_000))))
    command = [sys.executable, "-m", "omnidesk", "mail", "import", str(file), "--inbox", "post"]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell in the background ignores it, and so would this
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    while not rows(desk_url, RawMessage):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(end)
    said, _ = process.communicate(timeout=30)
    kept = len(rows(desk_url, RawMessage))
    assert (process.returncode != 0, said) == (True, b"")
    assert 0 < kept < 3_000
    again = post("mail", "import", str(file), "--inbox", "post")
    assert again[:2] == (0, f"{3_000 - kept} mails received, {kept} were here already, 0 left out\n")
    assert len(rows(desk_url, RawMessage)) == 3_000


@pytest.mark.parametrize(
    ("path", "inbox", "why"),
    [("nowhere", "post", "No such file"), (".", "talk", "no email inbox"), (".", "none", "none")],
)
def test_wrong_use_says_what_is_wrong_and_brings_nothing(post: Run, path: str, inbox: str, why: str) -> None:
    code, said, complained = post("mail", "import", path, "--inbox", inbox)
    assert (code, said) == (2, "")
    assert why in " ".join(complained.split())
