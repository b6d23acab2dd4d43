-- Progress of the rollups by bucket of extruders (data/shards.py) instead of for all of them.
ALTER TABLE rollup_progress RENAME COLUMN shard TO bucket;
INSERT INTO rollup_progress
    SELECT bucket, coalesce((SELECT seq FROM rollup_progress WHERE bucket = 0), 0)
    FROM generate_series(0, 63) AS bucket
ON CONFLICT DO NOTHING;
