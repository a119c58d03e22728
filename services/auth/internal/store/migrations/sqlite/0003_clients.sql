-- +goose Up

ALTER TABLE client ADD COLUMN token_algorithm         TEXT NOT NULL DEFAULT '';
ALTER TABLE client ADD COLUMN introspection_algorithm TEXT NOT NULL DEFAULT '';
ALTER TABLE client ADD COLUMN public_keys             TEXT NOT NULL DEFAULT '';
ALTER TABLE client ADD COLUMN limit_per_second        REAL NOT NULL DEFAULT 0;
ALTER TABLE client ADD COLUMN limit_burst             INTEGER NOT NULL DEFAULT 0;
ALTER TABLE client ADD COLUMN previous_secret_hash    BLOB CHECK (length(previous_secret_hash) = 32);
ALTER TABLE client ADD COLUMN previous_secret_until   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE client ADD COLUMN deleted                 INTEGER NOT NULL DEFAULT 0;
CREATE INDEX client_deleted ON client (updated_at) WHERE deleted;

CREATE TABLE api_key (
    id           TEXT PRIMARY KEY,
    client_id    TEXT NOT NULL,
    name         TEXT NOT NULL,
    secret_hash  BLOB NOT NULL CHECK (length(secret_hash) = 32),
    scopes       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    deleted_at   INTEGER NOT NULL
) STRICT;
CREATE INDEX api_key_by_client ON api_key (client_id, created_at, id) WHERE deleted_at = 0;
CREATE INDEX api_key_deleted ON api_key (deleted_at) WHERE deleted_at > 0;

-- The assertions that were used, until they end by themselves.
CREATE TABLE used_assertion (
    client_id  TEXT NOT NULL,
    jti_hash   BLOB NOT NULL CHECK (length(jti_hash) = 32),
    attempt    TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
) STRICT;
CREATE INDEX used_assertion_by_end ON used_assertion (expires_at);
