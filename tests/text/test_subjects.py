"""An answer's subject says once that it is one."""

import pytest

from omnidesk.text.subjects import answering


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("My parcel", "Re: My parcel"),
        ("RE: My parcel", "Re: My parcel"),
        ("Re: Ynt: AW: Re[2]: My parcel", "Re: My parcel"),
        ("YNT:Siparişim", "Re: Siparişim"),
        ("SV: Re : Antw: x", "Re: x"),
        ("Re\uff1a x", "Re: x"),
        ("Fwd: Re: x", "Re: Fwd: Re: x"),
        ("Refund: my money", "Re: Refund: my money"),
        ("Recipes: which?", "Re: Recipes: which?"),
        ("Re: ", "Re:"),
        ("", "Re:"),
    ],
)
def test_marks_of_answers_do_not_pile_up(subject: str, answered: str) -> None:
    assert answering(subject) == answered
    assert answering(answered) == answered
