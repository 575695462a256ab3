# SPDX-License-Identifier: Apache-2.0
"""Askings, kept as they happen: to find them in the impressions takes longer than to count them.

An asking is a person, a prompt and a UTC day on which the question was shown, however often.
The triggers keep them in the transaction of the impression or the rating itself, so the statistics
are never late, and erasing somebody's impressions and ratings erases their askings.
"""

from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe

# A rating that nobody asked for has a row as well, not shown: whichever of the two comes first
# makes the row, the other finds it, and two that come at once wait for each other.
TABLE = """
CREATE TABLE psr_askings (
  owner_id  uuid NOT NULL,
  prompt_id uuid NOT NULL,
  day       date NOT NULL,
  version   text,
  source    text,
  shown     boolean NOT NULL,
  dismissed boolean NOT NULL,
  answered  boolean NOT NULL,
  -- With what is counted, so that the table itself need not be read.
  PRIMARY KEY (owner_id, prompt_id, day) INCLUDE (version, source, shown, answered)
);
"""

MAKE = """
INSERT INTO psr_askings
SELECT DISTINCT ON (owner_id, prompt_id, day)
  owner_id, prompt_id, day, i.version, i.source, i.id IS NOT NULL,
  coalesce(
    bool_or(i.dismissed_at IS NOT NULL) OVER (PARTITION BY owner_id, prompt_id, day), false
  ),
  r.id IS NOT NULL
FROM psr_impressions i FULL JOIN psr_ratings r USING (owner_id, prompt_id, day)
{where}
ORDER BY owner_id, prompt_id, day, i.shown_at, i.id
"""

COLUMNS = {
    "owner_id": "Who was asked, or rated unasked. Personal data.",
    "prompt_id": "Which prompt the question was about.",
    "day": "The UTC day.",
    "version": "The prompt's version when the question was first shown; null if it was not.",
    "source": "What led to the question when it was first shown; null if it was not.",
    "shown": "Whether the question was shown: only then is it an asking.",
    "dismissed": "Whether it was closed without an answer, once at least.",
    "answered": "Whether the owner rated the prompt on that day.",
}

# SECURITY DEFINER: whoever may write ratings needs no right to the askings.
TRIGGERS = f"""
CREATE FUNCTION psr_keep_showing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO psr_askings AS known
  VALUES (NEW.owner_id, NEW.prompt_id, NEW.day, NEW.version, NEW.source,
    true, NEW.dismissed_at IS NOT NULL, false)
  ON CONFLICT (owner_id, prompt_id, day) DO UPDATE SET
    version = CASE WHEN known.shown THEN known.version ELSE excluded.version END,
    source = CASE WHEN known.shown THEN known.source ELSE excluded.source END,
    shown = true,
    dismissed = known.dismissed OR excluded.dismissed;
  RETURN NULL;
END $$;

CREATE FUNCTION psr_keep_answer() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO psr_askings AS known
  VALUES (NEW.owner_id, NEW.prompt_id, NEW.day, NULL, NULL, false, false, true)
  ON CONFLICT (owner_id, prompt_id, day) DO UPDATE SET answered = true;
  RETURN NULL;
END $$;

CREATE FUNCTION psr_keep_less() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- Locked first: what somebody else is just adding is then there to be seen.
  PERFORM FROM psr_askings
  WHERE (owner_id, prompt_id, day) = (OLD.owner_id, OLD.prompt_id, OLD.day) FOR UPDATE;
  DELETE FROM psr_askings
  WHERE (owner_id, prompt_id, day) = (OLD.owner_id, OLD.prompt_id, OLD.day);
  {MAKE.format(where="WHERE (owner_id, prompt_id, day) = (OLD.owner_id, OLD.prompt_id, OLD.day)")};
  RETURN NULL;
END $$;

CREATE FUNCTION psr_keep_rest() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  TRUNCATE psr_askings;
  {MAKE.format(where="")};
  RETURN NULL;
END $$;

REVOKE ALL ON FUNCTION psr_keep_showing, psr_keep_answer, psr_keep_less, psr_keep_rest FROM PUBLIC;
CREATE TRIGGER psr_keep_showing AFTER INSERT OR UPDATE ON psr_impressions
FOR EACH ROW EXECUTE FUNCTION psr_keep_showing();
CREATE TRIGGER psr_keep_answer AFTER INSERT ON psr_ratings
FOR EACH ROW EXECUTE FUNCTION psr_keep_answer();
CREATE TRIGGER psr_keep_less AFTER DELETE ON psr_impressions
FOR EACH ROW EXECUTE FUNCTION psr_keep_less();
CREATE TRIGGER psr_keep_less AFTER DELETE ON psr_ratings
FOR EACH ROW EXECUTE FUNCTION psr_keep_less();
CREATE TRIGGER psr_keep_rest AFTER TRUNCATE ON psr_impressions
FOR EACH STATEMENT EXECUTE FUNCTION psr_keep_rest();
CREATE TRIGGER psr_keep_rest AFTER TRUNCATE ON psr_ratings
FOR EACH STATEMENT EXECUTE FUNCTION psr_keep_rest();
"""  # noqa: S608 - statements of our own

DOWN = """
DROP TRIGGER psr_keep_rest ON psr_ratings;
DROP TRIGGER psr_keep_rest ON psr_impressions;
DROP TRIGGER psr_keep_less ON psr_ratings;
DROP TRIGGER psr_keep_less ON psr_impressions;
DROP TRIGGER psr_keep_answer ON psr_ratings;
DROP TRIGGER psr_keep_showing ON psr_impressions;
DROP FUNCTION psr_keep_rest, psr_keep_less, psr_keep_answer, psr_keep_showing;
DROP TABLE psr_askings;
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the table out of what there is, and keep it from now on."""
    db.execute_sql("LOCK TABLE psr_impressions, psr_ratings IN SHARE ROW EXCLUSIVE MODE")
    db.execute_sql(TABLE)
    db.execute_sql(MAKE.format(where=""))
    db.execute_sql(TRIGGERS)
    describe(
        db,
        "TABLE psr_askings",
        "One row an owner, prompt and UTC day: what became of the question. Kept by triggers.",
        COLUMNS,
    )


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop the table; the impressions and ratings that it was made of stay."""
    db.execute_sql(DOWN)
