"""Everything Omnidesk needs at run time may be used and passed on freely."""

import re
from importlib.metadata import Distribution

import pytest

from tests.dependencies import closure

FREE = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|MPL|Mozilla Public|LGPL|Lesser General Public|PSF|Python Software Foundation|ISC|ISCL"
    r"|Zero-Clause|CC0|Unlicense|Zlib)\b"
)
CLASSIFIER = "License :: OSI Approved :: "


TEXTS = {
    "Redistribution and use in source and binary forms, with or without": "BSD",
    "Permission is hereby granted, free of charge, to any person obtaining a copy": "MIT",
}
"""What licences say that don't say their name."""


def licences(package: Distribution) -> list[str]:
    """What a package says of its licence in the first of the four places where packages say it."""
    said = package.metadata.get_all("License-Expression")
    classified = [
        text.removeprefix(CLASSIFIER)
        for text in package.metadata.get_all("Classifier") or []
        if text.startswith(CLASSIFIER)
    ]
    return said or classified or package.metadata.get_all("License") or texts(package)


def texts(package: Distribution) -> list[str]:
    """The licences whose text comes with a package."""
    read = (package.read_text(f"licenses/{name}") for name in package.metadata.get_all("License-File") or [])
    written = " ".join(" ".join(text.split()) for text in read if text)
    return [name for words, name in TEXTS.items() if words in written]


def is_free(licence: str) -> bool:
    """Whether one branch of an `OR` has nothing but licences of the list, however they are joined."""
    return any(
        all(FREE.search(term) for term in re.split(r"\s+AND\s+", branch.strip("() ")))
        for branch in re.split(r"\s+OR\s+", licence)
    )


@pytest.mark.parametrize("extras", [(), ("postgres",)], ids=["plain", "postgres"])
def test_every_run_time_dependency_is_free_to_use(extras: tuple[str, ...]) -> None:
    found = {package.name: licences(package) for package in closure(extras)}
    assert "aiohttp" in found
    assert {name: said for name, said in found.items() if not said or not all(map(is_free, said))} == {}


@pytest.mark.parametrize(
    ("licence", "free"),
    [
        ("MIT", True),
        ("Apache-2.0 AND MIT", True),
        ("GPL-3.0-only OR BSD-3-Clause", True),
        ("GNU Lesser General Public License v3 (LGPLv3)", True),
        ("LGPL-3.0-or-later", True),
        ("GPL-3.0-only", False),
        ("GNU Affero General Public License v3", False),
        ("MIT AND AGPL-3.0-only", False),
        ("UNKNOWN", False),
    ],
)
def test_copyleft_is_told_from_free(licence: str, free: bool) -> None:
    assert is_free(licence) is free
