# SPDX-License-Identifier: Apache-2.0
"""What the analysts' views depend on: a smallest group, and a key for pseudonyms.

The key is made here and never leaves the database: nobody has to keep it, and nobody can lose it.
"""

import secrets
from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe

SETTINGS = """
CREATE TABLE psr_settings (
  only_row        boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  min_group       integer NOT NULL DEFAULT 5 CHECK (min_group >= 1),
  pseudonym_inner bytea NOT NULL CHECK (octet_length(pseudonym_inner) = 64),
  pseudonym_outer bytea NOT NULL CHECK (octet_length(pseudonym_outer) = 64)
);
"""

SETTINGS_COLUMNS = {
    "only_row": "Always true: there is no second row.",
    "min_group": "PSR_MIN_GROUP: groups of fewer distinct owners show no statistics and no note.",
    "pseudonym_inner": "The pseudonyms' secret key XOR ipad (HMAC-SHA-256, RFC 2104).",
    "pseudonym_outer": "The pseudonyms' secret key XOR opad.",
}


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the table and its one row, with a fresh key."""
    db.execute_sql(SETTINGS)
    db.execute_sql(
        "INSERT INTO psr_settings (pseudonym_inner, pseudonym_outer) VALUES (%s, %s)", _hmac_pads()
    )
    describe(
        db,
        "TABLE psr_settings",
        "One row: what the views of psr_analytics depend on. Analysts cannot read it.",
        SETTINGS_COLUMNS,
    )


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop it; with the key, the pseudonyms that were made from it can never be made again."""
    db.execute_sql("DROP TABLE psr_settings")


def _hmac_pads() -> tuple[bytes, bytes]:
    key = secrets.token_bytes(64)
    return bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)
