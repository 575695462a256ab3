# SPDX-License-Identifier: Apache-2.0
"""The service's tables: ratings, impressions, the exposures that triggers keep, and settings.

An exposure is a person, a prompt and a UTC day on which the question was shown, however often.
The triggers record it in the transaction of the impression or the rating itself, so the statistics
are never late, and erasing a person's impressions and ratings erases their exposures.
Finding the exposures in the impressions at each look would take longer than counting them.
"""

from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe

# The indexes psr_ratings_* and psr_exposures_* have every column that the statistics read, so the
# tables themselves, with their notes, are not read, and nothing is sorted.
RATINGS = """
CREATE TABLE public.psr_ratings (
  id         uuid PRIMARY KEY,
  owner_id   uuid NOT NULL,
  prompt_id  uuid NOT NULL,
  version    text CHECK (char_length(version) <= 64),
  rating     smallint NOT NULL CHECK (rating BETWEEN 1 AND 5),
  -- PostgreSQL counts code points, a person counts what they see. In ASCII the two are one;
  -- elsewhere 16 code points per character suffice for flags and families.
  note       text CHECK (
    char_length(note) <= CASE octet_length(note) WHEN char_length(note) THEN 280 ELSE 16 * 280 END
  ),
  source     text NOT NULL CHECK (source IN ('copy', 'duplicate', 'manual', 'other')),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  trace_id   text CHECK (trace_id ~ '^[0-9a-f]{32}$'),
  day        date NOT NULL GENERATED ALWAYS AS ((created_at AT TIME ZONE 'UTC')::date) STORED
);
CREATE UNIQUE INDEX psr_ratings_once_a_day ON public.psr_ratings (owner_id, prompt_id, day)
  INCLUDE (version, source, rating);
CREATE INDEX psr_ratings_prompt ON public.psr_ratings (prompt_id, owner_id)
  INCLUDE (day, version, source, rating);
CREATE INDEX psr_ratings_version ON public.psr_ratings (prompt_id, version, owner_id)
  INCLUDE (day, source, rating);
CREATE INDEX psr_ratings_day ON public.psr_ratings (day, owner_id)
  INCLUDE (prompt_id, version, source, rating);
"""

