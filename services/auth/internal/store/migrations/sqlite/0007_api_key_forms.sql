-- +goose Up

-- What a key looks like, "opaque" or "jwt". One that is a JWT is found by the SHA-256 of its text, which is then its secret_hash.
ALTER TABLE api_key ADD COLUMN form TEXT NOT NULL DEFAULT 'opaque';
CREATE UNIQUE INDEX api_key_by_text ON api_key (secret_hash) WHERE form = 'jwt';
