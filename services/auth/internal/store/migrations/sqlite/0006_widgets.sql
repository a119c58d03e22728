-- +goose Up

-- The origins of a widget's pages, as JSON.
ALTER TABLE client ADD COLUMN origins TEXT NOT NULL DEFAULT '[]';

-- The citizens that widget tokens name by numbers, until the last token of theirs has ended. No number is given out twice.
CREATE TABLE citizen (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    data_set   TEXT NOT NULL,
    rut        TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    kept_until INTEGER NOT NULL,
    UNIQUE (data_set, rut)
) STRICT;
CREATE INDEX citizen_by_end ON citizen (kept_until);
