-- +goose Up

-- Times are Unix milliseconds, truths are 0 or 1, texts are empty for none.

CREATE TABLE provider (
    provider_id      INTEGER PRIMARY KEY,
    data_set         TEXT NOT NULL,
    name             TEXT NOT NULL,
    client_id        TEXT NOT NULL,
    role             TEXT NOT NULL,
    notification_uri TEXT NOT NULL,
    -- Sealed. The one before signs beside the present one until previous_until.
    callback_secret  BLOB NOT NULL,
    previous_secret  BLOB,
    previous_until   INTEGER,
    disabled         INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX provider_by_client ON provider (client_id) WHERE client_id <> '';
CREATE INDEX provider_by_role ON provider (role) WHERE role <> '';

-- definition is JSON.
CREATE TABLE service (
    service_id INTEGER PRIMARY KEY,
    definition TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- token is the SHA-256 of the service token.
CREATE TABLE subscription (
    subscription_id TEXT PRIMARY KEY,
    token           BLOB NOT NULL UNIQUE,
    provider_id     INTEGER NOT NULL REFERENCES provider (provider_id),
    service_id      INTEGER NOT NULL REFERENCES service (service_id),
    created_at      INTEGER NOT NULL,
    ended_at        INTEGER
) STRICT;
CREATE INDEX subscription_by_provider ON subscription (provider_id, created_at);

-- Who changed providers, services, subscriptions and recipients, and what. Append-only; texts are JSON without secrets.
CREATE TABLE admin_event (
    number INTEGER PRIMARY KEY,
    at     INTEGER NOT NULL,
    actor  TEXT NOT NULL,
    act    TEXT NOT NULL,
    target TEXT NOT NULL,
    before TEXT NOT NULL,
    after  TEXT NOT NULL
) STRICT;

-- person_id is empty once it is erased. digest is a keyed digest in hex of what was asked for, first_status what was answered.
-- ended_at is when nothing more could happen; it is NULL again after a replay. version counts changes. told is what the provider could see of the
-- parts' statuses when they last changed, in the words of the store; empty before the first change.
CREATE TABLE dispatch (
    dispatch_id  TEXT PRIMARY KEY,
    provider_id  INTEGER NOT NULL,
    service_id   INTEGER NOT NULL,
    data_set     TEXT NOT NULL,
    person_id    TEXT NOT NULL,
    reference    TEXT NOT NULL,
    digest       TEXT NOT NULL,
    first_status TEXT NOT NULL,
    status       TEXT NOT NULL,
    version      INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    send_at      INTEGER,
    expires_at   INTEGER NOT NULL,
    changed_at   INTEGER NOT NULL,
    ended_at     INTEGER,
    -- How long what was said is kept after ended_at.
    retention    INTEGER NOT NULL,
    erased_at    INTEGER,
    told         TEXT NOT NULL DEFAULT ''
) STRICT;
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
    dispatch_id TEXT PRIMARY KEY,
    body        TEXT NOT NULL
) STRICT;

CREATE TABLE picture (
    picture_id  TEXT PRIMARY KEY,
    dispatch_id TEXT NOT NULL,
    part        INTEGER NOT NULL,
    media_type  TEXT NOT NULL,
    bytes       BLOB NOT NULL
) STRICT;
CREATE INDEX picture_by_dispatch ON picture (dispatch_id);

-- key is the SHA-256 in hex of an Idempotency-Key.
CREATE TABLE idempotency (
    provider_id INTEGER NOT NULL,
    key         TEXT NOT NULL,
    digest      TEXT NOT NULL,
    dispatch_id TEXT NOT NULL,
    expires_at  INTEGER NOT NULL,
    PRIMARY KEY (provider_id, key)
) STRICT;
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);

