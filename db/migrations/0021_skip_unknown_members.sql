-- +goose Up

-- Whether group writes with the token pass over members whom nobody knows, instead of being refused.
ALTER TABLE api_tokens ADD COLUMN skip_unknown_members BOOLEAN NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE api_tokens DROP COLUMN skip_unknown_members;
