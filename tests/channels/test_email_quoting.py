"""What is new in a message: clients and languages as tables, one line or message a case."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from channels.email.commands import commands
from channels.email.quoting.html import split_html
from channels.email.quoting.mail import reply_in
from channels.email.quoting.reply import Kind, split

REPLIES = Path(__file__).parent.parent / "samples" / "replies"
ANSWER = "Tamam, bakıyorum.\nAda"
OLD = "Siparişim nerede?\n\nMia"
QUOTED = "> Siparişim nerede?\n>\n> Mia"
LAYOUTS = {
    "above a quote": (f"{ANSWER}\n\n{{}}\n\n{QUOTED}\n", ANSWER),
    "right above a quote": (f"{ANSWER}.\n{{}}\n{QUOTED}\n", f"{ANSWER}."),
    "above a copy": (f"{ANSWER}\n\n{{}}\n\n{OLD}\n", ANSWER),
    "below a quote": (f"{{}}\n{QUOTED}\n\n{ANSWER}\n", ANSWER),
    "between quotes": ("Merhaba,\n\n{}\n> Ne zaman?\n\nYarın.\n\n> Kaça?\n\nOn.\n", "Merhaba,\n\nYarın.\n\nOn."),
}
WORDS = st.text("abc ığüşöç\n,.!?äß日本", max_size=200)
MARKS = st.sampled_from(
    ["> ", "On ", "wrote:", "From: x\n", "Date: 1.1.2025 10:00\n", "To: x\n", "\n", "--\n", "-- \n"]
)


def rows(file: str) -> Iterator[tuple[str, str]]:
    """Name and text of each line of a table."""
    for line in (REPLIES / file).read_text("utf-8").splitlines():
        name, _, text = line.partition(": ")
        if not line.startswith("#"):
            yield name, text.replace("⏎", "\n")


def messages() -> Iterator[tuple[str, str, str]]:
    """Name, message and new text of each sample."""
    for sample in (REPLIES / "messages.txt").read_text("utf-8").split("### ")[1:]:
        name, _, rest = sample.partition("\n")
        message, _, new = rest.partition("\n===\n")
        yield name, message, new.rstrip("\n")


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("name", "mark"), [*rows("attributions.txt")])
def test_an_attribution_and_what_it_introduces_are_history(name: str, mark: str, layout: str) -> None:
    message, new = LAYOUTS[layout]
    assert split(message.format(mark)).new == new


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(("name", "mark"), [*rows("header_blocks.txt")])
def test_a_header_block_and_all_below_are_history(name: str, mark: str, gap: str) -> None:
    assert split(f"{ANSWER}{gap}{mark}\n{gap}{OLD}\n").new == ANSWER


@pytest.mark.parametrize("line", (REPLIES / "sent_from.txt").read_text("utf-8").splitlines()[1:])
def test_what_a_phone_signs_is_signature(line: str) -> None:
    attribution = "On Nov 12, 2025, at 10:23 AM, Mia <mia@example.com> wrote:"
    assert split(f"{ANSWER}\n\n{line}\n").new == ANSWER
    assert split(f"{ANSWER}\n{line}\n\n{attribution}\n\n{QUOTED}").new == ANSWER


@pytest.mark.parametrize("line", (REPLIES / "own_words.txt").read_text("utf-8").splitlines()[1:])
def test_what_only_resembles_a_signature_is_kept(line: str) -> None:
    assert split(f"Merhaba, bir sorum var.\n\n{line}").new == f"Merhaba, bir sorum var.\n\n{line}"


@pytest.mark.parametrize(("name", "message", "new"), [*messages()])
def test_only_the_new_text_of_a_message_is_left(name: str, message: str, new: str) -> None:
    assert split(message).new == new


HTML = [
    (
        "gmail",
        '<div dir="ltr">Evet, aldım.<div>Mia</div></div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        'Ada wrote this some time ago<br></div><blockquote class="gmail_quote">Aldınız mı?</blockquote></div>',
        "Evet, aldım.\nMia",
    ),
    (
        "gmail, answers between",
        '<div class="gmail_quote"><div class="gmail_attr">On Wed, Nov 12, 2025 at 10:23 AM Ada &lt;ada@example.com&gt; '
        "wrote:</div><blockquote>Renk?</blockquote></div><div>Kırmızı</div><blockquote>Boy?</blockquote><div>42</div>",
        "Kırmızı\n\n42",
    ),
    (
        "gmail, signature",
        '<div>Evet.</div><div class="gmail_signature">Mia<br>Örnek A.Ş.</div><div class="gmail_quote"><div '
        'class="gmail_attr">12 Kas 2025 Ada:</div><blockquote>Mı?</blockquote></div>',
        "Evet.",
    ),
    (
        "gmail, passed on",
        '<div>Bakın.</div><div class="gmail_quote"><div class="gmail_attr">---------- Forwarded message ---------<br>'
        "From: Bo &lt;bo@example.com&gt;<br>Date: Wed, Nov 12, 2025<br>Subject: Fatura<br></div>Ekte.</div>",
        "Bakın.\n---------- Forwarded message ---------\nFrom: Bo <bo@example.com>\nDate: Wed, Nov 12, 2025\n"
        "Subject: Fatura\nEkte.",
    ),
    (
        "gmail, indented by the writer",
        '<div>Adresim:</div><blockquote style="margin:0 0 0 40px;border:none;padding:0px">Çiçek Sokak 5</blockquote>',
        "Adresim:\nÇiçek Sokak 5",
    ),
    (
        "outlook desktop",
        '<p class="MsoNormal">Tamam &amp; teşekkürler.</p><div><div style="border:none;border-top:solid #E1E1E1 1.0pt;'
        'padding:3.0pt 0cm 0cm 0cm"><p><b>Expéditeur&nbsp;:</b> Ada</p></div></div><p>Eski.</p>',
        "Tamam & teşekkürler.",
    ),
    (
        "outlook web",
        '<div>Tamam.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>X:</b> Ada</div><div>Eski.</div>',
        "Tamam.",
    ),
    (
        "outlook web, answered once more",
        '<div>Tamam.</div><hr><div id="x_divRplyFwdMsg"><b>X:</b> Ada</div><div>Eski.</div>',
        "Tamam.",
    ),
    (
        "outlook mobile",
        '<div>Tamam.</div><div id="ms-outlook-mobile-signature">Hol dir das da</div><hr>'
        '<div id="divRplyFwdMsg">Von: Ada</div>',
        "Tamam.",
    ),
    ("outlook old", '<div>Ok.</div><div class="OutlookMessageHeader">X: Ada</div><div>Eski.</div>', "Ok."),
    (
        "apple",
        '<div>Olur.</div><div><br><blockquote type="cite"><div>Am 12.11.2025 um 10:23 schrieb Ada &lt;ada@example.com'
        "&gt;:</div><br><div>Gelsin mi?</div></blockquote></div>",
        "Olur.",
    ),
    (
        "yahoo",
        '<div class="yahoo-style-wrap">Olur.</div><div id="yahoo_quoted_1" class="yahoo_quoted"><div>Dün, Ada:</div>'
        "<div>Gelsin mi?</div></div>",
        "Olur.",
    ),
    (
        "yandex",
        "<div>Olur.</div><div><br></div><div>12.11.2025, 10:23, &quot;Ada&quot; &lt;ada@example.com&gt;:</div>"
        "<blockquote><p>Gelsin mi?</p></blockquote>",
        "Olur.",
    ),
    (
        "thunderbird",
        '<p>Olur.</p><div class="moz-cite-prefix">Ada, bir gün:<br></div><blockquote type="cite">Gelsin mi?'
        '</blockquote><p>Ama erken.</p><pre class="moz-signature" cols="72">-- \nMia</pre>',
        "Olur.\n\nAma erken.",
    ),
    (
        "proton",
        "<div>Olur.</div><div class='protonmail_signature_block'>Sent securely</div><div class='protonmail_quote'>On "
        "Wednesday, November 12th, 2025 at 10:23 AM, Ada &lt;ada@example.com&gt; wrote:<br><blockquote type='cite'>"
        "Gelsin mi?</blockquote></div>",
        "Olur.",
    ),
    (
        "spark",
        '<div name="messageBodySection">Olur.</div><div name="messageSignatureSection">Mia</div>'
        '<div name="messageReplySection">X<br><blockquote type="cite">Gelsin mi?</blockquote></div>',
        "Olur.",
    ),
    ("zimbra", '<div>Olur.</div><hr id="zwchr"><div><b>X: </b>Ada</div><div>Gelsin mi?</div>', "Olur."),
    ("no marks", "<p>Merhaba,</p><ul><li>bir</li><li>iki</li></ul>", "Merhaba,\n\n- bir\n- iki"),
    ("only history", '<div id="divRplyFwdMsg"><b>X:</b> Ada</div><div>Eski.</div>', "X: Ada\nEski."),
]


@pytest.mark.parametrize(("client", "source", "new"), HTML)
def test_html_tells_what_is_quoted_in_no_language_at_all(client: str, source: str, new: str) -> None:
    assert split_html(source).new == new


HEAD = "From: Mia <mia@example.com>\r\nMIME-Version: 1.0\r\nSubject: {}\r\n"
PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\n"
QUOTING = "Tamam.\r\n\r\nOn 12/11/2025 10:23, Ada wrote:\r\n> Mı?\r\n"
OUTLOOK = '<div>Tamam.</div><div id="divRplyFwdMsg">X: Ada</div><div>Eski.</div>'


def both(plain: str, html: str) -> str:
    """The body of a mail with a text in two forms."""
    parts = [f"--b\r\n{PLAIN}{plain}\r\n", f"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}\r\n--b--\r\n"]
    return "Content-Type: multipart/alternative; boundary=b\r\n\r\n" + "".join(parts)


@pytest.mark.parametrize(
    ("content", "new"),
    [
        (HEAD.format("Re: X") + PLAIN + QUOTING, "Tamam."),
        (HEAD.format("Re: X") + both("Tamam.\n\nX: Ada\nEski.", OUTLOOK), "Tamam."),
        (HEAD.format("Re: X") + both(QUOTING, "<p>anything</p>"), "Tamam."),
        (HEAD.format("Re: X") + both("Tamam & olur.", "<p>Tamam &amp; olur.</p>"), "Tamam & olur."),
        (HEAD.format("Re: X") + "Content-Type: text/html\r\n\r\n" + OUTLOOK, "Tamam."),
        (HEAD.format("FW: X") + "Content-Type: text/html\r\n\r\n" + OUTLOOK, "Tamam.\nX: Ada\nEski."),
        (HEAD.format("Fwd: X") + PLAIN + QUOTING, QUOTING.replace("\r", "").rstrip()),
        (HEAD.format("=?utf-8?q?=C4=B0lt=3A_X?=") + PLAIN + QUOTING, QUOTING.replace("\r", "").rstrip()),
        (HEAD.format("X"), ""),
        (QUOTING, "Tamam."),
        ("", ""),
        ("From: the shop\nSubject: no mail\n\nHi", "From: the shop\nSubject: no mail\n\nHi"),
    ],
)
def test_a_whole_mail_is_known_by_its_headers_and_a_text_by_their_lack(content: str, new: str) -> None:
    assert reply_in(content.encode()).new == new


@given(WORDS)
def test_a_text_without_any_mark_comes_back_whole(text: str) -> None:
    assert split(text).new.split() == text.split()
    assert {part.kind for part in split(text).parts} == {Kind.NEW}


@given(st.lists(st.one_of(MARKS, WORDS, st.text(max_size=30))).map("".join))
def test_nothing_is_lost_between_the_parts_of_any_text(text: str) -> None:
    reply = split(text)
    assert "".join(part.text for part in reply.parts).translate(GAPS) == text.translate(GAPS)
    assert reply.new.strip() or not text.strip()


GAPS = dict.fromkeys(map(ord, " -\n\t\r\f\v\xa0"))


@given(st.lists(st.one_of(st.sampled_from(["<blockquote>", "<div id=zwchr>", "</div>", "&lt;", "<br>"]), WORDS)))
def test_any_html_is_taken_apart(pieces: list[str]) -> None:
    assert split_html("".join(pieces)).parts


@given(st.binary(max_size=300))
def test_any_bytes_are_taken_apart(content: bytes) -> None:
    assert reply_in(content).parts


@pytest.mark.parametrize(
    "piece",
    [
        ">", ">\n", " ", "\n", "On ", "On On On\n", "On x\nwrote y:\n", "x wrote:\n", "From: x\n", "From: x\nDate: y\n",
        "-- \n", "a\n> b\n", "wrote\n> x\n", "Sent from my iPhone\n", "_____\n", ":\n", "İ: ", "a@b ", "<", "1:1 x:   ",
    ],
)  # fmt: skip
def test_a_megabyte_of_marks_takes_no_longer_than_text(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    assert spent(lambda: split(text)) < 2


@pytest.mark.parametrize(
    "piece", ["<blockquote>", "<div class=gmail_signature>", "<p>a:", "<", "&amp;", "&", "<hr id=x>"]
)
@pytest.mark.parametrize("size", [200_000, 1_000_000])
def test_a_megabyte_of_tags_takes_no_longer_than_text(piece: str, size: int) -> None:
    mail = HEAD.format("X") + "Content-Type: text/html\r\n\r\n" + piece * (size // len(piece))
    assert spent(lambda: reply_in(mail.encode())) < 2


def spent(work: Callable[[], object]) -> float:
    """The seconds of processor that the work took: what is promised of any input, so no benchmark."""
    before = time.process_time()
    work()
    return time.process_time() - before


def invoke(*arguments: str, stdin: bytes = b"") -> str:
    """What `omnidesk mail reply` prints."""
    result = CliRunner().invoke(commands(None), ["reply", *arguments], input=stdin)  # type: ignore[arg-type]
    assert result.exit_code == 0
    return result.stdout


def test_the_command_reads_the_standard_input() -> None:
    assert invoke(stdin=QUOTING.encode()) == "Tamam.\n"
    assert json.loads(invoke("--json", stdin=QUOTING.encode())) == {"text": "Tamam."}


def test_the_command_prints_a_line_for_each_file_in_order(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("text.txt", "missing.txt", "mail.eml", "empty.txt")]
    files[0].write_text(QUOTING)
    files[2].write_text(HEAD.format("Re: X") + PLAIN + "İyi.\n\n-- \nMia\n")
    files[3].write_bytes(b"")
    lines = invoke("--json", *map(str, files)).splitlines()
    missing = {"error": f"{files[1]}: No such file or directory"}
    assert list(map(json.loads, lines)) == [{"text": "Tamam."}, missing, {"text": "İyi."}, {"text": ""}]
