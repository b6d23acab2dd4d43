-- Version 4 → 5: people and what they may do, tokens, and the journal of what was done about it.
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
);
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
