# SPDX-License-Identifier: Apache-2.0
"""The statistics in a fraction of the time: read in an index's order, so that nothing is sorted.

Each grouping is a statement of its own, with its own columns to group by and those filters alone
that are asked for: what a plan made for all of them at once could not do.
"""

from importlib import import_module
from typing import Any

from peewee import PostgresqlDatabase

# Each has all that the statistics read: the tables themselves, with their notes, are left alone.
INDEXES = """
ALTER INDEX psr_ratings_once_a_day RENAME TO psr_ratings_once_a_day_before;
CREATE UNIQUE INDEX psr_ratings_once_a_day ON psr_ratings (owner_id, prompt_id, day)
  INCLUDE (version, source, rating);
DROP INDEX psr_ratings_once_a_day_before, psr_ratings_prompt, psr_ratings_day;
CREATE INDEX psr_ratings_prompt ON psr_ratings (prompt_id, owner_id)
  INCLUDE (day, version, source, rating);
CREATE INDEX psr_ratings_day ON psr_ratings (day, owner_id)
  INCLUDE (prompt_id, version, source, rating);
CREATE INDEX psr_askings_prompt ON psr_askings (prompt_id, owner_id)
  INCLUDE (day, version, source, answered) WHERE shown;
CREATE INDEX psr_ratings_version ON psr_ratings (prompt_id, version, owner_id)
  INCLUDE (day, source, rating);
CREATE INDEX psr_askings_version ON psr_askings (prompt_id, version, owner_id)
  INCLUDE (day, source, answered) WHERE shown;
CREATE INDEX psr_askings_day ON psr_askings (day, owner_id)
  INCLUDE (prompt_id, version, source, answered, dismissed) WHERE shown;
DROP INDEX psr_impressions_asking, psr_impressions_day;
CREATE INDEX psr_impressions_prompt ON psr_impressions (owner_id, prompt_id, day);
"""

