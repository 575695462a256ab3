# SPDX-License-Identifier: Apache-2.0
"""The data dictionary: what the live database says of itself, as Markdown.

The migrations comment every table, view and column; docs/psr.md repeats it, and a test compares.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from psr_service.analytics import Read
from psr_service.store import Row

COMMENTS: Final = """
SELECT
  CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS relation,
  obj_description(c.oid, 'pg_class') AS about,
  a.attname AS column,
  format_type(a.atttypid, a.atttypmod) AS type,
  a.attnotnull OR c.relkind = 'v' AS required,
  col_description(c.oid, a.attnum) AS meaning
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'v')
  AND (n.nspname = 'psr_analytics' OR c.relname ~ '^psr_' AND c.relname <> 'psr_migrations')
ORDER BY n.nspname = 'psr_analytics', c.oid, a.attnum
"""


def dictionary(read: Read) -> str:
    """Write a section for each table and view, in the order of their creation.

    What views have in common is said with the first of them.
    """
    relations = groupby(read(COMMENTS, {}), key=lambda row: (row["relation"], row["about"]))
    said: dict[tuple[str, str], str] = {}
    return "\n".join(
        line
        for (relation, about), columns in relations
        for line in _section(relation, about, list(columns), said)
    )


def _section(
    relation: str, about: str, columns: list[Row], said: dict[tuple[str, str], str]
) -> Iterator[str]:
    yield from (f"#### `{relation}`", "", about, "")
    yield from ("| column | type | meaning |", "|---|---|---|")
    elsewhere = set()
    for column in columns:
        first = relation
        if relation.startswith("psr_analytics."):
            first = said.setdefault((column["column"], column["meaning"]), relation)
        if first == relation:
            yield _line(column)
        else:
            elsewhere.add(first)
    yield ""
    if elsewhere:
        yield from (f"The other columns are those of `{'`, `'.join(sorted(elsewhere))}`.", "")


def _line(column: Row) -> str:
    kind = column["type"] if column["required"] else f"{column['type']}, null"
    return f"| `{column['column']}` | {kind} | {column['meaning']} |"
