# SPDX-License-Identifier: Apache-2.0
"""What analysts see: the views of the schema psr_analytics.

docs/psr.md explains the statistics and has an example to follow by hand.
"""

from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe

# Ratings and askings go through one stream of rows, so that filters and groups are said once.
# SECURITY DEFINER, and opaque to the planner: no function that an analyst writes sees a row of it.
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
) LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp
SET work_mem = '64MB' -- it sorts every rating: a million of them would go through files otherwise
AS $$
WITH askings AS (
  SELECT DISTINCT ON (i.owner_id, i.prompt_id, i.day)
    i.prompt_id, i.version, i.day, i.source, i.owner_id
  FROM psr_impressions i
  ORDER BY i.owner_id, i.prompt_id, i.day, i.shown_at, i.id
), observations AS (
  SELECT prompt_id, version, day, source, owner_id, rating, NULL::boolean AS answered
  FROM psr_ratings
  UNION ALL
  SELECT prompt_id, a.version, day, a.source, owner_id, NULL, r.id IS NOT NULL
  FROM askings a LEFT JOIN psr_ratings r USING (owner_id, prompt_id, day)
), people AS (  -- each owner's part of a group: to count owners is then to count rows
  SELECT o.owner_id,
    CASE WHEN grouped_by IN ('prompt', 'version') THEN o.prompt_id END AS prompt_id,
    CASE WHEN grouped_by = 'version' THEN o.version END AS version,
    CASE WHEN grouped_by = 'day' THEN o.day END AS day,
    CASE WHEN grouped_by = 'week' THEN date_trunc('week', o.day::timestamp)::date END AS week,
    CASE WHEN grouped_by = 'source' THEN o.source END AS source,
    count(o.rating) AS n,
    coalesce(sum(o.rating), 0) AS total,
    coalesce(sum(o.rating * o.rating), 0) AS squares,
    count(*) FILTER (WHERE o.rating = 1) AS stars_1,
    count(*) FILTER (WHERE o.rating = 2) AS stars_2,
    count(*) FILTER (WHERE o.rating = 3) AS stars_3,
    count(*) FILTER (WHERE o.rating = 4) AS stars_4,
    count(*) FILTER (WHERE o.rating = 5) AS stars_5,
    count(o.answered) AS asked,
    count(*) FILTER (WHERE o.answered) AS answered
  FROM observations o
  WHERE (since IS NULL OR o.day >= since)
    AND (until IS NULL OR o.day <= until)
    AND (one_prompt IS NULL OR o.prompt_id = one_prompt)
    AND (one_version IS NULL OR o.version = one_version)
    AND (one_source IS NULL OR o.source = one_source)
  GROUP BY 1, 2, 3, 4, 5, 6
), groups AS (
  SELECT prompt_id, version, day, week, source,
    sum(n)::bigint AS n,
    count(*) FILTER (WHERE n > 0) AS owners,
    count(*) FILTER (WHERE asked > 0) AS asked_owners,
    sum(total)::float8 AS total,
    sum(squares)::float8 AS squares,
    sum(stars_1)::bigint AS stars_1,
    sum(stars_2)::bigint AS stars_2,
    sum(stars_3)::bigint AS stars_3,
    sum(stars_4)::bigint AS stars_4,
    sum(stars_5)::bigint AS stars_5,
    sum(asked)::bigint AS asked,
    sum(answered)::bigint AS answered
  FROM people
  GROUP BY 1, 2, 3, 4, 5
), judged AS (
  SELECT g.*,
    g.owners < s.min_group AS suppressed,
    g.asked_owners < s.min_group AS few_asked,
    -- The prior of the shrunk mean comes from the groups that are shown: through it,
    -- nobody can work back to a group that is not.
    sum(g.total) FILTER (WHERE g.owners >= s.min_group) OVER ()
      / sum(g.n) FILTER (WHERE g.owners >= s.min_group) OVER () AS overall_mean
  FROM groups g, psr_settings s
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
$$;
COMMENT ON FUNCTION psr_analytics.statistics IS
  'Statistics grouped by prompt, version, day, week or source; a view is this without a filter.';
REVOKE ALL ON FUNCTION psr_analytics.statistics FROM PUBLIC;
"""

RATINGS = """
CREATE VIEW psr_analytics.ratings WITH (security_barrier) AS
SELECT
  left(encode(
    sha256(s.pseudonym_outer || sha256(s.pseudonym_inner || uuid_send(r.owner_id))), 'hex'
  ), 32) AS pseudonym,
  r.prompt_id, r.version, r.rating, r.note, r.source, r.day
FROM psr_ratings r CROSS JOIN psr_settings s
WHERE r.prompt_id IN (
  SELECT o.prompt_id FROM psr_ratings o
  GROUP BY o.prompt_id HAVING count(DISTINCT o.owner_id) >= (SELECT min_group FROM psr_settings)
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

VIEWS = {
    "prompts": ("prompt", ("prompt_id",)),
    "versions": ("version", ("prompt_id", "version")),
    "daily": ("day", ("day",)),
    "weekly": ("week", ("week",)),
    "sources": ("source", ("source",)),
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
    "asked": "Askings: distinct owners, prompts and days on which the question was shown.",
    "answered": "Askings that led to a rating; null if fewer than PSR_MIN_GROUP owners were asked.",
    "response_rate": "answered / asked, 0 to 1.",
}


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the schema, the function behind the grouped views, and the views."""
    db.execute_sql("CREATE SCHEMA psr_analytics")
    db.execute_sql("COMMENT ON SCHEMA psr_analytics IS 'What analysts read; see docs/psr.md.'")
    db.execute_sql(STATISTICS)
    for name, (grouped_by, keys) in VIEWS.items():
        _create_view(db, name, grouped_by, keys)
    db.execute_sql(RATINGS)
    describe(
        db,
        "VIEW psr_analytics.ratings",
        "Single ratings, of the prompts that PSR_MIN_GROUP or more distinct owners have rated.",
        RATINGS_COLUMNS,
    )


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop the schema and what is in it."""
    db.execute_sql("DROP SCHEMA psr_analytics CASCADE")


def _create_view(db: PostgresqlDatabase, name: str, grouped_by: str, keys: tuple[str, ...]) -> None:
    columns = {key: KEYS[key] for key in keys} | MEASURES
    select = f"SELECT {', '.join(columns)} FROM psr_analytics.statistics('{grouped_by}')"  # noqa: S608 - our own names
    db.execute_sql(f"CREATE VIEW psr_analytics.{name} AS {select}")
    comment = f"Ratings grouped by {' and '.join(keys)}."
    describe(db, f"VIEW psr_analytics.{name}", comment, columns)
