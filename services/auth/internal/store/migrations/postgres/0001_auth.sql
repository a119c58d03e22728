-- +goose Up

-- The counter of changes. Its row is the lock under which all of them happen.
CREATE TABLE revision (
    id    BIGINT PRIMARY KEY CHECK (id = 1),
    value BIGINT NOT NULL
);
INSERT INTO revision (id, value) VALUES (1, 0);

CREATE TABLE client (
    id                    TEXT COLLATE "C" PRIMARY KEY,
    name                  TEXT NOT NULL,
    family                TEXT COLLATE "C" NOT NULL,
    kind                  TEXT COLLATE "C" NOT NULL,
    scopes                TEXT NOT NULL,
    audiences             TEXT NOT NULL,
    secret_hash           BYTEA NOT NULL CHECK (length(secret_hash) = 32),
    token_life_ms         BIGINT NOT NULL,
    resource_scopes       TEXT NOT NULL,
    introspects_all       BOOLEAN NOT NULL,
    personal_data         BOOLEAN NOT NULL,
    introspection_members TEXT NOT NULL,
    disabled              BOOLEAN NOT NULL,
    epoch                 BIGINT NOT NULL,
    revision              BIGINT NOT NULL UNIQUE,
    created_at            BIGINT NOT NULL,
    updated_at            BIGINT NOT NULL
);
CREATE INDEX client_by_family ON client (family, id);

CREATE TABLE operator (
    name       TEXT COLLATE "C" PRIMARY KEY,
    roles      TEXT NOT NULL,
    disabled   BOOLEAN NOT NULL,
    epoch      BIGINT NOT NULL,
    revision   BIGINT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE revocation (
    token_id   TEXT COLLATE "C" PRIMARY KEY,
    client_id  TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL,
    revision   BIGINT NOT NULL UNIQUE
);
CREATE INDEX revocation_by_end ON revocation (expires_at);

CREATE TABLE signing_key (
    kid            TEXT COLLATE "C" PRIMARY KEY,
    purpose        TEXT COLLATE "C" NOT NULL,
    alg            TEXT NOT NULL,
    sealed_private BYTEA NOT NULL,
    public         BYTEA NOT NULL,
    active         BOOLEAN NOT NULL,
    created_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX signing_key_active ON signing_key (purpose) WHERE active;

CREATE TABLE admin_act (
    number BIGINT PRIMARY KEY,
    at     BIGINT NOT NULL,
    actor  TEXT NOT NULL,
    name   TEXT NOT NULL,
    target TEXT NOT NULL,
    before TEXT NOT NULL,
    after  TEXT NOT NULL
);