RATINGS_COLUMNS = {
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

IMPRESSIONS = """
CREATE TABLE public.psr_impressions (
  id           uuid PRIMARY KEY,
  owner_id     uuid NOT NULL,
  prompt_id    uuid NOT NULL,
  version      text CHECK (char_length(version) <= 64),
  source       text NOT NULL CHECK (source IN ('copy', 'duplicate', 'manual', 'other')),
  shown_at     timestamptz NOT NULL DEFAULT now(),
  dismissed_at timestamptz,
  day          date NOT NULL GENERATED ALWAYS AS ((shown_at AT TIME ZONE 'UTC')::date) STORED
);
CREATE INDEX psr_impressions_owner ON public.psr_impressions (owner_id, day);
CREATE UNIQUE INDEX psr_impressions_once_a_day
  ON public.psr_impressions (owner_id, prompt_id, day);
"""

IMPRESSIONS_COLUMNS = {
    "id": "Identifies the impression; a client that retries sends the same one.",
    "owner_id": "Who was asked, from the session. Personal data.",
    "prompt_id": "Which prompt the question was about.",
    "version": "The prompt's version when the question was shown.",
    "source": "What led to the question: copy, duplicate, manual or other.",
    "shown_at": "When the question appeared.",
    "dismissed_at": "When it was closed without an answer; null if it was not.",
    "day": "The UTC day of shown_at; part of the frequency cap.",
}

# A rating without an impression has a row as well, not shown: whichever of the two comes first
# makes the row, the other finds it, and two that come at once wait for each other.
EXPOSURES = """
CREATE TABLE public.psr_exposures (
  owner_id  uuid NOT NULL,
  prompt_id uuid NOT NULL,
  day       date NOT NULL,
  version   text,
  source    text,
  shown     boolean NOT NULL,
  dismissed boolean NOT NULL,
  answered  boolean NOT NULL,
  PRIMARY KEY (owner_id, prompt_id, day) INCLUDE (version, source, shown, answered)
);
CREATE INDEX psr_exposures_prompt ON public.psr_exposures (prompt_id, owner_id)
  INCLUDE (day, version, source, answered) WHERE shown;
CREATE INDEX psr_exposures_version ON public.psr_exposures (prompt_id, version, owner_id)
  INCLUDE (day, source, answered) WHERE shown;
CREATE INDEX psr_exposures_day ON public.psr_exposures (day, owner_id)
  INCLUDE (prompt_id, version, source, answered, dismissed) WHERE shown;
"""

EXPOSURES_COLUMNS = {
    "owner_id": "Who was asked, or rated unasked. Personal data.",
    "prompt_id": "Which prompt the question was about.",
    "day": "The UTC day.",
    "version": "The prompt's version when the question was first shown; null if it was not.",
    "source": "What led to the question when it was first shown; null if it was not.",
    "shown": "Whether the question was shown: only then is it an exposure.",
    "dismissed": "Whether it was closed without an answer, once at least.",
    "answered": "Whether the owner rated the prompt on that day.",
}

SAME_DAY = "(owner_id, prompt_id, day) = (OLD.owner_id, OLD.prompt_id, OLD.day)"

RECOMPUTE = """
  INSERT INTO public.psr_exposures
  SELECT DISTINCT ON (owner_id, prompt_id, day)
    owner_id, prompt_id, day, i.version, i.source, i.id IS NOT NULL,
    coalesce(
      bool_or(i.dismissed_at IS NOT NULL) OVER (PARTITION BY owner_id, prompt_id, day), false
    ),
    r.id IS NOT NULL
  FROM public.psr_impressions i FULL JOIN public.psr_ratings r USING (owner_id, prompt_id, day)
  {where}
  ORDER BY owner_id, prompt_id, day, i.shown_at, i.id;"""

# SECURITY DEFINER: a role that may write ratings needs no right to the exposures. Only pg_catalog
# is searched: another role's operator in public would run as the owner.
TRIGGERS = f"""
CREATE FUNCTION public.psr_record_exposure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.psr_exposures AS known
  VALUES (NEW.owner_id, NEW.prompt_id, NEW.day, NEW.version, NEW.source,
    true, NEW.dismissed_at IS NOT NULL, false)
  ON CONFLICT (owner_id, prompt_id, day) DO UPDATE SET
    version = CASE WHEN known.shown THEN known.version ELSE excluded.version END,
    source = CASE WHEN known.shown THEN known.source ELSE excluded.source END,
    shown = true,
    dismissed = known.dismissed OR excluded.dismissed;
  RETURN NULL;
END $$;

CREATE FUNCTION public.psr_record_answer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.psr_exposures AS known
  VALUES (NEW.owner_id, NEW.prompt_id, NEW.day, NULL, NULL, false, false, true)
  ON CONFLICT (owner_id, prompt_id, day) DO UPDATE SET answered = true;
  RETURN NULL;
END $$;

CREATE FUNCTION public.psr_recompute_exposure() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  -- Locked first: what a concurrent transaction is just adding is then there to be seen.
  PERFORM FROM public.psr_exposures
  WHERE {SAME_DAY} FOR UPDATE;
  DELETE FROM public.psr_exposures
  WHERE {SAME_DAY};
  {RECOMPUTE.format(where=f"WHERE {SAME_DAY}").lstrip()}
  RETURN NULL;
END $$;

CREATE FUNCTION public.psr_recompute_all_exposures() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  TRUNCATE public.psr_exposures;
  {RECOMPUTE.format(where="").lstrip()}
  RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION public.psr_record_exposure, public.psr_record_answer,
  public.psr_recompute_exposure, public.psr_recompute_all_exposures FROM PUBLIC;
CREATE TRIGGER psr_record_exposure AFTER INSERT OR UPDATE ON public.psr_impressions
FOR EACH ROW EXECUTE FUNCTION public.psr_record_exposure();
CREATE TRIGGER psr_record_answer AFTER INSERT ON public.psr_ratings
FOR EACH ROW EXECUTE FUNCTION public.psr_record_answer();
CREATE TRIGGER psr_recompute_exposure AFTER DELETE ON public.psr_impressions
FOR EACH ROW EXECUTE FUNCTION public.psr_recompute_exposure();
CREATE TRIGGER psr_recompute_exposure AFTER DELETE ON public.psr_ratings
FOR EACH ROW EXECUTE FUNCTION public.psr_recompute_exposure();
CREATE TRIGGER psr_recompute_all_exposures AFTER TRUNCATE ON public.psr_impressions
FOR EACH STATEMENT EXECUTE FUNCTION public.psr_recompute_all_exposures();
CREATE TRIGGER psr_recompute_all_exposures AFTER TRUNCATE ON public.psr_ratings
FOR EACH STATEMENT EXECUTE FUNCTION public.psr_recompute_all_exposures();
"""  # noqa: S608 - statements of our own

SETTINGS = """
CREATE TABLE public.psr_settings (
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

DOWN = """
DROP TABLE public.psr_settings, public.psr_exposures, public.psr_impressions, public.psr_ratings;
DROP FUNCTION public.psr_record_exposure, public.psr_record_answer,
  public.psr_recompute_exposure, public.psr_recompute_all_exposures;
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the tables and the triggers, and describe them."""
    for statements in (RATINGS, IMPRESSIONS, SETTINGS, EXPOSURES, TRIGGERS):
        db.execute_sql(statements)
    describe(
        db,
        "TABLE public.psr_ratings",
        "Prompt Satisfaction Ratings: at most one per owner, prompt and UTC day.",
        RATINGS_COLUMNS,
    )
    describe(
        db,
        "TABLE public.psr_impressions",
        "One row each time that the question was shown to a person.",
        IMPRESSIONS_COLUMNS,
    )
    describe(
        db,
        "TABLE public.psr_exposures",
        "One row per owner, prompt and UTC day: what became of the question. Kept by triggers.",
        EXPOSURES_COLUMNS,
    )
    describe(
        db,
        "TABLE public.psr_settings",
        "One row: what the views of psr_analytics depend on. Analysts cannot read it.",
        SETTINGS_COLUMNS,
    )


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop the tables, and with them every rating."""
    db.execute_sql(DOWN)
