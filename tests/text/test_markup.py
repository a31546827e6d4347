"""Light formatting: what counts as a mark, how it is shown, and how it is left out."""

from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.text import markup


@pytest.mark.parametrize(
    ("text", "html", "plain"),
    [
        ("**Hello** _there_", "<strong>Hello</strong> <em>there</em>", "Hello there"),
        ("**very _much_ so**", "<strong>very <em>much</em> so</strong>", "very much so"),
        (
            "[our page](https://example.com/a_b_c?x=1&y=2)",
            '<a href="https://example.com/a_b_c?x=1&amp;y=2" rel="noopener noreferrer">our page</a>',
            "our page (https://example.com/a_b_c?x=1&y=2)",
        ),
        ("https://example.com/_a_/ stays", "https://example.com/_a_/ stays", "https://example.com/_a_/ stays"),
        ("snake_case_name, 2 * 3 * 4, ** no **, __x", "snake_case_name, 2 * 3 * 4, ** no **, __x", None),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))", None),
        ('[x](https://a"onclick=b)', "[x](https://a&quot;onclick=b)", None),
        ("**<b>**", "<strong>&lt;b&gt;</strong>", "<b>"),
        ("[photo.png] and [x]", "[photo.png] and [x]", None),
    ],
)
def test_letters_and_links(text: str, html: str, plain: str | None) -> None:
    assert markup.inline(text, escape) == html
    assert markup.plain(text) == (text if plain is None else plain)


def test_lists_and_quotations_are_blocks_of_their_own() -> None:
    text = "Dear Mia,\n- one\n- **two**\n3. three\n> said\n> so\nYours\n-- \nBo"
    assert [(block.kind, block.first, len(block.lines)) for block in markup.blocks(text)] == [
        ("text", 1, 1), ("list", 1, 2), ("numbers", 3, 1), ("quote", 1, 2), ("text", 1, 3),
    ]  # fmt: skip
    shown = [markup.listed(block, escape) for block in markup.blocks(text) if block.kind != "text"]
    assert shown == [
        "<ul><li>one</li><li><strong>two</strong></li></ul>", '<ol start="3"><li>three</li></ol>',
        "<blockquote>said<br>so</blockquote>",
    ]  # fmt: skip
    assert markup.plain(text) == text.replace("**", "")
    assert markup.is_formatted(text)
    assert not markup.is_formatted("Dear Mia,\n\nit is 3 - 2 = 1.\n-- \nBo")


@given(st.text(alphabet="ab *_[]()<>&\"'-1.>\n:/htps", max_size=200))
def test_no_text_makes_a_tag_that_is_not_ours(text: str) -> None:
    html = "".join(
        markup.listed(block, escape) if block.kind != "text" else markup.inline("\n".join(block.lines), escape)
        for block in markup.blocks(text)
    )
    for tag in ("strong", "em", "ul", "li", "blockquote", "br"):
        html = html.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    assert "<" not in html.replace("<ol", "").replace("</ol>", "").replace("<a href", "").replace("</a>", "")


def test_hostile_texts_are_read_quickly() -> None:
    for text in ("**a " * 20_000, "_a" * 30_000, "[" * 50_000, "[a](https://" * 5_000, "https://" * 8_000):
        markup.plain(text)
        list(markup.blocks(text))
