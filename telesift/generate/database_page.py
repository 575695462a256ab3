# SPDX-License-Identifier: Apache-2.0
"""docs/reference/database.md: the data dictionary, as a migrated database describes itself.

The migrations comment every table, view and column.
"""

import tempfile
from itertools import groupby
from pathlib import Path
from typing import Final

from peewee import PostgresqlDatabase

from processors.catalog.model import Catalog
from service_kit import postgres
from service_kit.postgres import migrations
from service_kit.postgres.embedded import EmbeddedPostgres
from service_kit.tables import Row
from telesift.database import HISTORIES
from telesift.generate.writing import GENERATED, code, table

_HEAD: Final = f"""\
# Data dictionary

{GENERATED}

Every table and view, as the database describes itself (`telesift db dictionary`).
Tables that only remember migrations are left out, and so are partitions.
Analysts read the views of `psr_analytics` and `telemetry_analytics`; [PSR](../psr.md) explains
the figures, and [privacy](../privacy.md) what is personal.

"""

# Partitions are their table again, and what migrations remember is theirs.
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
WHERE c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
  AND n.nspname IN ('public', 'psr_analytics', 'telemetry_analytics')
  AND c.relname NOT LIKE '%%\\_migrations'
ORDER BY
  concat(n.nspname, c.relname) LIKE '%%telemetry%%', n.nspname <> 'public', c.oid, a.attnum
"""


def render(_: Catalog) -> str:
    """Write the page; asks an embedded PostgreSQL that has just been migrated."""
    with (
        tempfile.TemporaryDirectory(prefix="telesift-") as folder,
        EmbeddedPostgres(Path(folder, "postgres")) as server,
    ):
        database = postgres.single(server.url)
        migrations.up(database, HISTORIES)
        with database.connection_context():
            return dictionary(database)


def dictionary(database: PostgresqlDatabase) -> str:
    """Write the page from a connected database, tables and views in the order of their creation.

    What views have in common is said with the first of them.
    """
    rows = postgres.fetch(database, COMMENTS)
    relations = groupby(rows, key=lambda row: (row["relation"], row["about"]))
    said: dict[tuple[str, str], str] = {}
    sections = (
        _section(relation, about, list(columns), said) for (relation, about), columns in relations
    )
    return _HEAD + "\n".join(sections)


def _section(
    relation: str, about: str, columns: list[Row], said: dict[tuple[str, str], str]
) -> str:
    own, elsewhere = [], set()
    for column in columns:
        first = relation
        if "." in relation:
            first = said.setdefault((column["column"], column["meaning"]), relation)
        if first == relation:
            own.append(_row(column))
        else:
            elsewhere.add(first)
    others = ", ".join(map(code, sorted(elsewhere)))
    parts = (f"## `{relation}`\n", f"{about}\n", table(("column", "type", "meaning"), own))
    return "\n".join((*parts, *([f"The other columns are those of {others}.\n"] if others else [])))


def _row(column: Row) -> tuple[str, str, str]:
    kind = column["type"] if column["required"] else f"{column['type']}, null"
    return code(column["column"]), kind, column["meaning"]
