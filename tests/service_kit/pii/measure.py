# SPDX-License-Identifier: Apache-2.0
"""Measure redaction on the notes apart: `python -m tests.service_kit.pii.measure [-v]`.

A value counts as found when all of it is replaced; anything else that is replaced is a false alarm.
With -v the notes that went wrong are printed as well. They are for judging, not for tuning.
"""

import sys
from collections.abc import Iterator

from service_kit.pii import redact
from tests.service_kit.pii.corpus import Score, held_out, score, scores

HEAD = "recall (values) | precision (false alarms) |\n|---|---|---|"


def report() -> list[str]:
    """Return both tables of docs/reference/pii-patterns.md."""
    notes = held_out()
    return [
        f"| kind | {HEAD}",
        *_rows(scores(notes, by=lambda _, kind: kind)),
        "",
        f"| language | {HEAD}",
        *_rows(scores(notes, by=lambda case, _: case.where)),
    ]


def _rows(table: dict[str, Score]) -> Iterator[str]:
    yield from (f"| {key} | {one} |" for key, one in table.items())
    yield f"| all | {sum(table.values(), Score())} |"


def wrong() -> Iterator[str]:
    """Yield what became of each note that redaction gets wrong."""
    for case in held_out():
        if any(one.found < one.wanted or one.false for _, one in score(case)):
            yield f"{case.expected}\n  {redact(case.note)}"


if __name__ == "__main__":
    print("\n".join([*report(), *(wrong() if "-v" in sys.argv else ())]))  # noqa: T201 its purpose
