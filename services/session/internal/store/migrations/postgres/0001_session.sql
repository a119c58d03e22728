-- +goose Up

-- Times are Unix milliseconds, truths are 0 or 1, texts are empty for none, days are "2006-01-02".

-- login is folded (see store.FoldLogin). password is Argon2id in PHC form. epoch grows when the account is disabled, gets another password or has its sessions
-- ended: sessions and proofs are good in the epoch that they were made in.
CREATE TABLE account (
    account_id    TEXT COLLATE "C" PRIMARY KEY,
    data_set      TEXT COLLATE "C" NOT NULL,
    kind          TEXT COLLATE "C" NOT NULL,
    login         TEXT COLLATE "C" NOT NULL,
    shown_login   TEXT NOT NULL,
    name          TEXT NOT NULL,
    password      TEXT COLLATE "C" NOT NULL,
    epoch         BIGINT NOT NULL,
    disabled      BIGINT NOT NULL,
    person_id     TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL,
    last_login_at BIGINT,
    UNIQUE (data_set, login, kind)
);
CREATE INDEX account_by_person ON account (person_id) WHERE person_id <> '';

-- Failed logins, by a keyed digest of whom they are counted for. Rows of long ago are deleted.
CREATE TABLE login_failure (
    subject         BYTEA PRIMARY KEY,
    failures        BIGINT NOT NULL,
    last_failure_at BIGINT NOT NULL
);
CREATE INDEX login_failure_by_age ON login_failure (last_failure_at);

-- Sessions of users. key is the SHA-256 of the session key. used_at is written at most once a minute; at idle_expires_at it ends unless it is used before, at
-- expires_at in any case. previous_login_at is when the user had opened a session before this one.
CREATE TABLE session (
    session_id        TEXT COLLATE "C" PRIMARY KEY,
    key               BYTEA NOT NULL UNIQUE,
    data_set          TEXT COLLATE "C" NOT NULL,
    user_id           TEXT COLLATE "C" NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
    user_epoch        BIGINT NOT NULL,
    developer_id      TEXT COLLATE "C" NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
    developer_epoch   BIGINT NOT NULL,
    opened_at         BIGINT NOT NULL,
    used_at           BIGINT NOT NULL,
    idle_expires_at   BIGINT NOT NULL,
    expires_at        BIGINT NOT NULL,
    previous_login_at BIGINT
);
CREATE INDEX session_by_user ON session (user_id, opened_at, session_id);
CREATE INDEX session_by_developer ON session (developer_id, opened_at, session_id);
CREATE INDEX session_by_data_set ON session (data_set, opened_at, session_id);
CREATE INDEX session_by_end ON session (idle_expires_at);

