-- +goose Up

-- The origins of a widget's pages, as JSON.
ALTER TABLE client ADD COLUMN origins TEXT NOT NULL DEFAULT '[]';

-- The citizens that widget tokens name by numbers, until the last token of theirs has ended. No number is given out twice.
CREATE TABLE citizen (
    number     BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    data_set   TEXT COLLATE "C" NOT NULL,
    rut        TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    kept_until BIGINT NOT NULL,
    UNIQUE (data_set, rut)
);
CREATE INDEX citizen_by_end ON citizen (kept_until);
