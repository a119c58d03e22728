-- +goose Up

-- Times are Unix milliseconds, truths are 0 or 1, texts are empty for none.

CREATE TABLE provider (
    provider_id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_set         TEXT COLLATE "C" NOT NULL,
    name             TEXT NOT NULL,
    client_id        TEXT COLLATE "C" NOT NULL,
    role             TEXT COLLATE "C" NOT NULL,
    notification_uri TEXT NOT NULL,
    -- Sealed. The one before signs beside the present one until previous_until.
    callback_secret  BYTEA NOT NULL,
    previous_secret  BYTEA,
    previous_until   BIGINT,
    disabled         BIGINT NOT NULL,
    created_at       BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL
);
CREATE INDEX provider_by_client ON provider (client_id) WHERE client_id <> '';
CREATE INDEX provider_by_role ON provider (role) WHERE role <> '';

-- definition is JSON.
CREATE TABLE service (
    service_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    definition TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- token is the SHA-256 of the service token.
CREATE TABLE subscription (
    subscription_id TEXT COLLATE "C" PRIMARY KEY,
    token           BYTEA NOT NULL UNIQUE,
    provider_id     BIGINT NOT NULL REFERENCES provider (provider_id),
    service_id      BIGINT NOT NULL REFERENCES service (service_id),
    created_at      BIGINT NOT NULL,
    ended_at        BIGINT
);
CREATE INDEX subscription_by_provider ON subscription (provider_id, created_at);

-- Who changed providers, services, subscriptions and recipients, and what. Append-only; texts are JSON without secrets.
CREATE TABLE admin_event (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     BIGINT NOT NULL,
    actor  TEXT NOT NULL,
    act    TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    before TEXT NOT NULL,
    after  TEXT NOT NULL
);

-- person_id is empty once it is erased. digest is a keyed digest in hex of what was asked for, first_status what was answered.
-- ended_at is when nothing more could happen; it is NULL again after a replay. version counts changes. told is what the provider could see of the
-- parts' statuses when they last changed, in the words of the store; empty before the first change.
CREATE TABLE dispatch (
    dispatch_id  TEXT COLLATE "C" PRIMARY KEY,
    provider_id  BIGINT NOT NULL,
    service_id   BIGINT NOT NULL,
    data_set     TEXT COLLATE "C" NOT NULL,
    person_id    TEXT COLLATE "C" NOT NULL,
    reference    TEXT COLLATE "C" NOT NULL,
    digest       TEXT COLLATE "C" NOT NULL,
    first_status TEXT COLLATE "C" NOT NULL,
    status       TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL,
    created_at   BIGINT NOT NULL,
    send_at      BIGINT,
    expires_at   BIGINT NOT NULL,
    changed_at   BIGINT NOT NULL,
    ended_at     BIGINT,
    -- How long what was said is kept after ended_at.
    retention    BIGINT NOT NULL,
    erased_at    BIGINT,
    told         TEXT COLLATE "C" NOT NULL DEFAULT ''
);
-- A provider's references differ; operators look for one among all providers'.
CREATE UNIQUE INDEX dispatch_by_reference ON dispatch (reference, provider_id) WHERE reference <> '';
-- Lists have a status, or merge all of them: so that none is read through for the few that have a rare one.
CREATE INDEX dispatch_by_provider ON dispatch (provider_id, status, created_at, dispatch_id);
CREATE INDEX dispatch_by_status ON dispatch (status, created_at, dispatch_id);
CREATE INDEX dispatch_by_change ON dispatch (changed_at, dispatch_id);
-- A person's, for who is to be forgotten.
CREATE INDEX dispatch_by_person ON dispatch (person_id, dispatch_id) WHERE person_id <> '';
-- Those whose content is to be erased.
CREATE INDEX dispatch_to_erase ON dispatch ((ended_at + retention)) WHERE ended_at IS NOT NULL AND erased_at IS NULL;

-- What was said, as JSON by part. Gone when it is erased.
CREATE TABLE content (
    dispatch_id TEXT COLLATE "C" PRIMARY KEY,
    body        TEXT NOT NULL
);

CREATE TABLE picture (
    picture_id  TEXT COLLATE "C" PRIMARY KEY,
    dispatch_id TEXT COLLATE "C" NOT NULL,
    part        BIGINT NOT NULL,
    media_type  TEXT COLLATE "C" NOT NULL,
    bytes       BYTEA NOT NULL
);
CREATE INDEX picture_by_dispatch ON picture (dispatch_id);

-- key is the SHA-256 in hex of an Idempotency-Key.
CREATE TABLE idempotency (
    provider_id BIGINT NOT NULL,
    key         TEXT COLLATE "C" NOT NULL,
    digest      TEXT COLLATE "C" NOT NULL,
    dispatch_id TEXT COLLATE "C" NOT NULL,
    expires_at  BIGINT NOT NULL,
    PRIMARY KEY (provider_id, key)
);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);

