# SPDX-License-Identifier: Apache-2.0
"""Rows as CSV: exact for programs, harmless in a spreadsheet."""

from service_kit.tables import as_csv


def test_numbers_stay_numbers_and_null_is_empty() -> None:
    """A negative number is no formula."""
    assert "a,b\r\n-1,\r\n" == as_csv(["a", "b"], [{"a": -1, "b": None}])


def test_a_text_that_would_be_calculated_begins_with_an_apostrophe() -> None:
    """A version may begin with any of these."""
    rows = [{"v": text} for text in ("=1+1", "+1", "-1", "@x", "\tx", "1.0")]
    assert ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "1.0"] == as_csv(["v"], rows).splitlines()[1:]
