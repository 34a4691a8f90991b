-- +goose Up

-- What a page counts accounts by (db/count.go names the numbers). Of those that are due it says how urgent they are, whether
-- they were tried before the attempt that is under way, if one is, and whether the user is new to the target.
ALTER TABLE accounts ADD COLUMN state BIGINT GENERATED ALWAYS AS (CASE
    WHEN held_at IS NOT NULL THEN 1
    WHEN dead_at IS NOT NULL THEN 2
    WHEN observed_gen = desired_gen THEN 0
    ELSE 4 + 4 * priority
        + CASE WHEN attempts > CASE WHEN lease IS NULL THEN 0 ELSE 1 END THEN 2 ELSE 0 END
        + CASE WHEN remote_id IS NULL AND kind = 'user' THEN 1 ELSE 0 END
    END) VIRTUAL;

-- What is being tried.
CREATE INDEX accounts_leased ON accounts (connector_id, kind, lease) WHERE lease IS NOT NULL;

-- How many accounts there are of each state. Every transaction that changes them keeps it, by the triggers below. A
-- count is the sum of its parts, of which SQLite, with its one writer, has one.
CREATE TABLE account_counts (
    connector_id TEXT   NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
    kind         TEXT   NOT NULL,
    state        BIGINT NOT NULL,
    part         BIGINT NOT NULL,
    n            BIGINT NOT NULL,
    PRIMARY KEY (connector_id, kind, state, part)
) WITHOUT ROWID;
INSERT INTO account_counts (connector_id, kind, state, part, n)
    SELECT connector_id, kind, state, 0, count(*) FROM accounts GROUP BY connector_id, kind, state;

-- +goose StatementBegin
CREATE TRIGGER accounts_counted_insert AFTER INSERT ON accounts BEGIN
    INSERT INTO account_counts (connector_id, kind, state, part, n) VALUES (NEW.connector_id, NEW.kind, NEW.state, 0, 1)
        ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- A trigger costs a third of what recording a result costs. So it listens to desired_gen alone, which every other statement
-- that changes a state sets; the recording of results counts by itself (db/count_batch.go).
-- +goose StatementBegin
CREATE TRIGGER accounts_counted_update AFTER UPDATE OF desired_gen ON accounts
    WHEN OLD.state <> NEW.state BEGIN
    INSERT INTO account_counts (connector_id, kind, state, part, n) VALUES (OLD.connector_id, OLD.kind, OLD.state, 0, -1)
        ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = n - 1;
    INSERT INTO account_counts (connector_id, kind, state, part, n) VALUES (NEW.connector_id, NEW.kind, NEW.state, 0, 1)
        ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = n + 1;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER accounts_counted_delete AFTER DELETE ON accounts BEGIN
    INSERT INTO account_counts (connector_id, kind, state, part, n) VALUES (OLD.connector_id, OLD.kind, OLD.state, 0, -1)
        ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = n - 1;
END;
-- +goose StatementEnd

-- Likewise how many users are live, and how many of those are disabled.
ALTER TABLE user_counts ADD COLUMN disabled BIGINT NOT NULL DEFAULT 0;
UPDATE user_counts SET disabled = (SELECT count(*) FROM users WHERE state = 'live' AND NOT active) WHERE shard = 0;

-- +goose StatementBegin
CREATE TRIGGER users_counted_insert AFTER INSERT ON users WHEN NEW.state = 'live' BEGIN
    UPDATE user_counts SET live = live + 1, disabled = disabled + (NOT NEW.active) WHERE shard = 0;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER users_counted_update AFTER UPDATE OF state, active ON users
    WHEN (OLD.state = 'live') <> (NEW.state = 'live') OR NEW.state = 'live' AND OLD.active <> NEW.active BEGIN
    UPDATE user_counts SET live = live + (NEW.state = 'live') - (OLD.state = 'live'),
        disabled = disabled + (NEW.state = 'live' AND NOT NEW.active) - (OLD.state = 'live' AND NOT OLD.active) WHERE shard = 0;
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER users_counted_delete AFTER DELETE ON users WHEN OLD.state = 'live' BEGIN
    UPDATE user_counts SET live = live - 1, disabled = disabled - (NOT OLD.active) WHERE shard = 0;
END;
-- +goose StatementEnd

-- How many lines of the log an hour has, by how the attempts came out.
CREATE TABLE log_counts (
    hour    BIGINT NOT NULL, -- since 1970, of UTC
    outcome TEXT   NOT NULL,
    part    BIGINT NOT NULL,
    n       BIGINT NOT NULL,
    PRIMARY KEY (hour, outcome, part)
) WITHOUT ROWID;
INSERT INTO log_counts (hour, outcome, part, n)
    SELECT at / 3600000000, outcome, 0, count(*) FROM attempts GROUP BY at / 3600000000, outcome;

-- +goose Down
DROP TABLE log_counts;
DROP TRIGGER users_counted_delete;
DROP TRIGGER users_counted_update;
DROP TRIGGER users_counted_insert;
ALTER TABLE user_counts DROP COLUMN disabled;
DROP TRIGGER accounts_counted_delete;
DROP TRIGGER accounts_counted_update;
DROP TRIGGER accounts_counted_insert;
DROP TABLE account_counts;
DROP INDEX accounts_leased;
ALTER TABLE accounts DROP COLUMN state;
