"""The height of the frame around a mail's own HTML."""

import pytest

from omnidesk.web import framing


@pytest.mark.parametrize(
    ("html", "height"),
    [
        ("<p>Hello</p>", "short"),
        ("<div><p>Hello,</p>\n<p>where is it?</p></div><br><br><div>Mia</div>", "short"),
        ("<p>one</p>" * 6, "middle"),
        (f"<p>{'a word ' * 60}</p>", "middle"),
        ("<p>one</p>" * 12, "tall"),
        ('<p>Look</p><img src="cid:1">', "tall"),
        ("<TABLE><tr><td>1</td></tr></TABLE>", "tall"),
        ("", "short"),
        ("<" * 200_000, "tall"),
    ],
)
def test_a_frame_is_as_high_as_its_text_asks_for(html: str, height: str) -> None:
    assert framing.height(html) == height
