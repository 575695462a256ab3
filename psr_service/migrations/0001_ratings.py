# SPDX-License-Identifier: Apache-2.0
"""Ratings, and the impressions and dismissals of the question that leads to them."""

from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe

UP = """
CREATE TABLE psr_ratings (
  id         uuid PRIMARY KEY,
  owner_id   uuid NOT NULL,
  prompt_id  uuid NOT NULL,
  version    text CHECK (char_length(version) <= 64),
  rating     smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
  -- PostgreSQL counts code points, a person counts what they see. In ASCII the two are one;
  -- elsewhere 16 code points a character leave room for flags and families.
  note       text CHECK (
    char_length(note) <= CASE octet_length(note) WHEN char_length(note) THEN 280 ELSE 16 * 280 END
  ),
  source     text NOT NULL CHECK (source IN ('copy', 'duplicate', 'manual', 'other')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  trace_id   text CHECK (trace_id ~ '^[0-9a-f]{32}$'),
  day        date NOT NULL GENERATED ALWAYS AS ((created_at AT TIME ZONE 'UTC')::date) STORED
);
CREATE UNIQUE INDEX psr_ratings_once_a_day ON psr_ratings (owner_id, prompt_id, day);
CREATE INDEX psr_ratings_prompt ON psr_ratings (prompt_id, day);
CREATE INDEX psr_ratings_day ON psr_ratings (day);

CREATE TABLE psr_impressions (
  id           uuid PRIMARY KEY,
  owner_id     uuid NOT NULL,
  prompt_id    uuid NOT NULL,
  version      text CHECK (char_length(version) <= 64),
  source       text NOT NULL CHECK (source IN ('copy', 'duplicate', 'manual', 'other')),
  shown_at     timestamptz NOT NULL DEFAULT now(),
  dismissed_at timestamptz,
  day          date NOT NULL GENERATED ALWAYS AS ((shown_at AT TIME ZONE 'UTC')::date) STORED
);
CREATE INDEX psr_impressions_owner ON psr_impressions (owner_id, day);
CREATE INDEX psr_impressions_day ON psr_impressions (day);
-- For analytics: a day's first showing of a prompt to somebody, without sorting or the table.
CREATE INDEX psr_impressions_asking ON psr_impressions (owner_id, prompt_id, day, shown_at, id)
  INCLUDE (version, source, dismissed_at);
"""

RATINGS = {
    "id": "Identifies the rating; kept when a later rating of the day replaces it.",
    "owner_id": "Who rated, from the session. Personal data: analysts see a pseudonym.",
    "prompt_id": "What was rated. The prompt itself lives in the host application.",
    "version": "The prompt's version when it was rated, as the host names it.",
    "rating": "Stars, 1 (poor) to 5 (excellent).",
    "note": "Optional comment, redacted, at most 280 characters as a person counts them.",
    "source": "What led to the rating: copy, duplicate, manual or other.",
    "created_at": "When the day's first rating was given; decides the day.",
    "updated_at": "When the rating was last replaced; created_at if it never was.",
    "trace_id": "The W3C trace that led to the rating, 32 lowercase hex digits.",
    "day": "The UTC day of created_at; part of the frequency cap.",
}

IMPRESSIONS = {
    "id": "Identifies the showing; a client that retries sends the same one.",
    "owner_id": "Who was asked, from the session. Personal data.",
    "prompt_id": "Which prompt the question was about.",
    "version": "The prompt's version when the question was shown.",
    "source": "What led to the question: copy, duplicate, manual or other.",
    "shown_at": "When the question appeared.",
    "dismissed_at": "When it was closed without an answer; null if it was not.",
    "day": "The UTC day of shown_at; part of the frequency cap.",
}

DOWN = """
DROP TABLE psr_impressions;
DROP TABLE psr_ratings;
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create both tables."""
    db.execute_sql(UP)
    describe(
        db,
        "TABLE psr_ratings",
        "Prompt Satisfaction Ratings: at most one an owner, prompt and UTC day.",
        RATINGS,
    )
    describe(
        db,
        "TABLE psr_impressions",
        "One row each time that the question was put to somebody.",
        IMPRESSIONS,
    )


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop both tables, and with them every rating."""
    db.execute_sql(DOWN)
