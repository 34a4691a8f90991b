-- +goose Up

-- A personal token belongs to a user; an application's has no user_id.
ALTER TABLE api_tokens ADD COLUMN user_id TEXT REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE api_tokens ADD COLUMN expires_at BIGINT;

CREATE INDEX api_tokens_user ON api_tokens (user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX api_tokens_applications ON api_tokens (id) WHERE user_id IS NULL;
