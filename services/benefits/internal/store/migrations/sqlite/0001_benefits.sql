-- +goose Up

CREATE TABLE category (
    category_id TEXT PRIMARY KEY,
    labels      TEXT NOT NULL,
    position    INTEGER NOT NULL
) STRICT;

-- The facts that rules may use, without those that are derived. labels and allowed are JSON.
CREATE TABLE fact_definition (
    name    TEXT PRIMARY KEY,
    type    TEXT NOT NULL,
    labels  TEXT NOT NULL,
    allowed TEXT NOT NULL
) STRICT;

-- content is the benefit as JSON, digest the SHA-256 of it. It never changes. The last days are texts, empty for none; times are
-- Unix milliseconds.
CREATE TABLE benefit_version (
    benefit_id      TEXT NOT NULL,
    version         INTEGER NOT NULL,
    state           TEXT NOT NULL,
    category        TEXT NOT NULL REFERENCES category (category_id),
    content         TEXT NOT NULL,
    digest          TEXT NOT NULL,
    effective_from  TEXT NOT NULL,
    effective_until TEXT NOT NULL,
    author          TEXT NOT NULL,
    created_at      INTEGER NOT NULL,
    submitted_by    TEXT NOT NULL,
    submitted_at    INTEGER,
    published_by    TEXT NOT NULL,
    published_at    INTEGER,
    retired_at      INTEGER,
    PRIMARY KEY (benefit_id, version)
) STRICT;
CREATE INDEX benefit_version_by_state ON benefit_version (state, benefit_id, version);
CREATE INDEX benefit_version_by_category ON benefit_version (category, benefit_id, version);
CREATE INDEX benefit_version_published ON benefit_version (published_at) WHERE published_at IS NOT NULL;
CREATE INDEX benefit_version_retired ON benefit_version (retired_at) WHERE retired_at IS NOT NULL;

-- Append-only. before is empty for a new version.
CREATE TABLE catalogue_event (
    number     INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    actor      TEXT NOT NULL,
    benefit_id TEXT NOT NULL,
    version    INTEGER NOT NULL,
    before     TEXT NOT NULL,
    after      TEXT NOT NULL,
    note       TEXT NOT NULL
) STRICT;
CREATE INDEX catalogue_event_by_benefit ON catalogue_event (benefit_id, number);

-- Counts the changes of the catalogue, so that replicas see that there is a newer one. Whoever changes it holds its row.
CREATE TABLE catalogue_change (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    latest INTEGER NOT NULL
) STRICT;
INSERT INTO catalogue_change (id, latest) VALUES (1, 0);
