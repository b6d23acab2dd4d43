-- People and what they may do, tokens, and the journal of what was done about it.
-- Events carry a person's `id`, which says nothing: the name stands in `names` and can be erased.
CREATE TABLE people (
    id            text PRIMARY KEY,
    login         text NOT NULL UNIQUE,
    role          text NOT NULL,
    scope         text NOT NULL,
    password_hash text NOT NULL,
    disabled      bigint NOT NULL,
    failed        bigint NOT NULL,
    locked_until  bigint NOT NULL,
    created       bigint NOT NULL
);
CREATE TABLE names (person text PRIMARY KEY, name text NOT NULL);
CREATE TABLE access_tokens (
    id         text PRIMARY KEY,
    hash       text NOT NULL UNIQUE,
    kind       text NOT NULL,
    label      text NOT NULL,
    created_by text NOT NULL,
    created    bigint NOT NULL,
    expires    bigint,
    revoked    bigint
);
-- Each row's `hash` covers all its columns and the hash before: see data/audit/chain.py.
CREATE TABLE audit (
    seq      bigint PRIMARY KEY,
    ts       bigint NOT NULL,
    actor    text NOT NULL,
    event    text NOT NULL,
    subject  text NOT NULL,
    detail   text NOT NULL,
    previous text NOT NULL,
    hash     text NOT NULL
);
