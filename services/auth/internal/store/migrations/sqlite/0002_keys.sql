-- +goose Up

-- A release that knows no states reads purpose and active, and writes keys that are active.
ALTER TABLE signing_key ADD COLUMN state TEXT NOT NULL DEFAULT 'active';
ALTER TABLE signing_key ADD COLUMN activated_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signing_key ADD COLUMN superseded_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signing_key ADD COLUMN last_token_ends INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signing_key ADD COLUMN retired_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE signing_key ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
CREATE UNIQUE INDEX signing_key_next ON signing_key (purpose) WHERE state = 'next';

UPDATE signing_key SET activated_at = created_at;
-- The ends of the tokens issued so far, and on the day of the upgrade by the release before, were not written down.
UPDATE signing_key SET last_token_ends = unixepoch() * 1000 + 86400000
    + COALESCE((SELECT max(token_life_ms) FROM client), 0) WHERE purpose = 'access';
