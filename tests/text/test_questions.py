"""Questions to the search are taken apart."""

import pytest

from omnidesk.text.questions import Question, Term, read
from omnidesk.text.snippets import snippet


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("iade", Question((Term(("iade",)),))),
        ("İADE iade", Question((Term(("iade",)),))),
        ('"kargo takip" -spam', Question((Term(("kargo", "takip"), quoted=True),), (Term(("spam",)),))),
        ("TR-88231", Question((Term(("tr", "88231")),))),
        ("kimden:ayşe önce:2026-01-01", Question(operators={"from": ("ayşe",), "before": ("2026-01-01",)})),
        ('label:"very important"', Question(operators={"label": ("very important",)})),
        ("http://x.example/y", Question((Term(("http", "x", "example", "y")),))),
        ("12:30", Question((Term(("12", "30")),))),
        ("#1234", Question((Term(("1234",)),), number=1234)),
        ('from: - " :', Question((Term(("from",)),))),
        ("", Question()),
    ],
)
def test_a_question_is_words_phrases_and_operators(text: str, expected: Question) -> None:
    assert read(text) == expected


def test_a_snippet_shows_the_words_where_they_stand() -> None:
    terms = read("şifre unut").terms
    assert snippet("Merhaba, ŞİFREMİ   unuttum.", terms) == [
        ("Merhaba, ", False), ("ŞİFREMİ", True), (" ", False), ("unuttum", True), (".", False),
    ]  # fmt: skip
    long = snippet("bla " * 100 + "şifre" + " bla" * 100, terms)
    assert (long[0], long[2]) == (("… ", False), ("şifre", True))
    assert long[-1][0].endswith(" …")
    assert snippet("nothing of it", terms) == [("nothing of it", False)]
    assert snippet("", terms) == []


def test_every_piece_of_a_snippet_is_of_the_text() -> None:
    text = "ÇOK İYİ, ǅ ﬃ ẞtraße iade-iade_iade 'iade'" * 20
    assert "".join(piece for piece, _ in snippet(text, read("iade").terms)).removesuffix(" …") in text
