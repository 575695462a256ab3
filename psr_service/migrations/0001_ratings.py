# SPDX-License-Identifier: Apache-2.0
"""Ratings, and the impressions and dismissals of the question that leads to them."""

from typing import Any

from peewee import PostgresqlDatabase

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

COMMENT ON TABLE psr_ratings IS 'Prompt Satisfaction Ratings: at most one an owner, prompt and UTC day.';
COMMENT ON COLUMN psr_ratings.id IS 'Identifies the rating; kept when a later rating of the day replaces it.';
COMMENT ON COLUMN psr_ratings.owner_id IS 'Who rated, from the authenticated session. Personal data: analysts see a pseudonym.';
COMMENT ON COLUMN psr_ratings.prompt_id IS 'What was rated. The prompt itself lives in the host application.';
COMMENT ON COLUMN psr_ratings.version IS 'The prompt''s version when it was rated, as the host names it.';
COMMENT ON COLUMN psr_ratings.rating IS 'Stars, 1 (poor) to 5 (excellent).';
COMMENT ON COLUMN psr_ratings.note IS 'Optional comment, redacted, at most 280 characters as a person counts them.';
COMMENT ON COLUMN psr_ratings.source IS 'What led to the rating: copy, duplicate, manual or other.';
COMMENT ON COLUMN psr_ratings.created_at IS 'When the day''s first rating was given; decides the day.';
COMMENT ON COLUMN psr_ratings.updated_at IS 'When the rating was last replaced; created_at if it never was.';
COMMENT ON COLUMN psr_ratings.trace_id IS 'The W3C trace that led to the rating, 32 lowercase hex digits.';
COMMENT ON COLUMN psr_ratings.day IS 'The UTC day of created_at; part of the frequency cap.';

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

COMMENT ON TABLE psr_impressions IS 'One row each time that the question was put to somebody.';
COMMENT ON COLUMN psr_impressions.id IS 'Identifies the showing; a client that retries sends the same one.';
COMMENT ON COLUMN psr_impressions.owner_id IS 'Who was asked, from the authenticated session. Personal data.';
COMMENT ON COLUMN psr_impressions.prompt_id IS 'Which prompt the question was about.';
COMMENT ON COLUMN psr_impressions.version IS 'The prompt''s version when the question was shown.';
COMMENT ON COLUMN psr_impressions.source IS 'What led to the question: copy, duplicate, manual or other.';
COMMENT ON COLUMN psr_impressions.shown_at IS 'When the question appeared.';
COMMENT ON COLUMN psr_impressions.dismissed_at IS 'When it was closed without an answer; null if it was not.';
COMMENT ON COLUMN psr_impressions.day IS 'The UTC day of shown_at; part of the frequency cap.';
"""

DOWN = """
DROP TABLE psr_impressions;
DROP TABLE psr_ratings;
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create both tables."""
    db.execute_sql(UP)


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop both tables, and with them every rating."""
    db.execute_sql(DOWN)
