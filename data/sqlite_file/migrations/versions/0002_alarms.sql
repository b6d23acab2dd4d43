-- Version 1 → 2: prices, and the journal of alarms, malfunctions and commands.
ALTER TABLE products ADD COLUMN price_per_kg REAL NOT NULL DEFAULT 0;

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
    document TEXT NOT NULL
);
CREATE INDEX malfunctions_by_detected ON malfunctions (detected);
CREATE INDEX malfunctions_by_extruder ON malfunctions (extruder, detected);
CREATE INDEX malfunctions_by_changed ON malfunctions (changed);
-- Append-only: what people did about a malfunction.
CREATE TABLE malfunction_actions (
    id          INTEGER PRIMARY KEY,
    malfunction TEXT NOT NULL REFERENCES malfunctions (id),
    ts          INTEGER NOT NULL,
    who         TEXT NOT NULL,
    action      TEXT NOT NULL,
    text        TEXT NOT NULL,
    command     TEXT NOT NULL UNIQUE
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
