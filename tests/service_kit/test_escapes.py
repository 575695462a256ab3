# SPDX-License-Identifier: Apache-2.0
"""Escapes that stand for no character become U+FFFD; all others stay as they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.escapes import repair_escapes, without_bom

UNKNOWN = "\ufffd"


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (rb'"\ud800"', UNKNOWN),
        (rb'"\udc00\ud83d"', UNKNOWN * 2),
        (rb'"\ud800\u0041"', UNKNOWN + "A"),
        (rb'"\x41"', UNKNOWN + "41"),
        (rb'"\u12"', UNKNOWN + "12"),
        (rb'"a\\\x"', "a\\" + UNKNOWN),
        (rb'"\ud83d\ude00\n\\x\u00e9\""', '\U0001f600\n\\x\u00e9"'),
    ],
)
def test_a_wrong_escape_becomes_the_replacement_character(written: bytes, text: str) -> None:
    """What is around it is kept, and right escapes are never touched."""
    assert text == json.loads(repair_escapes(written))


@given(st.text())
def test_a_right_document_stays_as_it_is(text: str) -> None:
    """Whatever Python writes is right, also with every character escaped."""
    document = json.dumps(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    assert document.encode() == repair_escapes(document.encode())


@given(st.binary(max_size=200))
def test_any_bytes_are_returned_in_one_pass(document: bytes) -> None:
    """It does not raise, and repairing again changes nothing."""
    once = repair_escapes(document)
    assert once == repair_escapes(once)


def test_a_byte_order_mark_is_left_out() -> None:
    """Windows' tools begin files with one."""
    assert b"{}" == without_bom(b"\xef\xbb\xbf{}") == without_bom(b"{}")
