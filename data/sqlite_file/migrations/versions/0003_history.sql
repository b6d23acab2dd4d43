-- Version 2 → 3: rollups, and what the history of malfunctions needs.
ALTER TABLE malfunctions ADD COLUMN product INTEGER NOT NULL DEFAULT 0;
ALTER TABLE malfunctions ADD COLUMN hours REAL NOT NULL DEFAULT 0;
UPDATE malfunctions SET product = coalesce(json_extract(document, '$.product'), 0),
    hours = coalesce(json_extract(document, '$.scrap.hours'), 0);
-- Holds all that tables and sums of the history need: what lies behind `document` is far away.
CREATE INDEX malfunctions_by_onset
    ON malfunctions (onset, extruder, ended, stage, cause, product, hours, kg, money);
CREATE INDEX malfunctions_by_extruder_onset ON malfunctions (extruder, onset);
CREATE INDEX malfunctions_lasting ON malfunctions (extruder, onset) WHERE ended IS NULL;
ALTER TABLE malfunction_actions ADD COLUMN attachment_name TEXT NOT NULL DEFAULT '';
ALTER TABLE malfunction_actions ADD COLUMN attachment TEXT NOT NULL DEFAULT '';
CREATE INDEX alarm_events_by_extruder ON alarm_events (extruder, ts);

-- Readings of a minute or an hour (UTC), one row per extruder: `signals` holds 16 bytes per slot as
-- data/rollups.py says: min, max, mean (float32), count of readings, count of bad ones (uint16).
CREATE TABLE minute_rollups (
    extruder INTEGER NOT NULL,
    ts       INTEGER NOT NULL,
    signals  BLOB NOT NULL,
    PRIMARY KEY (extruder, ts)
) WITHOUT ROWID;
CREATE TABLE hour_rollups (
    extruder INTEGER NOT NULL,
    ts       INTEGER NOT NULL,
    signals  BLOB NOT NULL,
    PRIMARY KEY (extruder, ts)
) WITHOUT ROWID;
-- The rollups of a shard hold every reading up to `seq`, each once.
CREATE TABLE rollup_progress (shard INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
-- What people wrote on trends: a note, or a golden run. Extruder 0 is the plant, signal '' all.
-- One that was removed is kept.
CREATE TABLE annotations (
    id         TEXT PRIMARY KEY,
    ts         INTEGER NOT NULL,
    who        TEXT NOT NULL,
    kind       TEXT NOT NULL,
    extruder   INTEGER NOT NULL,
    signal     TEXT NOT NULL,
    product    INTEGER NOT NULL,
    start      INTEGER NOT NULL,
    "end"      INTEGER NOT NULL,
    text       TEXT NOT NULL,
    removed    INTEGER,
    removed_by TEXT NOT NULL DEFAULT ''
);
CREATE INDEX annotations_by_start ON annotations (start);
-- What a frame looks like, for finding similar ones: packed as data/fingerprint.py says.
CREATE TABLE frame_prints (
    malfunction TEXT PRIMARY KEY,
    extruder    INTEGER NOT NULL,
    product     INTEGER NOT NULL,
    onset       INTEGER NOT NULL,
    blob        BLOB NOT NULL
);
CREATE INDEX frame_prints_by_onset ON frame_prints (onset);
