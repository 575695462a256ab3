-- What the dashboard's bench looks at: a million events of a week, and 200,000 impressions of a month
-- that led to 100,000 ratings, by 10,000 people, of 500 prompts, a few of which are used most.
SELECT setseed(0.5);

WITH moments AS MATERIALIZED (
  SELECT now() - 29 * random() * interval '1 day' AS at FROM generate_series(1, 200000)
)
INSERT INTO psr_impressions (id, owner_id, prompt_id, version, source, shown_at, dismissed_at)
SELECT gen_random_uuid(),
  md5('owner' || floor(10000 * random()))::uuid,
  md5('prompt' || floor(500 * random() ^ 2))::uuid,
  'v' || floor(1 + 3 * random()),
  (ARRAY['copy', 'duplicate', 'manual', 'other'])[floor(1 + 4 * random() ^ 2)],
  at, CASE WHEN random() < 0.3 THEN at + interval '5 seconds' END
FROM moments;

INSERT INTO psr_ratings (id, owner_id, prompt_id, version, rating, source, created_at)
SELECT DISTINCT ON (owner_id, prompt_id, day) id, owner_id, prompt_id, version,
  floor(1 + 5 * random() ^ 0.5), source, shown_at
FROM psr_impressions WHERE dismissed_at IS NULL LIMIT 100000;

WITH moments AS MATERIALIZED (
  SELECT now() - 6.9 * random() * interval '1 day' AS at FROM generate_series(1, 1000000)
)
INSERT INTO telemetry_events (id, owner_id, event, payload, ts, received_at)
SELECT gen_random_uuid(), md5('owner' || floor(10000 * random()))::uuid,
  (ARRAY['prompt_copied', 'vault.search_performed', 'vault.filtered_collection', 'prompts.create',
    'prompts.update', 'tags.added', 'models.selected', 'auth.login.success', 'auth.logout',
    'share.created', 'export.requested', 'import.completed'])[floor(1 + 12 * random() ^ 2)],
  jsonb_build_object('latency_ms', floor(5 + 400 * random() ^ 3 + 2000 * random() ^ 10)),
  at, now()
FROM moments;
