-- +goose Up

-- The access log: the tables of pkg/auditlog.
CREATE TABLE log_entry (
    number INTEGER PRIMARY KEY,
    leaf   INTEGER UNIQUE,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    act    TEXT NOT NULL,
    target TEXT NOT NULL,
    text   TEXT NOT NULL
) STRICT;
CREATE INDEX log_entry_by_target ON log_entry (target);

CREATE TABLE log_hash (
    block  INTEGER PRIMARY KEY,
    hashes BLOB NOT NULL
) STRICT;

CREATE TABLE log_checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
) STRICT;

CREATE TABLE log_head (
    id   INTEGER PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL
) STRICT;
INSERT INTO log_head (id, size) VALUES (1, 0);
