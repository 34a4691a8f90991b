-- +goose Up

ALTER TABLE accounts ADD COLUMN state BIGINT GENERATED ALWAYS AS (CASE
    WHEN held_at IS NOT NULL THEN 1
    WHEN dead_at IS NOT NULL THEN 2
    WHEN observed_gen = desired_gen THEN 0
    ELSE 4 + 4 * priority
        + CASE WHEN attempts > CASE WHEN lease IS NULL THEN 0 ELSE 1 END THEN 2 ELSE 0 END
        + CASE WHEN remote_id IS NULL AND kind = 'user' THEN 1 ELSE 0 END
    END) STORED;

CREATE INDEX accounts_leased ON accounts (connector_id, kind, lease) WHERE lease IS NOT NULL;

-- Each session writes a part of its own, so that no transaction waits for another one's count, or deadlocks with it.
CREATE TABLE account_counts (
    connector_id TEXT   NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
    kind         TEXT   NOT NULL,
    state        BIGINT NOT NULL,
    part         BIGINT NOT NULL, -- the session's process; 0 for those that have ended
    n            BIGINT NOT NULL,
    PRIMARY KEY (connector_id, kind, state, part)
) WITH (fillfactor = 50);
INSERT INTO account_counts (connector_id, kind, state, part, n)
    SELECT connector_id, kind, state, 0, count(*) FROM accounts GROUP BY connector_id, kind, state;

-- Once a statement, however many accounts it changes: thousands of writes of one row in one transaction would each look
-- through all versions of it.
-- +goose StatementBegin
CREATE FUNCTION count_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO account_counts AS c (connector_id, kind, state, part, n)
            SELECT a.connector_id, a.kind, a.state, pg_backend_pid(), count(*) FROM after_it a GROUP BY a.connector_id, a.kind, a.state
            ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = c.n + excluded.n;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO account_counts AS c (connector_id, kind, state, part, n)
            SELECT b.connector_id, b.kind, b.state, pg_backend_pid(), -count(*) FROM before_it b GROUP BY b.connector_id, b.kind, b.state
            ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = c.n + excluded.n;
    ELSE
        INSERT INTO account_counts AS c (connector_id, kind, state, part, n)
            SELECT m.connector_id, m.kind, m.state, pg_backend_pid(), sum(m.by)
            FROM (SELECT a.connector_id, a.kind, a.state, 1 AS by FROM after_it a
                UNION ALL SELECT b.connector_id, b.kind, b.state, -1 FROM before_it b) AS m
            GROUP BY m.connector_id, m.kind, m.state HAVING sum(m.by) <> 0
            ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = c.n + excluded.n;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER accounts_counted_insert AFTER INSERT ON accounts REFERENCING NEW TABLE AS after_it
    FOR EACH STATEMENT EXECUTE FUNCTION count_accounts();
CREATE TRIGGER accounts_counted_update AFTER UPDATE ON accounts REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it
    FOR EACH STATEMENT EXECUTE FUNCTION count_accounts();
CREATE TRIGGER accounts_counted_delete AFTER DELETE ON accounts REFERENCING OLD TABLE AS before_it
    FOR EACH STATEMENT EXECUTE FUNCTION count_accounts();

ALTER TABLE user_counts ADD COLUMN disabled BIGINT NOT NULL DEFAULT 0;
UPDATE user_counts SET disabled = (SELECT count(*) FROM users WHERE state = 'live' AND NOT active) WHERE shard = 0;

-- +goose StatementBegin
CREATE FUNCTION count_users() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    live_by     BIGINT;
    disabled_by BIGINT;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*), count(*) FILTER (WHERE NOT a.active) INTO live_by, disabled_by FROM after_it a WHERE a.state = 'live';
    ELSIF TG_OP = 'DELETE' THEN
        SELECT -count(*), -count(*) FILTER (WHERE NOT b.active) INTO live_by, disabled_by FROM before_it b WHERE b.state = 'live';
    ELSE
        live_by := (NEW.state = 'live')::int - (OLD.state = 'live')::int;
        disabled_by := (NEW.state = 'live' AND NOT NEW.active)::int - (OLD.state = 'live' AND NOT OLD.active)::int;
    END IF;
    IF live_by <> 0 OR disabled_by <> 0 THEN
        INSERT INTO user_counts AS c (shard, live, disabled) VALUES (pg_backend_pid(), live_by, disabled_by)
            ON CONFLICT (shard) DO UPDATE SET live = c.live + excluded.live, disabled = c.disabled + excluded.disabled;
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER users_counted_insert AFTER INSERT ON users REFERENCING NEW TABLE AS after_it
    FOR EACH STATEMENT EXECUTE FUNCTION count_users();
CREATE TRIGGER users_counted_update AFTER UPDATE OF state, active ON users
    FOR EACH ROW WHEN (OLD.state <> NEW.state OR OLD.active <> NEW.active) EXECUTE FUNCTION count_users();
CREATE TRIGGER users_counted_delete AFTER DELETE ON users REFERENCING OLD TABLE AS before_it
    FOR EACH STATEMENT EXECUTE FUNCTION count_users();

CREATE TABLE log_counts (
    hour    BIGINT NOT NULL,
    outcome TEXT   NOT NULL,
    part    BIGINT NOT NULL,
    n       BIGINT NOT NULL,
    PRIMARY KEY (hour, outcome, part)
) WITH (fillfactor = 50);
INSERT INTO log_counts (hour, outcome, part, n)
    SELECT at / 3600000000, outcome, 0, count(*) FROM attempts GROUP BY at / 3600000000, outcome;

-- +goose Down
DROP TABLE log_counts;
DROP TRIGGER users_counted_delete ON users;
DROP TRIGGER users_counted_update ON users;
DROP TRIGGER users_counted_insert ON users;
DROP FUNCTION count_users();
ALTER TABLE user_counts DROP COLUMN disabled;
DROP TRIGGER accounts_counted_delete ON accounts;
DROP TRIGGER accounts_counted_update ON accounts;
DROP TRIGGER accounts_counted_insert ON accounts;
DROP FUNCTION count_accounts();
DROP TABLE account_counts;
DROP INDEX accounts_leased;
ALTER TABLE accounts DROP COLUMN state;
