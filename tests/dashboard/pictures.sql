-- A month that could have been: a dozen prompts, some loved and some not, one of which got better
-- with its second version and one that almost nobody rated.
SELECT setseed(0.2);

CREATE TEMPORARY TABLE prompts AS
SELECT md5('prompt' || n)::uuid AS id, n,
  4.4 - 0.17 * n AS liking, -- the mean that its ratings will be about
  (120 / (n + 2))::int AS a_day -- how often it is shown
FROM generate_series(1, 12) n;

INSERT INTO psr_impressions (id, owner_id, prompt_id, version, source, shown_at, dismissed_at)
SELECT gen_random_uuid(), md5('owner' || floor(300 * random()))::uuid, p.id,
  CASE WHEN day < 15 THEN 'v2' ELSE 'v1' END,
  (ARRAY['copy', 'duplicate', 'manual'])[floor(1 + 3 * random() ^ 2)],
  moment, CASE WHEN random() < 0.4 THEN moment + interval '4 seconds' END
FROM prompts p, generate_series(0, 29) AS day,
  generate_series(1, greatest(1, (a_day * (0.6 + 0.4 * sin(day)))::int)),
  LATERAL (SELECT current_date - day + random() * interval '12 hours' WHERE day >= 0)
    AS moments (moment)
WHERE p.n < 12 OR day IN (4, 9, 20);

INSERT INTO psr_ratings (id, owner_id, prompt_id, version, rating, source, created_at)
SELECT gen_random_uuid(), owner_id, prompt_id, version,
  greatest(1, least(5, round(liking + CASE WHEN p.n = 5 AND version = 'v2' THEN 0.8 ELSE 0 END
    + 1.6 * (random() + random() - 1))))::int,
  source, shown_at + interval '9 seconds'
FROM psr_impressions i JOIN prompts p ON p.id = i.prompt_id
WHERE dismissed_at IS NULL AND random() < 0.7
ON CONFLICT DO NOTHING;

INSERT INTO telemetry_events (id, owner_id, event, payload, ts, received_at)
SELECT gen_random_uuid(), md5('owner' || floor(300 * random()))::uuid, event,
  jsonb_build_object('latency_ms', floor(slow * (0.4 + random() + 4 * random() ^ 12))),
  current_date - day + random() * interval '12 hours', now()
FROM (VALUES ('prompt_copied', 420, 20), ('vault.search_performed', 310, 90),
    ('vault.filtered_collection', 180, 60), ('prompts.update', 90, 140),
    ('prompts.create', 60, 160), ('share.viewed', 45, 30), ('tags.added', 40, 50),
    ('import.completed', 6, 1800)) AS kinds (event, often, slow),
  generate_series(0, 7) AS day,
  generate_series(1, (often * (0.75 + 0.25 * sin(day + often)))::int);
