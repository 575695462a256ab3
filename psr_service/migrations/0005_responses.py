# SPDX-License-Identifier: Apache-2.0
"""What became of the question, day by day: shown, rated, dismissed."""

from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe

# An asking is counted as in psr_analytics.statistics: an owner, a prompt and a day.
RESPONSES = """
CREATE FUNCTION psr_analytics.responses(
  since date DEFAULT NULL, until date DEFAULT NULL,
  one_prompt uuid DEFAULT NULL, one_version text DEFAULT NULL, one_source text DEFAULT NULL
) RETURNS TABLE (
  day date, asked bigint, suppressed boolean, answered bigint, dismissed bigint,
  response_rate float8
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
WITH shown AS (
  SELECT DISTINCT ON (i.owner_id, i.prompt_id, i.day)
    i.owner_id, i.prompt_id, i.day, i.version, i.source,
    bool_or(i.dismissed_at IS NOT NULL) OVER (PARTITION BY i.owner_id, i.prompt_id, i.day) AS closed
  FROM psr_impressions i
  WHERE (since IS NULL OR i.day >= since)
    AND (until IS NULL OR i.day <= until)
    AND (one_prompt IS NULL OR i.prompt_id = one_prompt)
  ORDER BY i.owner_id, i.prompt_id, i.day, i.shown_at, i.id
), askings AS (
  SELECT day, owner_id, r.id IS NOT NULL AS answered, r.id IS NULL AND s.closed AS dismissed
  FROM shown s
  LEFT JOIN psr_ratings r USING (owner_id, prompt_id, day)
  WHERE (one_version IS NULL OR s.version = one_version)
    AND (one_source IS NULL OR s.source = one_source)
), days AS (
  SELECT a.day, count(*) AS asked,
    count(DISTINCT a.owner_id) < (SELECT min_group FROM psr_settings) AS suppressed,
    count(*) FILTER (WHERE a.answered) AS answered,
    count(*) FILTER (WHERE a.dismissed) AS dismissed
  FROM askings a GROUP BY a.day
)
SELECT day, asked, suppressed,
  CASE WHEN NOT suppressed THEN answered END,
  CASE WHEN NOT suppressed THEN dismissed END,
  CASE WHEN NOT suppressed THEN answered::float8 / asked END
FROM days
$$;
COMMENT ON FUNCTION psr_analytics.responses IS
  'What became of the question, day by day; the view is this without a filter.';
REVOKE ALL ON FUNCTION psr_analytics.responses FROM PUBLIC;
GRANT EXECUTE ON FUNCTION psr_analytics.responses TO psr_analyst;
CREATE VIEW psr_analytics.responses AS
SELECT day, asked, suppressed, answered, dismissed, response_rate FROM psr_analytics.responses();
GRANT SELECT ON psr_analytics.responses TO psr_analyst;
"""

COLUMNS = {
    "day": "The UTC day.",
    "asked": "Askings: distinct owners, prompts and days on which the question was shown.",
    "suppressed": "True if fewer than PSR_MIN_GROUP owners were asked: what they did is null.",
    "answered": "Askings that led to a rating.",
    "dismissed": "Askings that were closed and led to no rating; the rest was left alone.",
    "response_rate": "answered / asked, 0 to 1.",
}

DOWN = """
DROP VIEW psr_analytics.responses;
DROP FUNCTION psr_analytics.responses;
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the function and its view, and let analysts read them."""
    db.execute_sql(RESPONSES)
    describe(
        db,
        "VIEW psr_analytics.responses",
        "What became of the question, day by day.",
        COLUMNS,
    )


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop both."""
    db.execute_sql(DOWN)