-- A part, and the queue: it waits while next_attempt_at is not NULL. Whoever takes it sets next_attempt_at and lease_until to the end of the lease, and
-- counts fence up; what comes of an attempt is written only where fence is still the same. part is the number of its kind; channel is empty for
-- codes and payment requests. attempt counts attempts, tries those of them that count against the most there may be.
CREATE TABLE part (
    dispatch_id     TEXT COLLATE "C" NOT NULL,
    part            BIGINT NOT NULL,
    data_set        TEXT COLLATE "C" NOT NULL,
    channel         TEXT COLLATE "C" NOT NULL,
    -- 0 for notifications, 1 for advertisements.
    priority        BIGINT NOT NULL,
    status          TEXT COLLATE "C" NOT NULL,
    reason          TEXT COLLATE "C" NOT NULL,
    next_attempt_at BIGINT,
    lease_owner     TEXT COLLATE "C" NOT NULL DEFAULT '',
    lease_until     BIGINT,
    fence           BIGINT NOT NULL DEFAULT 0,
    attempt         BIGINT NOT NULL DEFAULT 0,
    tries           BIGINT NOT NULL DEFAULT 0,
    replays         BIGINT NOT NULL DEFAULT 0,
    expires_at      BIGINT NOT NULL,
    carrier         TEXT COLLATE "C" NOT NULL DEFAULT '',
    -- The carrier's own identifier of the message.
    carrier_ref     TEXT COLLATE "C" NOT NULL DEFAULT '',
    ended_at        BIGINT,
    PRIMARY KEY (dispatch_id, part)
);
-- What comes of each part is written several times: what that leaves behind is cleared away soon, so that the head of the queue stays short.
ALTER TABLE part SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE dispatch SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 10000, autovacuum_vacuum_cost_delay = 0);
CREATE INDEX part_queue ON part (channel, priority, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX part_dead ON part (ended_at, dispatch_id, part) WHERE status IN ('failed', 'expired') AND channel <> '';
CREATE INDEX part_expiry ON part (expires_at) WHERE status IN ('accepted', 'scheduled');

-- outcome is empty while the attempt is under way, or where whoever made it died.
CREATE TABLE attempt (
    dispatch_id TEXT COLLATE "C" NOT NULL,
    part        BIGINT NOT NULL,
    number      BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    ended_at    BIGINT,
    carrier     TEXT COLLATE "C" NOT NULL,
    outcome     TEXT COLLATE "C" NOT NULL,
    reason      TEXT COLLATE "C" NOT NULL,
    repeated    BIGINT NOT NULL,
    PRIMARY KEY (dispatch_id, part, number)
);

-- What providers are told, a queue as part is. until is when it is given up.
CREATE TABLE callback (
    callback_id     TEXT COLLATE "C" PRIMARY KEY,
    provider_id     BIGINT NOT NULL,
    dispatch_id     TEXT COLLATE "C" NOT NULL,
    body            TEXT NOT NULL,
    next_attempt_at BIGINT,
    lease_owner     TEXT COLLATE "C" NOT NULL,
    lease_until     BIGINT,
    fence           BIGINT NOT NULL,
    attempt         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    until           BIGINT NOT NULL,
    ended_at        BIGINT,
    -- 'told' or 'failed'; empty while it waits.
    outcome         TEXT COLLATE "C" NOT NULL
);
CREATE INDEX callback_queue ON callback (provider_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX callback_ended ON callback (ended_at) WHERE ended_at IS NOT NULL;

-- code_id is the part of a code that is not its signature.
CREATE TABLE code (
    code_id       TEXT COLLATE "C" PRIMARY KEY,
    provider_id   BIGINT NOT NULL,
    dispatch_id   TEXT COLLATE "C" NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    title         TEXT NOT NULL,
    provider_code TEXT NOT NULL,
    valid_from    BIGINT,
    valid_until   BIGINT,
    uses          BIGINT NOT NULL,
    redeemed      BIGINT NOT NULL,
    revoked_at    BIGINT,
    created_at    BIGINT NOT NULL
);
CREATE INDEX code_by_dispatch ON code (dispatch_id);

-- key is the SHA-256 in hex of an idempotency key, empty for none.
CREATE TABLE redemption (
    code_id TEXT COLLATE "C" NOT NULL,
    number  BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    actor   TEXT NOT NULL,
    key     TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (code_id, number)
);
CREATE UNIQUE INDEX redemption_by_key ON redemption (code_id, key) WHERE key <> '';

CREATE TABLE payment (
    payment_id   TEXT COLLATE "C" PRIMARY KEY,
    provider_id  BIGINT NOT NULL,
    dispatch_id  TEXT COLLATE "C" NOT NULL,
    amount       BIGINT NOT NULL,
    currency     TEXT COLLATE "C" NOT NULL,
    concept      TEXT NOT NULL,
    reference    TEXT NOT NULL,
    status       TEXT COLLATE "C" NOT NULL,
    requested_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    settled_at   BIGINT
);
CREATE INDEX payment_by_dispatch ON payment (dispatch_id);
CREATE INDEX payment_by_expiry ON payment (expires_at) WHERE status = 'requested';

-- lengths is JSON.
CREATE TABLE template (
    provider_id BIGINT NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    version     BIGINT NOT NULL,
    title       TEXT NOT NULL,
    message     TEXT NOT NULL,
    lengths     TEXT NOT NULL,
    created_at  BIGINT NOT NULL,
    PRIMARY KEY (provider_id, name, version)
);

-- Addresses that identity has not. lookup is the SHA-256 in hex of channel and address, and of a webhook its person; secret is sealed.
CREATE TABLE address (
    address_id TEXT COLLATE "C" PRIMARY KEY,
    data_set   TEXT COLLATE "C" NOT NULL,
    person_id  TEXT COLLATE "C" NOT NULL,
    channel    TEXT COLLATE "C" NOT NULL,
    value      TEXT NOT NULL,
    lookup     TEXT COLLATE "C" NOT NULL,
    secret     BYTEA,
    created_at BIGINT NOT NULL,
    UNIQUE (data_set, lookup)
);
CREATE INDEX address_by_person ON address (data_set, person_id, created_at);

CREATE TABLE recipient (
    data_set               TEXT COLLATE "C" NOT NULL,
    person_id              TEXT COLLATE "C" NOT NULL,
    time_zone              TEXT COLLATE "C" NOT NULL,
    refuses_advertisements BIGINT NOT NULL,
    updated_at             BIGINT NOT NULL,
    PRIMARY KEY (data_set, person_id)
);

-- How many dispatches a provider had stored on a day of UTC, "2006-01-02": in all, where person is empty, or for one recipient, where it is
-- the SHA-256 in hex of data set and person. Only where the service has a quota.
CREATE TABLE usage (
    day         TEXT COLLATE "C" NOT NULL,
    provider_id BIGINT NOT NULL,
    service_id  BIGINT NOT NULL,
    person      TEXT COLLATE "C" NOT NULL,
    dispatches  BIGINT NOT NULL,
    PRIMARY KEY (day, provider_id, service_id, person)
);

-- Keys that codes and receipts are signed with, and requests digested, sealed.
CREATE TABLE signing_key (
    name       TEXT COLLATE "C" PRIMARY KEY,
    sealed     BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
