\set owner random(0, 99)
\set prompt random(0, 999)
\set stars random(1, 5)
INSERT INTO psr_ratings
  (id, owner_id, prompt_id, version, rating, note, source, created_at, updated_at, trace_id)
VALUES
  (gen_random_uuid(), ('00000000-0000-4000-9000-' || lpad(to_hex(:owner), 12, '0'))::uuid,
   ('00000000-0000-4000-8000-' || lpad(to_hex(:prompt), 12, '0'))::uuid, 'v2.1', :stars,
   'cut it from 1200 to 300 words, and that was too short', 'copy', now(), now(),
   '4bf92f3577b34da6a3ce929d0e0e4736')
ON CONFLICT (owner_id, prompt_id, day) DO UPDATE SET
  rating = EXCLUDED.rating, note = EXCLUDED.note, version = EXCLUDED.version,
  source = EXCLUDED.source, updated_at = EXCLUDED.updated_at, trace_id = EXCLUDED.trace_id
RETURNING id;
