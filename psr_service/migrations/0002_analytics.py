# SPDX-License-Identifier: Apache-2.0
"""What analysts see: the views of the schema psr_analytics, and the role that reads them.

docs/psr.md explains the statistics and has an example to follow by hand.
The pseudonyms' key is made here and never leaves the database.
"""

import secrets
from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe, drop_unused_role, ensure_role

ROLE = "psr_analyst"
"""It cannot log in: an operator grants it to the analysts' and the dashboard's own logins."""

PSEUDONYM_KEY = """
INSERT INTO public.psr_settings (pseudonym_inner, pseudonym_outer) VALUES (%s, %s)
ON CONFLICT (only_row) DO UPDATE SET
  pseudonym_inner = EXCLUDED.pseudonym_inner, pseudonym_outer = EXCLUDED.pseudonym_outer
"""

# SECURITY DEFINER, and opaque to the planner: no function that an analyst writes sees a row of it.
# Only pg_catalog is searched: an operator that an analyst made in public would run as the owner.
# Each grouping is a statement of its own, with its own columns to group by and those filters alone
# that are asked for: what a plan made for all of them at once could not do.
STATISTICS = """
CREATE FUNCTION psr_analytics.statistics(
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
SET search_path = pg_catalog, pg_temp
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
  FROM public.psr_ratings WHERE $$ || filters || $$ GROUP BY 1, 2, 3, 4, 5
), asked (prompt_id, version, day, week, source, askers, asked, answered) AS (
  SELECT $$ || keys || $$, count(DISTINCT owner_id), count(*), count(*) FILTER (WHERE answered)
  FROM public.psr_exposures WHERE shown AND $$ || filters || $$ GROUP BY 1, 2, 3, 4, 5
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
    -- The prior of the shrunk mean comes from the groups that are shown: a prior of all groups
    -- would let a reader work back to one that is not.
    sum(g.total) FILTER (WHERE g.owners >= s.min_group) OVER ()
      / sum(g.n) FILTER (WHERE g.owners >= s.min_group) OVER () AS overall_mean
  FROM sums g, public.psr_settings s
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
COMMENT ON FUNCTION psr_analytics.statistics IS
  'Statistics grouped by prompt, version, day, week or source; a view is this without a filter.';
REVOKE ALL ON FUNCTION psr_analytics.statistics FROM PUBLIC;
"""

RESPONSES = """
CREATE FUNCTION psr_analytics.responses(
  since date DEFAULT NULL, until date DEFAULT NULL,
  one_prompt uuid DEFAULT NULL, one_version text DEFAULT NULL, one_source text DEFAULT NULL
) RETURNS TABLE (
  day date, asked bigint, suppressed boolean, answered bigint, dismissed bigint,
  response_rate float8
) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
WITH days AS (
  SELECT e.day, count(*) AS asked,
    count(DISTINCT e.owner_id) < (SELECT min_group FROM public.psr_settings) AS suppressed,
    count(*) FILTER (WHERE e.answered) AS answered,
    count(*) FILTER (WHERE e.dismissed AND NOT e.answered) AS dismissed
  FROM public.psr_exposures e
  WHERE e.shown
    AND (since IS NULL OR e.day >= since)
    AND (until IS NULL OR e.day <= until)
    AND (one_prompt IS NULL OR e.prompt_id = one_prompt)
    AND (one_version IS NULL OR e.version = one_version)
    AND (one_source IS NULL OR e.source = one_source)
  GROUP BY e.day
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
CREATE VIEW psr_analytics.responses AS
SELECT day, asked, suppressed, answered, dismissed, response_rate FROM psr_analytics.responses();
"""

RESPONSES_COLUMNS = {
    "day": "The UTC day.",
    "asked": "Exposures: distinct owners, prompts and days on which the question was shown.",
    "suppressed": "True if fewer than PSR_MIN_GROUP owners were asked: what they did is null.",
    "answered": "Exposures with a rating.",
    "dismissed": "Exposures that were closed, without a rating; the rest was left alone.",
    "response_rate": "answered / asked, 0 to 1.",
}

RATINGS = """
CREATE VIEW psr_analytics.ratings WITH (security_barrier) AS
SELECT
  left(encode(
    sha256(s.pseudonym_outer || sha256(s.pseudonym_inner || uuid_send(r.owner_id))), 'hex'
  ), 32) AS pseudonym,
  r.prompt_id, r.version, r.rating, r.note, r.source, r.day
FROM public.psr_ratings r CROSS JOIN public.psr_settings s
WHERE r.prompt_id IN (
  SELECT o.prompt_id FROM public.psr_ratings o
  GROUP BY o.prompt_id
  HAVING count(DISTINCT o.owner_id) >= (SELECT min_group FROM public.psr_settings)
);
"""

