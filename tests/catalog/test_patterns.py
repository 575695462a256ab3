# SPDX-License-Identifier: Apache-2.0
"""A pattern means the same in every language that runs it, and admits nothing that breaks JSON."""

import re

import jsonschema_rs
import pytest
import re2

from processors.catalog import patterns
from processors.catalog.load import load

PORTABLE = [
    "[a-z]+",
    "[A-Za-z0-9._:/@+-]*",
    r"[!#-&(-\[\]-~]+",
    "(?:a|b){2,3}c?",
    r"v[0-9]+\.[0-9]+",
    "[0-9a-f]{64}",
]
REFUSED = [
    (r"\d+", "syntax"),  # Rust's digits are Unicode's
    (r"\w+", "syntax"),
    (".*", "syntax"),  # admits quotes and everything else
    ("[^a]+", "syntax"),
    ("^a$", "syntax"),
    ("(a)", "syntax"),
    ("(?i:a)", "syntax"),
    ("(?=a)b", "syntax"),
    ("[[:alpha:]]", "syntax"),
    (r"\p{L}", "syntax"),
    ("é+", "syntax"),
    ("a{,3}", "syntax"),
    ('a"', "syntax"),
    ("", "syntax"),
    ("[!-~]", "quote or a backslash"),
    ("[A-z]", "quote or a backslash"),
    ("[a&&b]", "set algebra"),
    ("[z-a]", "does not compile"),
    ("(?:a", "does not compile"),
    ("a**", "does not compile"),
    ("a{2000}", "does not compile"),
]


@pytest.mark.parametrize("pattern", PORTABLE)
def test_a_portable_pattern_is_let_in(pattern: str) -> None:
    """The syntax that patterns need is there."""
    assert patterns.problem(pattern) is None


@pytest.mark.parametrize(("pattern", "why"), REFUSED)
def test_another_pattern_is_refused_with_its_reason(pattern: str, why: str) -> None:
    """Whatever the dialects read differently, or admits a quote or a backslash, stays out."""
    assert why in str(patterns.problem(pattern))


CATALOGUED = sorted({a.pattern for a in load().attributes.values() if a.pattern})
CHARACTERS = [chr(code) for code in range(0x20, 0x7F)] + ["\n", "\x00", "é", "٣", "a\n"]


@pytest.mark.parametrize("pattern", [*PORTABLE, *CATALOGUED])
def test_engines_agree_character_by_character(pattern: str) -> None:
    """Python, RE2 and ECMAScript as a JSON Schema validator reads it give the same verdicts."""
    schema = jsonschema_rs.validator_for({"pattern": f"^(?:{pattern})$"})
    linear = re2.compile(pattern)
    for text in CHARACTERS:
        python = re.fullmatch(pattern, text, re.ASCII) is not None
        assert (python, python) == (linear.fullmatch(text) is not None, schema.is_valid(text)), text
        assert not (python and text in ('"', "\\"))
