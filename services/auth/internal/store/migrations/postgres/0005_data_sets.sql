-- +goose Up

ALTER TABLE client ADD COLUMN data_set TEXT COLLATE "C" NOT NULL DEFAULT 'production';