# SECURITY DEFINER, and opaque to the planner: no function that an analyst writes sees a row of it.
STATISTICS = """
CREATE OR REPLACE FUNCTION psr_analytics.statistics(
  grouped_by text, since date DEFAULT NULL, until date DEFAULT NULL,
  one_prompt uuid DEFAULT NULL, one_version text DEFAULT NULL, one_source text DEFAULT NULL
) RETURNS TABLE (
  prompt_id uuid, version text, day date, week date, source text,
  n bigint, owners bigint, suppressed boolean,
  mean float8, mean_low float8, mean_high float8,
  top_box float8, top_box_low float8, top_box_high float8,
  stars_1 bigint, stars_2 bigint, stars_3 bigint, stars_4 bigint, stars_5 bigint,
  shrunk_mean float8, asked bigint, answered bigint, response_rate float8
) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET work_mem = '64MB'
SET jit = off -- compiling takes longer than running
AS $body$
DECLARE
  keys text := CASE grouped_by
    WHEN 'all' THEN 'NULL::uuid, NULL, NULL::date, NULL::date, NULL'
    WHEN 'prompt' THEN 'prompt_id, NULL, NULL::date, NULL::date, NULL'
    WHEN 'version' THEN 'prompt_id, version, NULL::date, NULL::date, NULL'
    WHEN 'day' THEN 'NULL::uuid, NULL, day, NULL::date, NULL'
    WHEN 'week' THEN
      $$NULL::uuid, NULL, NULL::date, date_trunc('week', day::timestamp)::date, NULL$$
    WHEN 'source' THEN 'NULL::uuid, NULL, NULL::date, NULL::date, source'
  END;
  filters text := concat_ws(' AND ', 'true',
    CASE WHEN since IS NOT NULL THEN 'day >= $1' END,
    CASE WHEN until IS NOT NULL THEN 'day <= $2' END,
    CASE WHEN one_prompt IS NOT NULL THEN 'prompt_id = $3' END,
    CASE WHEN one_version IS NOT NULL THEN 'version = $4' END,
    CASE WHEN one_source IS NOT NULL THEN 'source = $5' END);
BEGIN
RETURN QUERY EXECUTE $$
WITH rated (prompt_id, version, day, week, source, owners, stars_1, stars_2, stars_3, stars_4,
  stars_5) AS (
  SELECT $$ || keys || $$, count(DISTINCT owner_id),
    count(*) FILTER (WHERE rating = 1),
    count(*) FILTER (WHERE rating = 2),
    count(*) FILTER (WHERE rating = 3),
    count(*) FILTER (WHERE rating = 4),
    count(*) FILTER (WHERE rating = 5)
  FROM psr_ratings WHERE $$ || filters || $$ GROUP BY 1, 2, 3, 4, 5
), asked (prompt_id, version, day, week, source, askers, asked, answered) AS (
  SELECT $$ || keys || $$, count(DISTINCT owner_id), count(*), count(*) FILTER (WHERE answered)
  FROM psr_askings WHERE shown AND $$ || filters || $$ GROUP BY 1, 2, 3, 4, 5
), sides AS ( -- UNION, not a join: a version may be null
  SELECT r.*, 0 AS askers, 0 AS asked, 0 AS answered FROM rated r
  UNION ALL
  SELECT prompt_id, version, day, week, source, 0, 0, 0, 0, 0, 0, askers, asked, answered
  FROM asked
), groups AS (
  SELECT prompt_id, version, day, week, source,
    sum(owners)::bigint AS owners,
    sum(stars_1)::bigint AS stars_1,
    sum(stars_2)::bigint AS stars_2,
    sum(stars_3)::bigint AS stars_3,
    sum(stars_4)::bigint AS stars_4,
    sum(stars_5)::bigint AS stars_5,
    sum(askers)::bigint AS askers,
    sum(asked)::bigint AS asked,
    sum(answered)::bigint AS answered
  FROM sides GROUP BY 1, 2, 3, 4, 5
), sums AS (
  SELECT g.*,
    stars_1 + stars_2 + stars_3 + stars_4 + stars_5 AS n,
    (stars_1 + 2 * stars_2 + 3 * stars_3 + 4 * stars_4 + 5 * stars_5)::float8 AS total,
    (stars_1 + 4 * stars_2 + 9 * stars_3 + 16 * stars_4 + 25 * stars_5)::float8 AS squares
  FROM groups g
), judged AS (
  SELECT g.*,
    g.owners < s.min_group AS suppressed,
    g.askers < s.min_group AS few_asked,
    -- The prior of the shrunk mean comes from the groups that are shown: through it,
    -- nobody can work back to a group that is not.
    sum(g.total) FILTER (WHERE g.owners >= s.min_group) OVER ()
      / sum(g.n) FILTER (WHERE g.owners >= s.min_group) OVER () AS overall_mean
  FROM sums g, psr_settings s
), shown AS (
  SELECT j.*, nullif(j.n, 0)::float8 AS size,
    -- Posterior of the stars' shares under Jeffreys' prior, half a rating for each star.
    (j.total + 7.5) / (j.n + 2.5) AS posterior_mean,
    (j.squares + 27.5) / (j.n + 2.5) AS posterior_square,
    (j.stars_4 + j.stars_5)::float8 AS top,
    1.959963984540054::float8 AS z
  FROM judged j
), spread AS (
  SELECT s.*,
    s.z * sqrt((s.posterior_square - s.posterior_mean ^ 2) / (s.n + 3.5)) AS reach,
    (s.top + s.z ^ 2 / 2) / (s.size + s.z ^ 2) AS wilson_centre,
    s.z / (s.size + s.z ^ 2) * sqrt(s.top * (s.size - s.top) / s.size + s.z ^ 2 / 4) AS wilson_reach
  FROM shown s
)
SELECT prompt_id, version, day, week, source, n, owners, suppressed,
  CASE WHEN NOT suppressed THEN total / size END,
  CASE WHEN NOT suppressed THEN greatest(posterior_mean - reach, 1) END,
  CASE WHEN NOT suppressed THEN least(posterior_mean + reach, 5) END,
  CASE WHEN NOT suppressed THEN top / size END,
  CASE WHEN NOT suppressed THEN greatest(wilson_centre - wilson_reach, 0) END,
  CASE WHEN NOT suppressed THEN least(wilson_centre + wilson_reach, 1) END,
  CASE WHEN NOT suppressed THEN stars_1 END,
  CASE WHEN NOT suppressed THEN stars_2 END,
  CASE WHEN NOT suppressed THEN stars_3 END,
  CASE WHEN NOT suppressed THEN stars_4 END,
  CASE WHEN NOT suppressed THEN stars_5 END,
  CASE WHEN NOT suppressed THEN (total + 10 * overall_mean) / (size + 10) END,
  asked,
  CASE WHEN NOT few_asked THEN answered END,
  CASE WHEN NOT few_asked THEN answered::float8 / asked END
FROM spread
$$ USING since, until, one_prompt, one_version, one_source;
END $body$;
"""

