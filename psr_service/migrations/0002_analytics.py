# SPDX-License-Identifier: Apache-2.0
"""What analysts see: the schema psr_analytics, and the role psr_analyst that reads it.

docs/psr.md explains the statistics and has an example to follow by hand.
"""

import secrets
from typing import Any

from peewee import PostgresqlDatabase

SETTINGS = """
CREATE TABLE psr_settings (
  only_row        boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  min_group       integer NOT NULL DEFAULT 5 CHECK (min_group >= 1),
  pseudonym_inner bytea NOT NULL CHECK (octet_length(pseudonym_inner) = 64),
  pseudonym_outer bytea NOT NULL CHECK (octet_length(pseudonym_outer) = 64)
);
COMMENT ON TABLE psr_settings IS 'One row: what the views of psr_analytics depend on. Analysts cannot read it.';
COMMENT ON COLUMN psr_settings.only_row IS 'Always true: there is no second row.';
COMMENT ON COLUMN psr_settings.min_group IS 'PSR_MIN_GROUP: groups of fewer distinct owners show no statistics and no note.';
COMMENT ON COLUMN psr_settings.pseudonym_inner IS 'The pseudonyms'' secret key XOR ipad, made by this database (HMAC, RFC 2104).';
COMMENT ON COLUMN psr_settings.pseudonym_outer IS 'The pseudonyms'' secret key XOR opad.';
"""

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
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
WITH askings AS (
  SELECT DISTINCT ON (i.owner_id, i.prompt_id, i.day)
    i.prompt_id, i.version, i.day, i.source, i.owner_id, NULL::smallint AS rating,
    EXISTS (
      SELECT FROM psr_ratings r
      WHERE (r.owner_id, r.prompt_id, r.day) = (i.owner_id, i.prompt_id, i.day)
    ) AS answered
  FROM psr_impressions i
  ORDER BY i.owner_id, i.prompt_id, i.day, i.shown_at, i.id
), observations AS (
  SELECT prompt_id, version, day, source, owner_id, rating, NULL::boolean AS answered
  FROM psr_ratings
  UNION ALL
  SELECT * FROM askings
), groups AS (
  SELECT
    CASE WHEN grouped_by IN ('prompt', 'version') THEN o.prompt_id END AS prompt_id,
    CASE WHEN grouped_by = 'version' THEN o.version END AS version,
    CASE WHEN grouped_by = 'day' THEN o.day END AS day,
    CASE WHEN grouped_by = 'week' THEN date_trunc('week', o.day::timestamp)::date END AS week,
    CASE WHEN grouped_by = 'source' THEN o.source END AS source,
    count(o.rating) AS n,
    count(DISTINCT o.owner_id) FILTER (WHERE o.rating IS NOT NULL) AS owners,
    count(DISTINCT o.owner_id) FILTER (WHERE o.answered IS NOT NULL) AS asked_owners,
    coalesce(sum(o.rating), 0)::float8 AS total,
    coalesce(sum(o.rating * o.rating), 0)::float8 AS squares,
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
  'Statistics of the ratings, grouped by prompt, version, day, week or source; the views are it without a filter.';
REVOKE ALL ON FUNCTION psr_analytics.statistics FROM PUBLIC;
"""

RATINGS = """
CREATE VIEW psr_analytics.ratings WITH (security_barrier) AS
SELECT
  left(encode(sha256(s.pseudonym_outer || sha256(s.pseudonym_inner || uuid_send(r.owner_id))), 'hex'), 32)
    AS pseudonym,
  r.prompt_id, r.version, r.rating, r.note, r.source, r.day
FROM psr_ratings r, psr_settings s
WHERE s.min_group <= (SELECT count(DISTINCT o.owner_id) FROM psr_ratings o WHERE o.prompt_id = r.prompt_id);
COMMENT ON VIEW psr_analytics.ratings IS
  'Single ratings, of the prompts that PSR_MIN_GROUP or more distinct owners have rated.';
COMMENT ON COLUMN psr_analytics.ratings.pseudonym IS
  'Stands for the owner: a keyed hash, the same for all of their ratings, that only this database can make.';
COMMENT ON COLUMN psr_analytics.ratings.prompt_id IS 'What was rated.';
COMMENT ON COLUMN psr_analytics.ratings.version IS 'The prompt''s version when it was rated.';
COMMENT ON COLUMN psr_analytics.ratings.rating IS 'Stars, 1 (poor) to 5 (excellent).';
COMMENT ON COLUMN psr_analytics.ratings.note IS 'Optional comment, redacted.';
COMMENT ON COLUMN psr_analytics.ratings.source IS 'What led to the rating.';
COMMENT ON COLUMN psr_analytics.ratings.day IS 'The UTC day on which it was given.';
"""

KEYS = {
  "prompt_id": "The prompt.",
  "version": "The prompt's version; null where the host named none.",
  "day": "The UTC day.",
  "week": "The Monday on which the ISO week begins, UTC.",
  "source": "What led to the rating: copy, duplicate, manual or other.",
}  # fmt: skip

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
    "suppressed": "True if fewer than PSR_MIN_GROUP owners rated: the measures of the rating are then null.",
    "mean": "Mean stars, 1 to 5.",
    "mean_low": "Lower end of the mean's 95 % interval (Bayesian, Jeffreys prior on the five shares).",
    "mean_high": "Upper end of the mean's 95 % interval.",
    "top_box": "Share of 4 and 5 stars, 0 to 1.",
    "top_box_low": "Lower end of the share's 95 % interval (Wilson).",
    "top_box_high": "Upper end of the share's 95 % interval.",
    "stars_1": "Ratings of 1 star.",
    "stars_2": "Ratings of 2 stars.",
    "stars_3": "Ratings of 3 stars.",
    "stars_4": "Ratings of 4 stars.",
    "stars_5": "Ratings of 5 stars.",
    "shrunk_mean": "Mean pulled towards the overall mean as if by ten average ratings: for ranking.",
    "asked": "Times that the question was put: distinct owners, prompts and days with an impression.",
    "answered": "How many of these led to a rating on the day; null if fewer than PSR_MIN_GROUP owners were asked.",
    "response_rate": "answered / asked, 0 to 1.",
}

ROLE = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'psr_analyst') THEN
    CREATE ROLE psr_analyst NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;  -- roles belong to the whole server: another database's migration was quicker
END $$;
GRANT USAGE ON SCHEMA psr_analytics TO psr_analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA psr_analytics TO psr_analyst;
GRANT EXECUTE ON FUNCTION psr_analytics.statistics TO psr_analyst;
"""

DOWN = """
DROP SCHEMA psr_analytics CASCADE;
DROP TABLE psr_settings;
DO $$ BEGIN
  IF NOT EXISTS (
    SELECT FROM pg_auth_members
    WHERE roleid = 'psr_analyst'::regrole AND member <> current_user::regrole
  ) THEN
    DROP ROLE psr_analyst;
  END IF;
EXCEPTION WHEN dependent_objects_still_exist OR undefined_object THEN
  NULL;  -- another database of this server still grants it something
END $$;
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the settings row with a fresh pseudonym key, the views and the role."""
    db.execute_sql(SETTINGS)
    db.execute_sql(
        "INSERT INTO psr_settings (pseudonym_inner, pseudonym_outer) VALUES (%s, %s)", _hmac_pads()
    )
    db.execute_sql("CREATE SCHEMA psr_analytics")
    db.execute_sql("COMMENT ON SCHEMA psr_analytics IS 'What analysts read; see docs/psr.md.'")
    db.execute_sql(STATISTICS)
    for name, (grouped_by, keys) in VIEWS.items():
        _create_view(db, name, grouped_by, keys)
    db.execute_sql(RATINGS)
    db.execute_sql(ROLE)


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop all of it, and the role unless somebody still uses it."""
    db.execute_sql(DOWN)


def _hmac_pads() -> tuple[bytes, bytes]:
    key = secrets.token_bytes(64)
    return bytes(byte ^ 0x36 for byte in key), bytes(byte ^ 0x5C for byte in key)


def _create_view(db: PostgresqlDatabase, name: str, grouped_by: str, keys: tuple[str, ...]) -> None:
    columns = {key: KEYS[key] for key in keys} | MEASURES
    db.execute_sql(
        f"CREATE VIEW psr_analytics.{name} AS SELECT {', '.join(columns)} "
        f"FROM psr_analytics.statistics('{grouped_by}')"
    )
    db.execute_sql(
        f"COMMENT ON VIEW psr_analytics.{name} IS %s",
        (f"Ratings grouped by {' and '.join(keys)}.",),
    )
    for column, comment in columns.items():
        db.execute_sql(f"COMMENT ON COLUMN psr_analytics.{name}.{column} IS %s", (comment,))