-- Columns that end in _key are folded texts, to compare and to order by (see store.Fold). customers is how many it has.
CREATE TABLE organisation (
    organisation_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_set        TEXT COLLATE "C" NOT NULL,
    legal_name      TEXT NOT NULL,
    legal_name_key  TEXT COLLATE "C" NOT NULL,
    trade_name      TEXT NOT NULL,
    trade_name_key  TEXT COLLATE "C" NOT NULL,
    cuit            TEXT COLLATE "C" NOT NULL,
    plan_id         BIGINT NOT NULL,
    type            TEXT NOT NULL,
    type_key        TEXT COLLATE "C" NOT NULL,
    logo_path       TEXT NOT NULL,
    disabled        BIGINT NOT NULL,
    last_day        TEXT COLLATE "C" NOT NULL,
    fiscal_year_end TEXT COLLATE "C" NOT NULL,
    activity        TEXT NOT NULL,
    activity_key    TEXT COLLATE "C" NOT NULL,
    customers       BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX organisation_by_data_set ON organisation (data_set, organisation_id);

CREATE TABLE member (
    organisation_id BIGINT NOT NULL REFERENCES organisation (organisation_id) ON DELETE CASCADE,
    account_id      TEXT COLLATE "C" NOT NULL REFERENCES account (account_id) ON DELETE CASCADE,
    administrator   BIGINT NOT NULL,
    since           BIGINT NOT NULL,
    PRIMARY KEY (organisation_id, account_id)
);
CREATE INDEX member_by_account ON member (account_id, organisation_id);

-- person_id is whom an operator said that the customer is.
CREATE TABLE customer (
    customer_id       BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organisation_id   BIGINT NOT NULL REFERENCES organisation (organisation_id) ON DELETE CASCADE,
    legal_name        TEXT NOT NULL,
    legal_name_key    TEXT COLLATE "C" NOT NULL,
    trade_name        TEXT NOT NULL,
    trade_name_key    TEXT COLLATE "C" NOT NULL,
    cuit              TEXT COLLATE "C" NOT NULL,
    dni               TEXT COLLATE "C" NOT NULL,
    email             TEXT NOT NULL,
    email_key         TEXT COLLATE "C" NOT NULL,
    phone             TEXT NOT NULL,
    phone_key         TEXT COLLATE "C" NOT NULL,
    street            TEXT NOT NULL,
    city              TEXT NOT NULL,
    city_key          TEXT COLLATE "C" NOT NULL,
    postal_code       TEXT NOT NULL,
    postal_code_key   TEXT COLLATE "C" NOT NULL,
    province          TEXT NOT NULL,
    province_key      TEXT COLLATE "C" NOT NULL,
    country           TEXT NOT NULL,
    country_key       TEXT COLLATE "C" NOT NULL,
    fiscal_street     TEXT NOT NULL,
    fiscal_city       TEXT NOT NULL,
    fiscal_code       TEXT NOT NULL,
    fiscal_province   TEXT NOT NULL,
    fiscal_country    TEXT NOT NULL,
    delivery_address  TEXT NOT NULL,
    inactive          BIGINT NOT NULL,
    since             TEXT COLLATE "C" NOT NULL,
    payment_terms     BIGINT NOT NULL,
    vat_condition     BIGINT NOT NULL,
    vat_rate          TEXT COLLATE "C" NOT NULL,
    ledger_account    TEXT NOT NULL,
    credit_account    TEXT NOT NULL,
    person_id         TEXT COLLATE "C" NOT NULL,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL
);
CREATE UNIQUE INDEX customer_by_cuit ON customer (organisation_id, cuit) WHERE cuit <> '';
CREATE INDEX customer_by_legal_name ON customer (organisation_id, legal_name_key, customer_id);
CREATE INDEX customer_by_organisation ON customer (organisation_id, customer_id);
CREATE INDEX customer_by_person ON customer (person_id) WHERE person_id <> '';

-- What organisations had notifications.v1 tell somebody.
CREATE TABLE notification (
    notification_id TEXT COLLATE "C" PRIMARY KEY,
    organisation_id BIGINT NOT NULL REFERENCES organisation (organisation_id) ON DELETE CASCADE,
    created_at      BIGINT NOT NULL
);
CREATE INDEX notification_by_age ON notification (created_at);

-- definition is JSON without what is secret, which is in secrets, sealed JSON.
CREATE TABLE integration (
    integration_key TEXT COLLATE "C" PRIMARY KEY,
    data_set        TEXT COLLATE "C" NOT NULL,
    client_id       TEXT COLLATE "C" NOT NULL,
    definition      TEXT NOT NULL,
    secrets         BYTEA NOT NULL,
    disabled        BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
);
CREATE INDEX integration_by_client ON integration (client_id, created_at);
CREATE INDEX integration_by_age ON integration (created_at, integration_key);

CREATE TABLE functionality (
    functionality_key TEXT COLLATE "C" PRIMARY KEY,
    data_set          TEXT COLLATE "C" NOT NULL,
    client_id         TEXT COLLATE "C" NOT NULL,
    name              TEXT NOT NULL,
    redirect_uri      TEXT NOT NULL,
    pass_key_life     BIGINT NOT NULL,
    integration_key   TEXT COLLATE "C" REFERENCES integration (integration_key),
    disabled          BIGINT NOT NULL,
    created_at        BIGINT NOT NULL,
    updated_at        BIGINT NOT NULL
);
CREATE INDEX functionality_by_client ON functionality (client_id, created_at, functionality_key);
CREATE INDEX functionality_by_age ON functionality (created_at, functionality_key);
CREATE INDEX functionality_by_integration ON functionality (integration_key);

-- Persons whom a client's app has as users; beneficiary_id is their number in the client's tokens.
CREATE TABLE beneficiary (
    beneficiary_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_set       TEXT COLLATE "C" NOT NULL,
    client_id      TEXT COLLATE "C" NOT NULL,
    person_id      TEXT COLLATE "C" NOT NULL,
    unique_key     TEXT COLLATE "C" NOT NULL,
    created_at     BIGINT NOT NULL,
    UNIQUE (client_id, person_id)
);
CREATE INDEX beneficiary_by_person ON beneficiary (person_id, data_set);

-- What an integration told of a beneficiary. told is sealed JSON: the attributes, and the security headers of the login.
CREATE TABLE beneficiary_record (
    beneficiary_id  BIGINT NOT NULL REFERENCES beneficiary (beneficiary_id) ON DELETE CASCADE,
    integration_key TEXT COLLATE "C" NOT NULL REFERENCES integration (integration_key) ON DELETE CASCADE,
    told            BYTEA NOT NULL,
    updated_at      BIGINT NOT NULL,
    PRIMARY KEY (beneficiary_id, integration_key)
);
CREATE INDEX beneficiary_record_by_integration ON beneficiary_record (integration_key);

-- Tokens of beneficiaries, by the SHA-256 of their text.
CREATE TABLE beneficiary_token (
    token          BYTEA PRIMARY KEY,
    session_id     TEXT COLLATE "C" NOT NULL,
    beneficiary_id BIGINT NOT NULL REFERENCES beneficiary (beneficiary_id) ON DELETE CASCADE,
    created_at     BIGINT NOT NULL,
    expires_at     BIGINT NOT NULL
);
CREATE INDEX beneficiary_token_by_end ON beneficiary_token (expires_at);
CREATE INDEX beneficiary_token_by_beneficiary ON beneficiary_token (beneficiary_id);

-- Pass keys, by the SHA-256 of their text. context is sealed JSON: device and location; empty for neither.
CREATE TABLE pass_key (
    pass_key          BYTEA PRIMARY KEY,
    functionality_key TEXT COLLATE "C" NOT NULL REFERENCES functionality (functionality_key) ON DELETE CASCADE,
    beneficiary_id    BIGINT NOT NULL REFERENCES beneficiary (beneficiary_id) ON DELETE CASCADE,
    context           BYTEA NOT NULL,
    created_at        BIGINT NOT NULL,
    expires_at        BIGINT NOT NULL
);
CREATE INDEX pass_key_by_end ON pass_key (expires_at);
CREATE INDEX pass_key_by_functionality ON pass_key (functionality_key);
CREATE INDEX pass_key_by_beneficiary ON pass_key (beneficiary_id);

-- Keys that all replicas share, made by the first, sealed.
CREATE TABLE signing_key (
    name       TEXT COLLATE "C" PRIMARY KEY,
    sealed     BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

-- What operators changed. Append-only; texts are JSON without secrets.
CREATE TABLE admin_event (
    number BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at     BIGINT NOT NULL,
    actor  TEXT NOT NULL,
    act    TEXT COLLATE "C" NOT NULL,
    target TEXT COLLATE "C" NOT NULL,
    before TEXT NOT NULL,
    after  TEXT NOT NULL
);
