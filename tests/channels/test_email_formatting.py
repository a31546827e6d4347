"""Light formatting in a mail: form in its page, no marks in its plain text; other texts stay as they were."""

from channels.email.sending.compose import compose
from omnidesk.contract.channel import Outbound
from tests.channels.test_email_sender import INBOX, NOW, reply

TEXT = "Dear **Mia**,\n\nsee [our page](https://example.com/?a=1&b=2) or ada@desk.example:\n- <one>\n- _two_\n> said"


def parts(outbound: Outbound) -> tuple[str, str]:
    """The plain text and the page of a mail."""
    mail = compose(outbound, INBOX, [], NOW)
    plain, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


def test_marks_become_form_in_the_page_and_are_left_out_of_the_text() -> None:
    plain, html = parts(reply(text=TEXT, formatted=True))
    assert "<p>Dear <strong>Mia</strong>,</p>" in html
    assert '<a href="https://example.com/?a=1&amp;b=2" rel="noopener noreferrer">our page</a>' in html
    assert '<a href="mailto:ada@desk.example">ada@desk.example</a>' in html
    assert "<ul><li>&lt;one&gt;</li><li><em>two</em></li></ul>\n<blockquote>said</blockquote>" in html
    assert "Dear Mia,\n\nsee our page (https://example.com/?a=1&b=2) or" in plain
    assert "- two\n> said" in plain


def test_a_text_that_is_not_formatted_keeps_its_signs() -> None:
    plain, html = parts(reply(text=TEXT))
    assert "Dear **Mia**" in plain
    assert "Dear **Mia**" in html
