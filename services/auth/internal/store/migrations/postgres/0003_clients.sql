-- +goose Up

ALTER TABLE client
    ADD COLUMN token_algorithm         TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN introspection_algorithm TEXT COLLATE "C" NOT NULL DEFAULT '',
    ADD COLUMN public_keys             TEXT NOT NULL DEFAULT '',
    ADD COLUMN limit_per_second        DOUBLE PRECISION NOT NULL DEFAULT 0,
    ADD COLUMN limit_burst             BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN previous_secret_hash    BYTEA CHECK (length(previous_secret_hash) = 32),
    ADD COLUMN previous_secret_until   BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN deleted                 BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX client_deleted ON client (updated_at) WHERE deleted;

CREATE TABLE api_key (
    id           TEXT COLLATE "C" PRIMARY KEY,
    client_id    TEXT COLLATE "C" NOT NULL,
    name         TEXT NOT NULL,
    secret_hash  BYTEA NOT NULL CHECK (length(secret_hash) = 32),
    scopes       TEXT NOT NULL,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    deleted_at   BIGINT NOT NULL
);
CREATE INDEX api_key_by_client ON api_key (client_id, created_at, id) WHERE deleted_at = 0;
CREATE INDEX api_key_deleted ON api_key (deleted_at) WHERE deleted_at > 0;

-- The assertions that were used, until they end by themselves.
CREATE TABLE used_assertion (
    client_id  TEXT COLLATE "C" NOT NULL,
    jti_hash   BYTEA NOT NULL CHECK (length(jti_hash) = 32),
    attempt    TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
);
CREATE INDEX used_assertion_by_end ON used_assertion (expires_at);
