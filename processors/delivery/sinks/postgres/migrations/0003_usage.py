# SPDX-License-Identifier: Apache-2.0
"""What analysts see of events: how often each happened, and how long it took.

Counted as events are stored, in the same transaction: a period's figures then cost hundreds of
rows instead of a million events, and remain when the events themselves are gone.
Nobody is in them: no owner, no session, no prompt.
"""

from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe

TABLES = """
CREATE TABLE telemetry_hours (
  hour  timestamptz NOT NULL,
  event text NOT NULL,
  n     bigint NOT NULL,
  PRIMARY KEY (hour, event)
);
CREATE TABLE telemetry_latencies (
  day        date NOT NULL,
  event      text NOT NULL,
  latency_ms integer NOT NULL,
  n          bigint NOT NULL,
  PRIMARY KEY (day, event, latency_ms)
);
"""

# Both in the order of their keys: replicas that count at once then wait, and never deadlock.
COUNT = """
INSERT INTO telemetry_hours AS known (hour, event, n)
SELECT date_trunc('hour', ts, 'UTC'), event, count(*)
FROM {events} GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (hour, event) DO UPDATE SET n = known.n + excluded.n;

INSERT INTO telemetry_latencies AS known (day, event, latency_ms, n)
SELECT
  (ts AT TIME ZONE 'UTC')::date, event,
  CASE WHEN latency < 100 THEN latency ELSE round(latency, 1 - floor(log(latency))::integer) END,
  count(*)
FROM {events}, CAST(payload -> 'latency_ms' AS numeric) AS latency
WHERE latency IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (day, event, latency_ms) DO UPDATE SET n = known.n + excluded.n;
"""

# SECURITY DEFINER: whoever may store events needs no right to the counts.
TRIGGER = f"""
CREATE FUNCTION telemetry_count_events() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
{COUNT.format(events="stored")}
RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION telemetry_count_events FROM PUBLIC;
CREATE TRIGGER telemetry_count_events AFTER INSERT ON telemetry_events
REFERENCING NEW TABLE AS stored
FOR EACH STATEMENT EXECUTE FUNCTION telemetry_count_events();
"""

VIEWS = """
CREATE SCHEMA telemetry_analytics;
COMMENT ON SCHEMA telemetry_analytics IS 'What analysts read of product events.';
CREATE VIEW telemetry_analytics.hourly AS SELECT hour, event, n FROM telemetry_hours;
CREATE VIEW telemetry_analytics.latencies AS
SELECT day, event, latency_ms, n FROM telemetry_latencies;
"""

# Also in psr_service's migrations: whichever runs first makes the role.
GRANTS = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'psr_analyst') THEN
    CREATE ROLE psr_analyst NOLOGIN;
  END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
  NULL;  -- roles belong to the whole server: another database's migration was quicker
END $$;
GRANT USAGE ON SCHEMA telemetry_analytics TO psr_analyst;
GRANT SELECT ON ALL TABLES IN SCHEMA telemetry_analytics TO psr_analyst;
"""

HOURS = {
    "hour": "When the hour begins, UTC.",
    "event": "The event's name in the catalog.",
    "n": "Events of this name that happened in this hour.",
}

LATENCIES = {
    "day": "The UTC day.",
    "event": "The event's name in the catalog.",
    "latency_ms": "How long the action took, in milliseconds; from 100 on to two digits.",
    "n": "Events of this name, day and latency.",
}

DOWN = """
DROP SCHEMA telemetry_analytics CASCADE;
DROP TRIGGER telemetry_count_events ON telemetry_events;
DROP FUNCTION telemetry_count_events;
DROP TABLE telemetry_latencies;
DROP TABLE telemetry_hours;
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the counts, count what is stored already, and let analysts read."""
    db.execute_sql(TABLES)
    db.execute_sql(TRIGGER)
    db.execute_sql(COUNT.format(events="telemetry_events"))
    db.execute_sql(VIEWS)
    db.execute_sql(GRANTS)
    for relation in ("TABLE telemetry_hours", "VIEW telemetry_analytics.hourly"):
        describe(db, relation, "How often each event happened, hour by hour.", HOURS)
    for relation in ("TABLE telemetry_latencies", "VIEW telemetry_analytics.latencies"):
        describe(db, relation, "How often each latency was measured, day by day.", LATENCIES)


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop the counts; those of days whose events are gone cannot be made again."""
    db.execute_sql(DOWN)
