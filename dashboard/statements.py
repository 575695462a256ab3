# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 - what is put together here is our own
"""The SQL behind the panels: over views and their functions only, one statement per panel.

It is shown to whoever looks at a panel, so it is written to be read.
"""

from typing import Final

FILTERS: Final = """
  since => %(since)s, until => %(until)s,
  one_prompt => %(prompt_id)s, one_version => %(version)s, one_source => %(source)s
"""

SUMMARY: Final = f"""
SELECT n, owners, suppressed, mean, mean_low, mean_high,
  top_box, top_box_low, top_box_high, asked, answered, response_rate
FROM psr_analytics.statistics('all',{FILTERS})
"""

RATINGS: Final = f"""
SELECT day, n, owners, suppressed, mean, mean_low, mean_high, top_box
FROM psr_analytics.statistics('day',{FILTERS})
WHERE n > 0
ORDER BY day
"""

DISTRIBUTION: Final = f"""
SELECT stars.stars, stars.n, stars.n / s.n::float8 AS share
FROM psr_analytics.statistics('all',{FILTERS}) s,
  LATERAL (VALUES (5, stars_5), (4, stars_4), (3, stars_3), (2, stars_2), (1, stars_1))
    AS stars (stars, n)
WHERE NOT s.suppressed
"""

PROMPTS: Final = f"""
SELECT prompt_id, n, owners, suppressed, shrunk_mean, mean, mean_low, mean_high,
  top_box, response_rate
FROM psr_analytics.statistics('prompt',{FILTERS})
WHERE n > 0
ORDER BY shrunk_mean DESC NULLS LAST, n DESC, prompt_id
LIMIT 1000
"""

VERSIONS: Final = f"""
SELECT prompt_id, version, n, owners, suppressed, mean, mean_low, mean_high, top_box
FROM psr_analytics.statistics('version',{FILTERS})
WHERE n > 0
ORDER BY sum(n) OVER (PARTITION BY prompt_id) DESC, prompt_id, version
LIMIT 1000
"""

RESPONSES: Final = f"""
SELECT day, asked, suppressed, answered, dismissed, response_rate
FROM psr_analytics.responses({FILTERS})
ORDER BY day
"""

EVENTS: Final = """
SELECT date_trunc(%(step)s, hour, 'UTC') AS time, event, sum(n)::bigint AS n
FROM telemetry_analytics.hourly
WHERE (hour AT TIME ZONE 'UTC')::date BETWEEN %(since)s AND %(until)s
GROUP BY time, event
ORDER BY time, event
"""

LATENCIES: Final = """
SELECT event, max(total)::bigint AS n,
  min(latency_ms) FILTER (WHERE running >= 0.50 * total) AS p50,
  min(latency_ms) FILTER (WHERE running >= 0.95 * total) AS p95,
  min(latency_ms) FILTER (WHERE running >= 0.99 * total) AS p99
FROM (
  SELECT event, latency_ms,
    sum(sum(n)) OVER (PARTITION BY event ORDER BY latency_ms) AS running,
    sum(sum(n)) OVER (PARTITION BY event) AS total
  FROM telemetry_analytics.latencies
  WHERE day BETWEEN %(since)s AND %(until)s
  GROUP BY event, latency_ms
) AS measured
GROUP BY event
ORDER BY n DESC, event
"""
