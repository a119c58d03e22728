-- +goose Up

CREATE TABLE category (
    category_id TEXT COLLATE "C" PRIMARY KEY,
    labels      TEXT NOT NULL,
    position    BIGINT NOT NULL
);

-- The facts that rules may use, without those that are derived. labels and allowed are JSON.
CREATE TABLE fact_definition (
    name    TEXT COLLATE "C" PRIMARY KEY,
    type    TEXT COLLATE "C" NOT NULL,
    labels  TEXT NOT NULL,
    allowed TEXT NOT NULL
);

-- content is the benefit as JSON, digest the SHA-256 of it. It never changes. The last days are texts, empty for none; times are
-- Unix milliseconds.
CREATE TABLE benefit_version (
    benefit_id      TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    category        TEXT COLLATE "C" NOT NULL REFERENCES category (category_id),
    content         TEXT NOT NULL,
    digest          TEXT COLLATE "C" NOT NULL,
    effective_from  TEXT COLLATE "C" NOT NULL,
    effective_until TEXT COLLATE "C" NOT NULL,
    author          TEXT NOT NULL,
    created_at      BIGINT NOT NULL,
    submitted_by    TEXT NOT NULL,
    submitted_at    BIGINT,
    published_by    TEXT NOT NULL,
    published_at    BIGINT,
    retired_at      BIGINT,
    PRIMARY KEY (benefit_id, version)
);
CREATE INDEX benefit_version_by_state ON benefit_version (state, benefit_id, version);
CREATE INDEX benefit_version_by_category ON benefit_version (category, benefit_id, version);
CREATE INDEX benefit_version_published ON benefit_version (published_at) WHERE published_at IS NOT NULL;
CREATE INDEX benefit_version_retired ON benefit_version (retired_at) WHERE retired_at IS NOT NULL;

-- Append-only. before is empty for a new version.
CREATE TABLE catalogue_event (
    number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor      TEXT NOT NULL,
    benefit_id TEXT COLLATE "C" NOT NULL,
    version    BIGINT NOT NULL,
    before     TEXT COLLATE "C" NOT NULL,
    after      TEXT COLLATE "C" NOT NULL,
    note       TEXT NOT NULL
);
CREATE INDEX catalogue_event_by_benefit ON catalogue_event (benefit_id, number);

-- Counts the changes of the catalogue, so that replicas see that there is a newer one. Whoever changes it holds its row.
CREATE TABLE catalogue_change (
    id     BIGINT PRIMARY KEY CHECK (id = 1),
    latest BIGINT NOT NULL
);
INSERT INTO catalogue_change (id, latest) VALUES (1, 0);
