-- +goose Up

-- Why the remote ID of an account is not believed until the target was asked: 'moved', 'restored', 'renamed', or
-- 'elsewhere' when none is known and the account is looked for before one is made.
ALTER TABLE accounts ADD COLUMN suspect TEXT NOT NULL DEFAULT '' CHECK (suspect IN ('', 'moved', 'restored', 'renamed', 'elsewhere'));

-- The user who had this account before, whose ID it bore when it was given to the same person's new user.
ALTER TABLE accounts ADD COLUMN returned_from TEXT NOT NULL DEFAULT '';

-- The user or group of ours whose account has a value that this one should have.
ALTER TABLE accounts ADD COLUMN waits_for TEXT NOT NULL DEFAULT '';

-- A held account's question can be answered with "adopt".
ALTER TABLE accounts ADD COLUMN adoptable BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE accounts SET adoptable = TRUE WHERE held_at IS NOT NULL AND held_remote_id <> '';

-- Accounts at targets that Usher does not keep in step any more: disabled or kept for a user who left, or at a target
-- that the connector does not point to now.
CREATE TABLE left_accounts (
    connector_id TEXT   NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
    kind         TEXT   NOT NULL CHECK (kind IN ('user', 'group')),
    resource_id  TEXT   NOT NULL,            -- our ID, which the account bears
    target       TEXT   NOT NULL DEFAULT '', -- where, when the connector points elsewhere now
    remote_id    TEXT   NOT NULL,            -- '' when the account may have been made and its ID never came
    name         TEXT   NOT NULL,
    origin       TEXT   NOT NULL,
    reason       TEXT   NOT NULL CHECK (reason IN ('disabled', 'kept', 'retargeted')),
    left_at      BIGINT NOT NULL,
    change_id    TEXT   NOT NULL,
    PRIMARY KEY (connector_id, kind, resource_id, target)
);
CREATE INDEX left_accounts_remote ON left_accounts (connector_id, kind, remote_id);
CREATE INDEX left_accounts_newest ON left_accounts (connector_id, left_at, resource_id);

-- Counts on while a server runs, and where the database was then: a database that is behind, or elsewhere, was restored.
CREATE TABLE pulse (
    id     BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    beats  BIGINT NOT NULL,
    place  TEXT   NOT NULL
);
INSERT INTO pulse (id, beats, place) VALUES (1, 0, '');

-- +goose Down
DROP TABLE pulse;
DROP TABLE left_accounts;
ALTER TABLE accounts DROP COLUMN adoptable;
ALTER TABLE accounts DROP COLUMN waits_for;
ALTER TABLE accounts DROP COLUMN returned_from;
ALTER TABLE accounts DROP COLUMN suspect;
