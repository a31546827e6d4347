"""Variables in prepared texts."""

import pytest

from omnidesk.text.variables import fill, left, names

VALUES = {"contact.name": "Mia {{agent.name}}", "contact.email": " ", "agent.name": "Ada", "case.fields.x": "7"}


@pytest.mark.parametrize(
    ("text", "filled", "missing"),
    [
        ("Hi {{ contact.name }}!", "Hi Mia {{agent.name}}!", ()),  # a value is no text of ours
        ("{{case.fields.x}}", "7", ()),
        ("{{contact.email}}", "{{contact.email}}", ("contact.email",)),
        ('{{contact.email|default:"there"}}', "there", ()),
        ("{{contact.email | default: 'there' }}", "there", ()),
        ('{{contact.email|default:""}}', "", ()),
        ("{{agent.name|default:”x”}}", "Ada", ()),
        ("{{agent.__class__}} {{nobody}}", "{{agent.__class__}} {{nobody}}", ("agent.__class__", "nobody")),
        ("{{ 1 + 1 }} {% if x %} {{}} {{{ }}", "{{ 1 + 1 }} {% if x %} {{}} {{{ }}", ()),
    ],
)
def test_names_are_looked_up_and_nothing_is_executed(text: str, filled: str, missing: tuple[str, ...]) -> None:
    found = fill(text, VALUES)
    assert (found.text, found.missing) == (filled, missing)


def test_what_is_left_is_named_once() -> None:
    assert left("{{a}} {{a}} {{ b }}") == ["{{a}}", "{{ b }}"]
    assert names("{{a}} {{ b|default:'c' }}") == ["a", "b"]


def test_a_text_does_not_grow_without_end() -> None:
    assert len(fill("{{a}}" * 4000, {"a": "x" * 16_000}).text) == 50_000


def test_a_long_hostile_text_takes_no_time() -> None:
    assert left("{{a" * 20_000 + "{{" + " " * 20_000) == []
