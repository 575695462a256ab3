# SPDX-License-Identifier: Apache-2.0
"""What every panel shows: rows under named columns, and where they are from."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

Row = Mapping[str, Any]


class Table(Struct, frozen=True):
    """`sql` is what an analyst can run for the same rows, `request` what they can ask for."""

    columns: Sequence[str]
    rows: Sequence[Row]
    sql: str | None = None
    request: str | None = None

    def as_csv(self) -> str:
        """Write the rows as CSV (RFC 4180) with a header line; what is null is empty."""
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns)
        writer.writeheader()
        writer.writerows(self.rows)
        return text.getvalue()
