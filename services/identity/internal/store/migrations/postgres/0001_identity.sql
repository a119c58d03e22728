-- +goose Up

CREATE TABLE person (
    person_id       TEXT COLLATE "C" PRIMARY KEY,
    data_set        TEXT COLLATE "C" NOT NULL,
    unique_key      TEXT COLLATE "C" NOT NULL,
    pseudonym       TEXT COLLATE "C" NOT NULL,
    given_names     TEXT NOT NULL,
    first_surname   TEXT NOT NULL,
    second_surname  TEXT NOT NULL,
    birth_date      TEXT NOT NULL,
    contacts        TEXT NOT NULL,
    photo_url       TEXT NOT NULL,
    photo_accepted  BIGINT NOT NULL,
    mobile_identity BIGINT NOT NULL,
    attributes      TEXT NOT NULL,
    version         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    UNIQUE (data_set, unique_key)
);
CREATE INDEX person_in_order ON person (data_set, person_id);

-- National identifiers in their canonical form.
CREATE TABLE identifier (
    data_set  TEXT COLLATE "C" NOT NULL,
    kind      TEXT COLLATE "C" NOT NULL,
    value     TEXT COLLATE "C" NOT NULL,
    person_id TEXT COLLATE "C" NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    PRIMARY KEY (data_set, kind, value)
);
CREATE UNIQUE INDEX identifier_of_person ON identifier (person_id, kind);

CREATE TABLE catalogue_entry (
    data_set  TEXT COLLATE "C" NOT NULL,
    catalogue TEXT COLLATE "C" NOT NULL,
    code      TEXT COLLATE "C" NOT NULL,
    name      TEXT NOT NULL,
    PRIMARY KEY (data_set, catalogue, code)
);

-- What every institution has: the types, which are those of cards, and the statuses that iddi documents.
INSERT INTO catalogue_entry (data_set, catalogue, code, name)
SELECT data_sets.name, entries.catalogue, entries.code, entries.name
FROM (SELECT 'production' AS name UNION ALL SELECT 'staging') AS data_sets,
     (SELECT 'membership_types' AS catalogue, 'B' AS code, 'Bachillerato' AS name
      UNION ALL SELECT 'membership_types', 'L', 'Licenciatura'
      UNION ALL SELECT 'membership_types', 'P', 'Posgrado'
      UNION ALL SELECT 'membership_types', 'A', 'Administrativo'
      UNION ALL SELECT 'membership_types', 'D', 'Docente'
      UNION ALL SELECT 'membership_types', 'E', 'Externo'
      UNION ALL SELECT 'membership_types', 'S', 'Servicio'
      UNION ALL SELECT 'statuses', 'INSCRITO', 'Inscrito'
      UNION ALL SELECT 'statuses', 'EGRESADO', 'Egresado'
      UNION ALL SELECT 'statuses', 'A PAGO', 'A pago'
      UNION ALL SELECT 'statuses', 'BAJA TEMPORAL', 'Baja temporal'
      UNION ALL SELECT 'statuses', 'BAJA DEFINITIVA', 'Baja definitiva'
      UNION ALL SELECT 'statuses', 'PREINSCRITO', 'Preinscrito'
      UNION ALL SELECT 'statuses', 'EN TRAMITE', 'En trámite'
      UNION ALL SELECT 'statuses', 'CON RECIBO', 'Con recibo'
      UNION ALL SELECT 'statuses', 'ADMITIDO', 'Admitido'
      UNION ALL SELECT 'statuses', 'COMPLEMENTO', 'Complemento'
      UNION ALL SELECT 'statuses', 'CAMBIO DE CARRERA', 'Cambio de carrera'
      UNION ALL SELECT 'statuses', 'ACTIVO', 'Activo'
      UNION ALL SELECT 'statuses', 'JUBILADO', 'Jubilado') AS entries;

-- type is the letter of cards. Dates are texts, times Unix milliseconds.
CREATE TABLE membership (
    membership_id TEXT COLLATE "C" PRIMARY KEY,
    person_id     TEXT COLLATE "C" NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    data_set      TEXT COLLATE "C" NOT NULL,
    type          TEXT COLLATE "C" NOT NULL,
    number        TEXT COLLATE "C" NOT NULL,
    programme     TEXT COLLATE "C" NOT NULL,
    academic_unit TEXT COLLATE "C" NOT NULL,
    department    TEXT COLLATE "C" NOT NULL,
    entity        TEXT NOT NULL,
    term          TEXT NOT NULL,
    status        TEXT COLLATE "C" NOT NULL,
    position      TEXT NOT NULL,
    hired_on      TEXT NOT NULL,
    salary_level  TEXT NOT NULL,
    valid_until   TEXT NOT NULL,
    ended_at      BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);
CREATE UNIQUE INDEX membership_lasting ON membership (person_id, type, number) WHERE ended_at IS NULL;
CREATE INDEX membership_of_person ON membership (person_id, membership_id);
CREATE INDEX membership_by_programme ON membership (data_set, programme) WHERE programme <> '';
CREATE INDEX membership_by_academic_unit ON membership (data_set, academic_unit) WHERE academic_unit <> '';
CREATE INDEX membership_by_department ON membership (data_set, department) WHERE department <> '';
CREATE INDEX membership_by_status ON membership (data_set, status);
CREATE INDEX membership_ended ON membership (ended_at) WHERE ended_at IS NOT NULL;

