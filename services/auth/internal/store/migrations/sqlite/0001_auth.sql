-- +goose Up

-- The counter of changes. Its row is the lock under which all of them happen.
CREATE TABLE revision (
    id    INTEGER PRIMARY KEY CHECK (id = 1),
    value INTEGER NOT NULL
) STRICT;
INSERT INTO revision (id, value) VALUES (1, 0);

CREATE TABLE client (
    id                    TEXT PRIMARY KEY,
    name                  TEXT NOT NULL,
    family                TEXT NOT NULL,
    kind                  TEXT NOT NULL,
    scopes                TEXT NOT NULL,
    audiences             TEXT NOT NULL,
    secret_hash           BLOB NOT NULL CHECK (length(secret_hash) = 32),
    token_life_ms         INTEGER NOT NULL,
    resource_scopes       TEXT NOT NULL,
    introspects_all       INTEGER NOT NULL,
    personal_data         INTEGER NOT NULL,
    introspection_members TEXT NOT NULL,
    disabled              INTEGER NOT NULL,
    epoch                 INTEGER NOT NULL,
    revision              INTEGER NOT NULL UNIQUE,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL
) STRICT;
CREATE INDEX client_by_family ON client (family, id);

CREATE TABLE operator (
    name       TEXT PRIMARY KEY,
    roles      TEXT NOT NULL,
    disabled   INTEGER NOT NULL,
    epoch      INTEGER NOT NULL,
    revision   INTEGER NOT NULL UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE revocation (
    token_id   TEXT PRIMARY KEY,
    client_id  TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    revision   INTEGER NOT NULL UNIQUE
) STRICT;
CREATE INDEX revocation_by_end ON revocation (expires_at);

CREATE TABLE signing_key (
    kid            TEXT PRIMARY KEY,
    purpose        TEXT NOT NULL,
    alg            TEXT NOT NULL,
    sealed_private BLOB NOT NULL,
    public         BLOB NOT NULL,
    active         INTEGER NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX signing_key_active ON signing_key (purpose) WHERE active;

CREATE TABLE admin_act (
    number INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    name   TEXT NOT NULL,
    target TEXT NOT NULL,
    before TEXT NOT NULL,
    after  TEXT NOT NULL
) STRICT;