-- A part, and the queue: it waits while next_attempt_at is not NULL. Whoever takes it sets next_attempt_at and lease_until to the end of the lease, and
-- counts fence up; what comes of an attempt is written only where fence is still the same. part is the number of its kind; channel is empty for
-- codes and payment requests. attempt counts attempts, tries those of them that count against the most there may be.
CREATE TABLE part (
    dispatch_id     TEXT NOT NULL,
    part            INTEGER NOT NULL,
    data_set        TEXT NOT NULL,
    channel         TEXT NOT NULL,
    -- 0 for notifications, 1 for advertisements.
    priority        INTEGER NOT NULL,
    status          TEXT NOT NULL,
    reason          TEXT NOT NULL,
    next_attempt_at INTEGER,
    lease_owner     TEXT NOT NULL DEFAULT '',
    lease_until     INTEGER,
    fence           INTEGER NOT NULL DEFAULT 0,
    attempt         INTEGER NOT NULL DEFAULT 0,
    tries           INTEGER NOT NULL DEFAULT 0,
    replays         INTEGER NOT NULL DEFAULT 0,
    expires_at      INTEGER NOT NULL,
    carrier         TEXT NOT NULL DEFAULT '',
    -- The carrier's own identifier of the message.
    carrier_ref     TEXT NOT NULL DEFAULT '',
    ended_at        INTEGER,
    PRIMARY KEY (dispatch_id, part)
) STRICT;
CREATE INDEX part_queue ON part (channel, priority, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX part_dead ON part (ended_at, dispatch_id, part) WHERE status IN ('failed', 'expired') AND channel <> '';
CREATE INDEX part_expiry ON part (expires_at) WHERE status IN ('accepted', 'scheduled');

-- outcome is empty while the attempt is under way, or where whoever made it died.
CREATE TABLE attempt (
    dispatch_id TEXT NOT NULL,
    part        INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    ended_at    INTEGER,
    carrier     TEXT NOT NULL,
    outcome     TEXT NOT NULL,
    reason      TEXT NOT NULL,
    repeated    INTEGER NOT NULL,
    PRIMARY KEY (dispatch_id, part, number)
) STRICT;

-- What providers are told, a queue as part is. until is when it is given up.
CREATE TABLE callback (
    callback_id     TEXT PRIMARY KEY,
    provider_id     INTEGER NOT NULL,
    dispatch_id     TEXT NOT NULL,
    body            TEXT NOT NULL,
    next_attempt_at INTEGER,
    lease_owner     TEXT NOT NULL,
    lease_until     INTEGER,
    fence           INTEGER NOT NULL,
    attempt         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    until           INTEGER NOT NULL,
    ended_at        INTEGER,
    -- 'told' or 'failed'; empty while it waits.
    outcome         TEXT NOT NULL
) STRICT;
CREATE INDEX callback_queue ON callback (provider_id, next_attempt_at) WHERE next_attempt_at IS NOT NULL;
CREATE INDEX callback_ended ON callback (ended_at) WHERE ended_at IS NOT NULL;

-- code_id is the part of a code that is not its signature.
CREATE TABLE code (
    code_id       TEXT PRIMARY KEY,
    provider_id   INTEGER NOT NULL,
    dispatch_id   TEXT NOT NULL,
    kind          TEXT NOT NULL,
    title         TEXT NOT NULL,
    provider_code TEXT NOT NULL,
    valid_from    INTEGER,
    valid_until   INTEGER,
    uses          INTEGER NOT NULL,
    redeemed      INTEGER NOT NULL,
    revoked_at    INTEGER,
    created_at    INTEGER NOT NULL
) STRICT;
CREATE INDEX code_by_dispatch ON code (dispatch_id);

-- key is the SHA-256 in hex of an idempotency key, empty for none.
CREATE TABLE redemption (
    code_id TEXT NOT NULL,
    number  INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,
    key     TEXT NOT NULL,
    PRIMARY KEY (code_id, number)
) STRICT;
CREATE UNIQUE INDEX redemption_by_key ON redemption (code_id, key) WHERE key <> '';

CREATE TABLE payment (
    payment_id   TEXT PRIMARY KEY,
    provider_id  INTEGER NOT NULL,
    dispatch_id  TEXT NOT NULL,
    amount       INTEGER NOT NULL,
    currency     TEXT NOT NULL,
    concept      TEXT NOT NULL,
    reference    TEXT NOT NULL,
    status       TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    settled_at   INTEGER
) STRICT;
CREATE INDEX payment_by_dispatch ON payment (dispatch_id);
CREATE INDEX payment_by_expiry ON payment (expires_at) WHERE status = 'requested';

-- lengths is JSON.
CREATE TABLE template (
    provider_id INTEGER NOT NULL,
    name        TEXT NOT NULL,
    version     INTEGER NOT NULL,
    title       TEXT NOT NULL,
    message     TEXT NOT NULL,
    lengths     TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    PRIMARY KEY (provider_id, name, version)
) STRICT;

-- Addresses that identity has not. lookup is the SHA-256 in hex of channel and address, and of a webhook its person; secret is sealed.
CREATE TABLE address (
    address_id TEXT PRIMARY KEY,
    data_set   TEXT NOT NULL,
    person_id  TEXT NOT NULL,
    channel    TEXT NOT NULL,
    value      TEXT NOT NULL,
    lookup     TEXT NOT NULL,
    secret     BLOB,
    created_at INTEGER NOT NULL,
    UNIQUE (data_set, lookup)
) STRICT;
CREATE INDEX address_by_person ON address (data_set, person_id, created_at);

CREATE TABLE recipient (
    data_set               TEXT NOT NULL,
    person_id              TEXT NOT NULL,
    time_zone              TEXT NOT NULL,
    refuses_advertisements INTEGER NOT NULL,
    updated_at             INTEGER NOT NULL,
    PRIMARY KEY (data_set, person_id)
) STRICT;

-- How many dispatches a provider had stored on a day of UTC, "2006-01-02": in all, where person is empty, or for one recipient, where it is
-- the SHA-256 in hex of data set and person. Only where the service has a quota.
CREATE TABLE usage (
    day         TEXT NOT NULL,
    provider_id INTEGER NOT NULL,
    service_id  INTEGER NOT NULL,
    person      TEXT NOT NULL,
    dispatches  INTEGER NOT NULL,
    PRIMARY KEY (day, provider_id, service_id, person)
) STRICT;

-- Keys that codes and receipts are signed with, and requests digested, sealed.
CREATE TABLE signing_key (
    name       TEXT PRIMARY KEY,
    sealed     BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
