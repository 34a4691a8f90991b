-- +goose Up

-- Pauses that run beside a quarantine, as JSON; '' when there is none. pace: the target said “too many”, or “not now”.
-- limited: the target has no room for another account.
ALTER TABLE connectors ADD COLUMN pace TEXT NOT NULL DEFAULT '';
ALTER TABLE connectors ADD COLUMN limited TEXT NOT NULL DEFAULT '';

-- How long the lease was given for: whoever takes it over measures that with a clock of its own. And until when a write
-- whose outcome is not known may still have been under way.
ALTER TABLE accounts ADD COLUMN lease_for BIGINT;
ALTER TABLE accounts ADD COLUMN write_until BIGINT;
UPDATE accounts SET write_until = COALESCE(lease_until, write_began) WHERE write_began IS NOT NULL;
UPDATE accounts SET lease_for = CASE WHEN lease_until - write_began < 600000000 THEN lease_until - write_began ELSE 600000000 END
    WHERE lease_until IS NOT NULL;

-- What is due apart from accounts that have to be made: it goes on while those wait.
CREATE INDEX accounts_known ON accounts (connector_id, priority, due_at, lease_until)
    WHERE observed_gen < desired_gen AND dead_at IS NULL AND held_at IS NULL AND (remote_id IS NOT NULL OR kind = 'group');

-- +goose Down
DROP INDEX accounts_known;
ALTER TABLE accounts DROP COLUMN write_until;
ALTER TABLE accounts DROP COLUMN lease_for;
ALTER TABLE connectors DROP COLUMN limited;
ALTER TABLE connectors DROP COLUMN pace;