RESPONSES = """
CREATE OR REPLACE FUNCTION psr_analytics.responses(
  since date DEFAULT NULL, until date DEFAULT NULL,
  one_prompt uuid DEFAULT NULL, one_version text DEFAULT NULL, one_source text DEFAULT NULL
) RETURNS TABLE (
  day date, asked bigint, suppressed boolean, answered bigint, dismissed bigint,
  response_rate float8
) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET jit = off
AS $$
WITH days AS (
  SELECT a.day, count(*) AS asked,
    count(DISTINCT a.owner_id) < (SELECT min_group FROM psr_settings) AS suppressed,
    count(*) FILTER (WHERE a.answered) AS answered,
    count(*) FILTER (WHERE a.dismissed AND NOT a.answered) AS dismissed
  FROM psr_askings a
  WHERE a.shown
    AND (since IS NULL OR a.day >= since)
    AND (until IS NULL OR a.day <= until)
    AND (one_prompt IS NULL OR a.prompt_id = one_prompt)
    AND (one_version IS NULL OR a.version = one_version)
    AND (one_source IS NULL OR a.source = one_source)
  GROUP BY a.day
)
SELECT day, asked, suppressed,
  CASE WHEN NOT suppressed THEN answered END,
  CASE WHEN NOT suppressed THEN dismissed END,
  CASE WHEN NOT suppressed THEN answered::float8 / asked END
FROM days
$$;
"""

INDEXES_BEFORE = """
DROP INDEX psr_impressions_prompt;
CREATE INDEX psr_impressions_day ON psr_impressions (day);
CREATE INDEX psr_impressions_asking ON psr_impressions (owner_id, prompt_id, day, shown_at, id)
  INCLUDE (version, source, dismissed_at);
DROP INDEX psr_askings_prompt, psr_askings_version, psr_askings_day;
DROP INDEX psr_ratings_prompt, psr_ratings_version, psr_ratings_day;
CREATE INDEX psr_ratings_prompt ON psr_ratings (prompt_id, day);
CREATE INDEX psr_ratings_day ON psr_ratings (day);
ALTER INDEX psr_ratings_once_a_day RENAME TO psr_ratings_once_a_day_after;
CREATE UNIQUE INDEX psr_ratings_once_a_day ON psr_ratings (owner_id, prompt_id, day);
DROP INDEX psr_ratings_once_a_day_after;
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Make the indexes, and the functions that read them; what they answer stays the same."""
    db.execute_sql(INDEXES)
    db.execute_sql(STATISTICS)
    db.execute_sql(RESPONSES)


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Put the indexes and the functions of before in their place."""
    db.execute_sql(INDEXES_BEFORE)
    for name in ("statistics", "responses"):
        db.execute_sql(_before(name))


def _before(name: str) -> str:
    """Give the statement that made a function, without what it made beside it."""
    module = {"statistics": "0003_analytics", "responses": "0005_responses"}[name]
    text: str = getattr(import_module(f"psr_service.migrations.{module}"), name.upper())
    function = text.partition("$$;\n")[0] + "$$"
    return function.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