-- The keys that sign: use is card or log. A card's key has a data set, the log's has none.
CREATE TABLE signing_key (
    key_id         TEXT COLLATE "C" PRIMARY KEY,
    use            TEXT COLLATE "C" NOT NULL,
    data_set       TEXT COLLATE "C" NOT NULL,
    state          TEXT COLLATE "C" NOT NULL,
    public_key     BYTEA NOT NULL,
    sealed_private BYTEA NOT NULL,
    created_at     BIGINT NOT NULL,
    activated_at   BIGINT
);
CREATE UNIQUE INDEX signing_key_active ON signing_key (use, data_set) WHERE state = 'active';
CREATE UNIQUE INDEX signing_key_next ON signing_key (use, data_set) WHERE state = 'next';

-- person_id is empty once the person was erased; membership_id and text also once the membership was swept.
CREATE TABLE card (
    data_set      TEXT COLLATE "C" NOT NULL,
    folio         TEXT COLLATE "C" NOT NULL,
    person_id     TEXT COLLATE "C" NOT NULL,
    membership_id TEXT COLLATE "C" NOT NULL,
    key_id        TEXT COLLATE "C" NOT NULL REFERENCES signing_key (key_id),
    text          TEXT NOT NULL,
    signature     TEXT COLLATE "C" NOT NULL,
    issued_at     BIGINT NOT NULL,
    expires_at    BIGINT,
    revoked_at    BIGINT,
    reason        TEXT COLLATE "C" NOT NULL,
    replaces      TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (data_set, folio)
);
CREATE INDEX card_of_person ON card (person_id) WHERE person_id <> '';
CREATE UNIQUE INDEX card_live_of_membership ON card (membership_id) WHERE revoked_at IS NULL;
CREATE INDEX card_live_of_key ON card (key_id, expires_at) WHERE revoked_at IS NULL;
CREATE INDEX card_revoked ON card (data_set, revoked_at) WHERE revoked_at IS NOT NULL;

CREATE TABLE household (
    household_id  TEXT COLLATE "C" PRIMARY KEY,
    data_set      TEXT COLLATE "C" NOT NULL,
    household_key TEXT COLLATE "C" NOT NULL,
    created_at    BIGINT NOT NULL,
    UNIQUE (data_set, household_key)
);

-- The time of the latest statements about households and facts. Whoever records holds its lock.
CREATE TABLE recording (
    id     BIGINT PRIMARY KEY CHECK (id = 1),
    latest BIGINT NOT NULL
);
INSERT INTO recording (id, latest) VALUES (1, 0);

-- Append-only. The row of the highest number that holds at a time wins. valid_to is exclusive, null for no end.
CREATE TABLE household_member (
    number       BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    household_id TEXT COLLATE "C" NOT NULL REFERENCES household (household_id),
    person_id    TEXT COLLATE "C" NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    relation     TEXT COLLATE "C" NOT NULL,
    valid_from   BIGINT NOT NULL,
    valid_to     BIGINT,
    recorded_at  BIGINT NOT NULL,
    source       TEXT COLLATE "C" NOT NULL,
    reference    TEXT COLLATE "C" NOT NULL
);
CREATE INDEX household_member_by_household ON household_member (household_id, person_id, number);
CREATE INDEX household_member_by_person ON household_member (person_id, number);
CREATE UNIQUE INDEX household_member_once ON household_member (household_id, person_id, source, reference) WHERE reference <> '';

-- Append-only, as household_member. subject is person or household; value is JSON, null for "not known any more".
CREATE TABLE fact (
    number      BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    subject     TEXT COLLATE "C" NOT NULL,
    subject_id  TEXT COLLATE "C" NOT NULL,
    name        TEXT COLLATE "C" NOT NULL,
    value       TEXT,
    valid_from  BIGINT NOT NULL,
    valid_to    BIGINT,
    recorded_at BIGINT NOT NULL,
    source      TEXT COLLATE "C" NOT NULL,
    reference   TEXT COLLATE "C" NOT NULL
);
CREATE INDEX fact_by_subject ON fact (subject_id, name, number);
CREATE INDEX fact_ended ON fact (valid_to) WHERE valid_to IS NOT NULL;
CREATE UNIQUE INDEX fact_once ON fact (subject_id, name, valid_from, source, reference) WHERE reference <> '';

-- next_line is the first line of the file that is not stored; rejects are those of the last batch, as JSON.
CREATE TABLE import (
    import_id  TEXT COLLATE "C" PRIMARY KEY,
    kind       TEXT COLLATE "C" NOT NULL,
    data_set   TEXT COLLATE "C" NOT NULL,
    next_line  BIGINT NOT NULL,
    stored     BIGINT NOT NULL,
    unchanged  BIGINT NOT NULL,
    rejected   BIGINT NOT NULL,
    rejects    TEXT NOT NULL DEFAULT 'null',
    started_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
