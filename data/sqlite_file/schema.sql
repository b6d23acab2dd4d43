-- One row per extruder and time holds all its signals as packed little-endian float32 ("values",
-- slot after slot) and one quality byte each (NULL: all good). `seq` is the order of arrival:
-- the worker's watermark. A correction deletes the row and inserts it anew, so it gets a new seq.
CREATE TABLE readings (
    seq      INTEGER PRIMARY KEY AUTOINCREMENT,
    extruder INTEGER NOT NULL,
    ts       INTEGER NOT NULL,
    "values" BLOB NOT NULL,
    quality  BLOB,
    UNIQUE (extruder, ts)
);
-- A retired extruder (active = 0) is no longer shown; `source` delivers its readings. `site` and
-- `line` say where it stands. (One line: as ALTER TABLE left it.)
CREATE TABLE extruders (
    id     INTEGER PRIMARY KEY,
    name   TEXT NOT NULL,
    source TEXT NOT NULL,
    active INTEGER NOT NULL
, site TEXT NOT NULL DEFAULT '', line TEXT NOT NULL DEFAULT '');
CREATE TABLE signals (
    extruder   INTEGER NOT NULL REFERENCES extruders (id),
    slot       INTEGER NOT NULL,
    name       TEXT NOT NULL,
    unit       TEXT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (extruder, slot),
    UNIQUE (extruder, name)
) WITHOUT ROWID;
-- `price_per_kg` is in the plant's currency; 0: nobody has told it. (One line: as ALTER TABLE left it.)
CREATE TABLE products (code INTEGER PRIMARY KEY, name TEXT NOT NULL, price_per_kg REAL NOT NULL DEFAULT 0);
-- Append-only: the set in force is the newest of its extruder and product (0: any product).
CREATE TABLE limit_sets (
    version  INTEGER PRIMARY KEY AUTOINCREMENT,
    ts       INTEGER NOT NULL,
    extruder INTEGER NOT NULL REFERENCES extruders (id),
    product  INTEGER NOT NULL,
    author   TEXT NOT NULL,
    reason   TEXT NOT NULL,
    limits   TEXT NOT NULL
);
-- The revision of migrations/versions that this schema is; `user_version` says it too.
CREATE TABLE alembic_version (
    version_num VARCHAR(32) NOT NULL,
    CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
CREATE TABLE imports (key TEXT PRIMARY KEY, rows INTEGER NOT NULL, done INTEGER NOT NULL);
CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL);
INSERT INTO meta VALUES ('catalogue_version', 0);

