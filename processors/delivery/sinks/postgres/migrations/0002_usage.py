# SPDX-License-Identifier: Apache-2.0
"""What analysts see of events: how often each happened, and how long it took.

Counted as events are stored, in the same transaction: a period's figures then cost hundreds of
rows instead of a million events, and remain when the events themselves are gone.
They hold no owner, no session and no prompt.
"""

from typing import Any

from peewee import PostgresqlDatabase

from service_kit.postgres.migrations import describe, drop_unused_role, ensure_role

ROLE = "psr_analyst"

TABLES = """
CREATE TABLE public.telemetry_hours (
  hour  timestamptz NOT NULL,
  event text NOT NULL,
  n     bigint NOT NULL,
  PRIMARY KEY (hour, event)
);
CREATE TABLE public.telemetry_latencies (
  day        date NOT NULL,
  event      text NOT NULL,
  latency_ms integer NOT NULL,
  n          bigint NOT NULL,
  PRIMARY KEY (day, event, latency_ms)
);
"""

# Both in the order of their keys: replicas that count at once then wait, and never deadlock.
COUNT = """
INSERT INTO public.telemetry_hours AS known (hour, event, n)
SELECT date_trunc('hour', ts, 'UTC'), event, count(*)
FROM {events} GROUP BY 1, 2 ORDER BY 1, 2
ON CONFLICT (hour, event) DO UPDATE SET n = known.n + excluded.n;

INSERT INTO public.telemetry_latencies AS known (day, event, latency_ms, n)
SELECT
  (ts AT TIME ZONE 'UTC')::date, event,
  CASE WHEN latency < 100 THEN latency ELSE round(latency, 1 - floor(log(latency))::integer) END,
  count(*)
FROM {events}, CAST(payload -> 'latency_ms' AS numeric) AS latency
WHERE latency IS NOT NULL GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
ON CONFLICT (day, event, latency_ms) DO UPDATE SET n = known.n + excluded.n;
"""

# SECURITY DEFINER: a role that may store events needs no right to the counts. Only pg_catalog is
# searched: another role's operator in public would run as the owner.
TRIGGER = f"""
CREATE FUNCTION public.telemetry_count_events() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
{COUNT.format(events="stored")}
RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION public.telemetry_count_events FROM PUBLIC;
CREATE TRIGGER telemetry_count_events AFTER INSERT ON public.telemetry_events
REFERENCING NEW TABLE AS stored
FOR EACH STATEMENT EXECUTE FUNCTION public.telemetry_count_events();
"""

VIEWS = """
CREATE SCHEMA telemetry_analytics;
COMMENT ON SCHEMA telemetry_analytics IS 'What analysts read of product events.';
CREATE VIEW telemetry_analytics.hourly AS SELECT hour, event, n FROM public.telemetry_hours;
CREATE VIEW telemetry_analytics.latencies AS
SELECT day, event, latency_ms, n FROM public.telemetry_latencies;
"""

GRANTS = f"""
GRANT USAGE ON SCHEMA telemetry_analytics TO {ROLE};
GRANT SELECT ON ALL TABLES IN SCHEMA telemetry_analytics TO {ROLE};
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
DROP TRIGGER telemetry_count_events ON public.telemetry_events;
DROP FUNCTION public.telemetry_count_events;
DROP TABLE public.telemetry_latencies;
DROP TABLE public.telemetry_hours;
"""


def up(migrator: Any, db: PostgresqlDatabase) -> None:
    """Create the counts, count what is stored already, and let analysts read."""
    db.execute_sql(TABLES)
    db.execute_sql(TRIGGER)
    db.execute_sql(COUNT.format(events="public.telemetry_events"))
    db.execute_sql(VIEWS)
    ensure_role(db, ROLE)
    db.execute_sql(GRANTS)
    for relation in ("TABLE public.telemetry_hours", "VIEW telemetry_analytics.hourly"):
        describe(db, relation, "How often each event happened, hour by hour.", HOURS)
    for relation in ("TABLE public.telemetry_latencies", "VIEW telemetry_analytics.latencies"):
        describe(db, relation, "How often each latency was measured, day by day.", LATENCIES)


def down(migrator: Any, db: PostgresqlDatabase) -> None:
    """Drop the counts and, where nothing else uses it, the role.

    Counts of days whose events are gone cannot be made again.
    """
    db.execute_sql(DOWN)
    drop_unused_role(db, ROLE)
