-- +goose Up

ALTER TABLE client ADD COLUMN data_set TEXT NOT NULL DEFAULT 'production';