RATINGS_COLUMNS = {
    "pseudonym": "Stands for the owner in all their ratings: a keyed hash made by this database.",
    "prompt_id": "What was rated.",
    "version": "The prompt's version when it was rated.",
    "rating": "Stars, 1 (poor) to 5 (excellent).",
    "note": "Optional comment, redacted.",
    "source": "What led to the rating.",
    "day": "The UTC day on which it was given.",
}

KEYS = {
    "prompt_id": "The prompt.",
    "version": "The prompt's version; null where the host named none.",
    "day": "The UTC day.",
    "week": "The Monday on which the ISO week begins, UTC.",
    "source": "What led to the rating: copy, duplicate, manual or other.",
}

MEASURES = {
    "n": "Ratings.",
    "owners": "Distinct owners who rated.",
    "suppressed": "True if fewer than PSR_MIN_GROUP owners rated: measures of the rating are null.",
    "mean": "Mean stars, 1 to 5.",
    "mean_low": "Lower end of the mean's 95 % interval (Jeffreys prior on the stars' shares).",
    "mean_high": "Upper end of the mean's 95 % interval.",
    "top_box": "Share of 4 and 5 stars, 0 to 1.",
    "top_box_low": "Lower end of the share's 95 % interval (Wilson).",
    "top_box_high": "Upper end of the share's 95 % interval.",
    "stars_1": "Ratings of 1 star.",
    "stars_2": "Ratings of 2 stars.",
    "stars_3": "Ratings of 3 stars.",
    "stars_4": "Ratings of 4 stars.",
    "stars_5": "Ratings of 5 stars.",
    "shrunk_mean": "For ranking: the mean, drawn to the overall mean as if by ten average ratings.",
    "asked": "Exposures: distinct owners, prompts and days on which the question was shown.",
    "answered": "Exposures with a rating; null if fewer than PSR_MIN_GROUP owners were asked.",
    "response_rate": "answered / asked, 0 to 1.",
}

GROUPED_VIEWS = {
    "prompts": ("prompt", ("prompt_id",)),
    "versions": ("version", ("prompt_id", "version")),
    "daily": ("day", ("day",)),
    "weekly": ("week", ("week",)),
    "sources": ("source", ("source",)),
}

GRANTS = f"""
GRANT USAGE ON SCHEMA psr_analytics TO {ROLE};
GRANT SELECT ON ALL TABLES IN SCHEMA psr_analytics TO {ROLE};
GRANT EXECUTE ON FUNCTION psr_analytics.statistics, psr_analytics.responses TO {ROLE};
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Set a fresh key for pseudonyms; create the functions, the views and the role."""
    _set_pseudonym_key(db)
    db.execute_sql("CREATE SCHEMA psr_analytics")
    db.execute_sql("COMMENT ON SCHEMA psr_analytics IS 'What analysts read; see docs/psr.md.'")
    db.execute_sql(STATISTICS)
    for name, (grouped_by, keys) in GROUPED_VIEWS.items():
        _create_grouped_view(db, name, grouped_by, keys)
    _create_ratings(db)
    _create_responses(db)
    ensure_role(db, ROLE)
    db.execute_sql(GRANTS)


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop the schema and, where nothing else uses it, the role.

    The next `up` replaces the pseudonyms' key; the ratings and PSR_MIN_GROUP stay.
    """
    db.execute_sql("DROP SCHEMA psr_analytics CASCADE")
    drop_unused_role(db, ROLE)


def _set_pseudonym_key(db: PostgresqlDatabase) -> None:
    """Store a fresh key as the two pads of HMAC (RFC 2104)."""
    key = secrets.token_bytes(64)
    pads = bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)
    db.execute_sql(PSEUDONYM_KEY, pads)


def _create_grouped_view(
    db: PostgresqlDatabase, name: str, grouped_by: str, keys: tuple[str, ...]
) -> None:
    columns = {key: KEYS[key] for key in keys} | MEASURES
    select = f"SELECT {', '.join(columns)} FROM psr_analytics.statistics('{grouped_by}')"  # noqa: S608 - our own names
    db.execute_sql(f"CREATE VIEW psr_analytics.{name} AS {select}")
    comment = f"Ratings grouped by {' and '.join(keys)}."
    describe(db, f"VIEW psr_analytics.{name}", comment, columns)


def _create_ratings(db: PostgresqlDatabase) -> None:
    db.execute_sql(RATINGS)
    describe(
        db,
        "VIEW psr_analytics.ratings",
        "Single ratings, of the prompts that PSR_MIN_GROUP or more distinct owners have rated.",
        RATINGS_COLUMNS,
    )


def _create_responses(db: PostgresqlDatabase) -> None:
    db.execute_sql(RESPONSES)
    describe(
        db,
        "VIEW psr_analytics.responses",
        "What became of the question, day by day.",
        RESPONSES_COLUMNS,
    )