-- The journal. Append-only: one row per change of an alarm. `limits` (JSON) were in force then;
-- `command` is the action that changed it, '' for none. A tick that is repeated adds nothing.
CREATE TABLE alarm_events (
    id        INTEGER PRIMARY KEY,
    ts        INTEGER NOT NULL,
    extruder  INTEGER NOT NULL,
    source    TEXT NOT NULL,
    condition TEXT NOT NULL,
    kind      TEXT NOT NULL,
    state     TEXT NOT NULL,
    priority  INTEGER NOT NULL,
    value     REAL,
    "limit"   REAL,
    limits    TEXT NOT NULL,
    who       TEXT NOT NULL,
    comment   TEXT NOT NULL,
    command   TEXT NOT NULL,
    UNIQUE (extruder, source, condition, ts, kind, command)
);
CREATE INDEX alarm_events_by_ts ON alarm_events (ts);
CREATE INDEX alarm_events_by_extruder ON alarm_events (extruder, ts);
-- One row per alarm that is not at rest.
CREATE TABLE alarm_states (alarm TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
-- `document` (JSON) is the whole malfunction, the columns are for SQL: `cause` is what was found,
-- or the most probable before that; `changed` is when it last got a new stage or ended.
CREATE TABLE malfunctions (
    id       TEXT PRIMARY KEY,
    extruder INTEGER NOT NULL,
    onset    INTEGER NOT NULL,
    detected INTEGER NOT NULL,
    ended    INTEGER,
    changed  INTEGER NOT NULL,
    stage    TEXT NOT NULL,
    cause    TEXT NOT NULL,
    kg       REAL NOT NULL,
    money    REAL NOT NULL,
    document TEXT NOT NULL,
    product  INTEGER NOT NULL DEFAULT 0,
    hours    REAL NOT NULL DEFAULT 0
);
CREATE INDEX malfunctions_by_detected ON malfunctions (detected);
CREATE INDEX malfunctions_by_extruder ON malfunctions (extruder, detected);
CREATE INDEX malfunctions_by_changed ON malfunctions (changed);
-- Holds all that tables and sums of the history need: what lies behind `document` is far away.
CREATE INDEX malfunctions_by_onset
    ON malfunctions (onset, extruder, ended, stage, cause, product, hours, kg, money);
CREATE INDEX malfunctions_by_extruder_onset ON malfunctions (extruder, onset);
CREATE INDEX malfunctions_lasting ON malfunctions (extruder, onset) WHERE ended IS NULL;
-- Append-only: what people did about a malfunction.
CREATE TABLE malfunction_actions (
    id          INTEGER PRIMARY KEY,
    malfunction TEXT NOT NULL REFERENCES malfunctions (id),
    ts          INTEGER NOT NULL,
    who         TEXT NOT NULL,
    action      TEXT NOT NULL,
    text        TEXT NOT NULL,
    command     TEXT NOT NULL UNIQUE,
    attachment_name TEXT NOT NULL DEFAULT '',
    attachment  TEXT NOT NULL DEFAULT ''
);
CREATE INDEX malfunction_actions_by_malfunction ON malfunction_actions (malfunction);
-- Readings around a malfunction's onset: `rows` (zlib) holds `count` of them, packed as
-- data/journal/frame_blob.py says; `signals` (JSON) names their slots.
CREATE TABLE frames (
    malfunction TEXT PRIMARY KEY,
    extruder    INTEGER NOT NULL,
    start       INTEGER NOT NULL,
    "end"       INTEGER NOT NULL,
    step_ms     INTEGER NOT NULL,
    signals     TEXT NOT NULL,
    count       INTEGER NOT NULL,
    rows        BLOB NOT NULL
);
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
-- The rollups of a bucket's extruders (data/shards.py) hold every reading up to `seq`, each once.
CREATE TABLE rollup_progress (bucket INTEGER PRIMARY KEY, seq INTEGER NOT NULL);
INSERT INTO rollup_progress
    WITH RECURSIVE buckets (bucket) AS (
        SELECT 0 UNION ALL SELECT bucket + 1 FROM buckets WHERE bucket < 63)
    SELECT bucket, 0 FROM buckets;
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
-- What people asked for; `body` (JSON) is the whole command, `applied` when a tick did it.
CREATE TABLE commands (
    id      TEXT PRIMARY KEY,
    ts      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    body    TEXT NOT NULL,
    applied INTEGER
);
CREATE INDEX commands_pending ON commands (ts) WHERE applied IS NULL;
-- What the monitor of a shard remembered after the reading `seq`.
CREATE TABLE monitor_snapshots (
    shard INTEGER PRIMARY KEY,
    seq   INTEGER NOT NULL,
    ts    INTEGER NOT NULL,
    blob  BLOB NOT NULL
);
-- The outbox: due → sending (until `claimed_until`) → sent or failed, or due again.
CREATE TABLE notifications (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    key           TEXT NOT NULL UNIQUE,
    created       INTEGER NOT NULL,
    route         TEXT NOT NULL,
    title         TEXT NOT NULL,
    body          TEXT NOT NULL,
    priority      INTEGER NOT NULL,
    state         TEXT NOT NULL,
    attempts      INTEGER NOT NULL DEFAULT 0,
    next_try      INTEGER,
    claimed_until INTEGER,
    error         TEXT NOT NULL DEFAULT '',
    sent_at       INTEGER
);
CREATE INDEX notifications_to_send ON notifications (priority, next_try)
    WHERE state IN ('due', 'sending');

-- People and what they may do, tokens, and the journal of what was done about it.
-- Events carry a person's `id`, which says nothing: the name stands in `names` and can be erased.
CREATE TABLE people (
    id            TEXT PRIMARY KEY,
    login         TEXT NOT NULL UNIQUE,
    role          TEXT NOT NULL,
    scope         TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    disabled      INTEGER NOT NULL,
    failed        INTEGER NOT NULL,
    locked_until  INTEGER NOT NULL,
    created       INTEGER NOT NULL
);
CREATE TABLE names (person TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE access_tokens (
    id         TEXT PRIMARY KEY,
    hash       TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    label      TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created    INTEGER NOT NULL,
    expires    INTEGER,
    revoked    INTEGER
, scope TEXT NOT NULL DEFAULT '[]');
-- Each row's `hash` covers all its columns and the hash before: see data/audit/chain.py.
CREATE TABLE audit (
    seq      INTEGER PRIMARY KEY,
    ts       INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    event    TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    previous TEXT NOT NULL,
    hash     TEXT NOT NULL
);

-- float32 in plain SQL, so that any SQLite tool can read the view: factor = 2^(exponent - 150).
CREATE TABLE float32_exponent (exponent INTEGER PRIMARY KEY, factor REAL NOT NULL);
CREATE TABLE quality_codes (code INTEGER PRIMARY KEY, name TEXT NOT NULL);

CREATE VIEW readings_by_name AS
WITH packed AS (
    SELECT r.ts, e.name AS extruder, s.name AS signal, s.unit,
           hex(substr(r."values", 4 * s.slot + 1, 4)) AS bytes,
           CASE WHEN r.quality IS NULL THEN '00'
                ELSE hex(substr(r.quality, s.slot + 1, 1)) END AS quality
    FROM readings r
    JOIN extruders e ON e.id = r.extruder
    JOIN signals s ON s.extruder = r.extruder AND 4 * s.slot < length(r."values")
), bits AS (
    SELECT *,
        (instr('0123456789ABCDEF', substr(bytes, 7, 1)) - 1) * 16
            + instr('0123456789ABCDEF', substr(bytes, 8, 1)) - 1 AS b3,
        (instr('0123456789ABCDEF', substr(bytes, 5, 1)) - 1) * 16
            + instr('0123456789ABCDEF', substr(bytes, 6, 1)) - 1 AS b2,
        (instr('0123456789ABCDEF', substr(bytes, 3, 1)) - 1) * 16
            + instr('0123456789ABCDEF', substr(bytes, 4, 1)) - 1 AS b1,
        (instr('0123456789ABCDEF', substr(bytes, 1, 1)) - 1) * 16
            + instr('0123456789ABCDEF', substr(bytes, 2, 1)) - 1 AS b0,
        (instr('0123456789ABCDEF', substr(quality, 1, 1)) - 1) * 16
            + instr('0123456789ABCDEF', substr(quality, 2, 1)) - 1 AS code
    FROM packed
)
SELECT
    bits.ts,
    strftime('%Y-%m-%dT%H:%M:%S', bits.ts / 1000, 'unixepoch')
        || printf('.%03dZ', bits.ts % 1000) AS time_utc,
    extruder,
    signal,
    CASE (b3 & 127) * 2 + b2 / 128
        WHEN 255 THEN NULL
        WHEN 0 THEN (1 - 2 * (b3 / 128)) * ((b2 & 127) * 65536 + b1 * 256 + b0) * 2 * x.factor
        ELSE (1 - 2 * (b3 / 128)) * (8388608 + (b2 & 127) * 65536 + b1 * 256 + b0) * x.factor
    END AS value,
    unit,
    q.name AS quality
FROM bits
JOIN float32_exponent x ON x.exponent = (b3 & 127) * 2 + b2 / 128
LEFT JOIN quality_codes q ON q.code = bits.code
WHERE bits.code <> 255;
