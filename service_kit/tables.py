# SPDX-License-Identifier: Apache-2.0
"""Rows under named columns, as text."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Row = dict[str, Any]

MEDIA_CSV: Final = "text/csv"


_CALCULATED: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection")."""


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Write rows as CSV (RFC 4180) with a header line; what is null is empty.

    A text that a spreadsheet would calculate begins with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    return text.getvalue()


def _harmless(value: Any) -> Any:
    is_formula = isinstance(value, str) and value.startswith(_CALCULATED)
    return f"'{value}" if is_formula else value
