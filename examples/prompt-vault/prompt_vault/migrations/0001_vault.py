# SPDX-License-Identifier: Apache-2.0
"""Users, their sessions and their prompts."""

from typing import Any

from peewee import PostgresqlDatabase

UP = """
CREATE SCHEMA vault;
CREATE TABLE vault.users (
  id         uuid PRIMARY KEY,
  name       text NOT NULL UNIQUE,
  password   bytea NOT NULL,
  is_analyst boolean NOT NULL
);
CREATE TABLE vault.sessions (
  id         uuid PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  user_id    uuid NOT NULL REFERENCES vault.users ON DELETE CASCADE,
  expires_at timestamptz NOT NULL
);
CREATE TABLE vault.prompts (
  id          uuid PRIMARY KEY,
  owner_id    uuid NOT NULL REFERENCES vault.users ON DELETE CASCADE,
  title       text NOT NULL,
  body        text NOT NULL,
  collection  text NOT NULL,
  tags        text[] NOT NULL,
  model       text NOT NULL,
  version     integer NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  share_token text UNIQUE
);
CREATE INDEX prompts_of_owner ON vault.prompts (owner_id, updated_at DESC);
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the schema."""
    db.execute_sql(UP)


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop it, with everything in it."""
    db.execute_sql("DROP SCHEMA vault CASCADE")
