"""One secret key signs and encrypts, each purpose apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnidesk.store.keys import Keys

KEYS = Keys("a secret of the tests")
ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT.filter(bool))
def test_what_was_signed_is_verified(text: str) -> None:
    assert KEYS.verify("case", KEYS.sign("case", text)) == text


@given(ANY_TEXT)
def test_what_was_not_signed_is_refused_and_breaks_nothing(text: str) -> None:
    assert KEYS.verify("case", text) is None
    assert KEYS.verify("case", f"{text}.") is None


def test_a_signature_serves_one_purpose_and_one_key_only() -> None:
    signed = KEYS.sign("case", "17")
    assert KEYS.verify("survey", signed) is None
    assert Keys("another secret").verify("case", signed) is None


@pytest.mark.parametrize("changed", ["18{rest}", "17.{rest}", "17{rest}x", "17", "17.", ".", ""])
def test_a_changed_text_is_refused(changed: str) -> None:
    rest = KEYS.sign("case", "17").removeprefix("17")
    assert KEYS.verify("case", changed.format(rest=rest)) is None


def test_a_signature_survives_mail_systems_that_fold_case() -> None:
    signed = KEYS.sign("case", "c7")
    assert signed == signed.lower()
    assert len(signed) < 30


def test_secrets_are_encrypted_and_read_back() -> None:
    secret = {"smtp": {"password": "şifre"}}
    stored = KEYS.encrypt(secret)
    assert "şifre" not in stored
    assert KEYS.decrypt(stored) == secret


def test_no_secrets_stay_no_secrets() -> None:
    assert KEYS.encrypt({}) == ""
    assert KEYS.decrypt("") == {}


def test_another_key_is_told_by_its_name() -> None:
    with pytest.raises(ValueError, match="OMNIDESK_SECRET_KEY"):
        Keys("another secret").decrypt(KEYS.encrypt({"password": "x"}))
