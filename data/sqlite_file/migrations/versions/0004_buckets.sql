-- Version 3 → 4: progress of the rollups by bucket of extruders (data/shards.py) instead of for all.
ALTER TABLE rollup_progress RENAME COLUMN shard TO bucket;
INSERT INTO rollup_progress
    WITH RECURSIVE buckets (bucket) AS (
        SELECT 0 UNION ALL SELECT bucket + 1 FROM buckets WHERE bucket < 63)
    SELECT bucket, coalesce((SELECT seq FROM rollup_progress WHERE bucket = 0), 0) FROM buckets
    WHERE true ON CONFLICT DO NOTHING;
