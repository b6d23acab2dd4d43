-- Times are ms since the epoch.
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
-- Times in which the site was watched and its state did not change.
CREATE TABLE IF NOT EXISTS spans (
    id INTEGER PRIMARY KEY, level INTEGER NOT NULL, start INTEGER NOT NULL, until INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS spans_until ON spans (until);
CREATE TABLE IF NOT EXISTS incidents (
    start INTEGER PRIMARY KEY, until INTEGER, level INTEGER NOT NULL,
    brief TEXT NOT NULL, detail TEXT NOT NULL
);
-- One row per message and target, by its place in WATCH_TELL: the URL itself may be a secret.
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY, target INTEGER NOT NULL, made INTEGER NOT NULL, level INTEGER NOT NULL,
    title TEXT NOT NULL, body TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    due INTEGER NOT NULL, sent INTEGER, given_up INTEGER, error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS messages_waiting ON messages (target, id)
    WHERE sent IS NULL AND given_up IS NULL;
