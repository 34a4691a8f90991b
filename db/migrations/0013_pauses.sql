-- +goose Up

-- Pauses that run beside a quarantine, as JSON; '' when there is none. pace: the target said “too many”, or “not now”.
-- limited: the target has no room for another account.
ALTER TABLE connectors ADD COLUMN pace TEXT NOT NULL DEFAULT '';
ALTER TABLE connectors ADD COLUMN limited TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE connectors DROP COLUMN limited;
ALTER TABLE connectors DROP COLUMN pace;
