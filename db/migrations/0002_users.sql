-- +goose Up

-- The address that a user has shown to be theirs; '' when none.
ALTER TABLE users ADD COLUMN verified_email TEXT NOT NULL DEFAULT '';

CREATE INDEX users_created ON users (created_at, id) WHERE state IN ('staged', 'live');
CREATE INDEX users_updated ON users (updated_at, id) WHERE state IN ('staged', 'live');
