-- +goose Up

-- The admin log: the tables of pkg/auditlog.
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

-- admin_act was the admin log before. The previous release still writes it while the replicas are replaced: its rows
-- are taken over in the order of their numbers, and this is the last that was.
CREATE TABLE admin_act_taken (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL
) STRICT;
INSERT INTO admin_act_taken (id, number) VALUES (1, 0);
