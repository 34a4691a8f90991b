-- +goose Up

-- Where attempts went, as it was named then. A row never changes: after a renaming there is another one, with the same
-- connector, which is the n of the connector's first row.
CREATE TABLE log_targets (
    n            BIGINT NOT NULL PRIMARY KEY,
    connector    BIGINT NOT NULL,
    connector_id TEXT   NOT NULL,
    connection   TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    UNIQUE (connector_id, connection, kind)
) WITHOUT ROWID;

INSERT INTO log_targets (n, connector, connector_id, connection, kind)
    SELECT n, min(n) OVER (PARTITION BY connector_id), connector_id, connection, connector_kind
    FROM (SELECT row_number() OVER (ORDER BY min(id)) AS n, connector_id, connection, connector_kind
        FROM attempts GROUP BY connector_id, connection, connector_kind) AS t;

-- The lines of the log, in their primary key. log_exchange.go says what exchanges are.
CREATE TABLE attempts_new (
    id             TEXT   NOT NULL PRIMARY KEY,
    at             BIGINT NOT NULL,
    change_id      TEXT   NOT NULL,
    user_id        TEXT   NOT NULL,
    user_name      TEXT   NOT NULL,
    user_name_key  TEXT   NOT NULL,
    target         BIGINT NOT NULL REFERENCES log_targets (n),
    connector      BIGINT NOT NULL, -- of the target, to find lines by
    operation      TEXT   NOT NULL CHECK (operation IN ('none', 'find', 'create', 'adopt', 'update', 'disable', 'delete')),
    outcome        TEXT   NOT NULL CHECK (outcome IN ('succeeded', 'retry', 'failed', 'held')),
    took           BIGINT NOT NULL CHECK (took >= 0),
    status         BIGINT NOT NULL,
    error_kind     TEXT   NOT NULL,
    error          TEXT   NOT NULL,
    remedy         TEXT   NOT NULL,
    remote_id      TEXT   NOT NULL,
    group_id       TEXT   NOT NULL DEFAULT '',
    exchanges      BLOB   NOT NULL
) WITHOUT ROWID;

INSERT INTO attempts_new (id, at, change_id, user_id, user_name, user_name_key, target, connector, operation, outcome, took, status,
        error_kind, error, remedy, remote_id, group_id, exchanges)
    SELECT l.id, l.at, l.change_id, l.user_id, l.user_name, l.user_name_key, o.n, o.connector, l.operation, l.outcome, l.took, l.status,
        l.error_kind, l.error, l.remedy, l.remote_id, l.group_id, CAST(l.exchanges AS BLOB)
    FROM attempts l JOIN log_targets o ON o.connector_id = l.connector_id AND o.connection = l.connection AND o.kind = l.connector_kind;
DROP TABLE attempts;
ALTER TABLE attempts_new RENAME TO attempts;

CREATE INDEX attempts_user ON attempts (user_id, id) WHERE user_id <> '';
CREATE INDEX attempts_group ON attempts (group_id, id) WHERE group_id <> '';
CREATE INDEX attempts_connector ON attempts (connector, id);
CREATE INDEX attempts_name ON attempts (user_name_key, id);
CREATE INDEX attempts_operation ON attempts (operation, id) WHERE operation <> 'create' AND operation <> 'update';
CREATE INDEX attempts_outcome ON attempts (outcome, id) WHERE outcome <> 'succeeded';

-- What users are searched by, in its primary key.
CREATE TABLE user_terms_new (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    term    TEXT NOT NULL CHECK (term <> ''),
    PRIMARY KEY (user_id, term)
) WITHOUT ROWID;
INSERT INTO user_terms_new (user_id, term) SELECT user_id, term FROM user_terms ORDER BY user_id, term;
DROP TABLE user_terms;
ALTER TABLE user_terms_new RENAME TO user_terms;
CREATE INDEX user_terms_term ON user_terms (term, user_id);

-- Who did what, in its primary key. No page asks for the changes of one target.
CREATE TABLE changes_new (
    id         TEXT   NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor_kind TEXT   NOT NULL CHECK (actor_kind IN ('admin', 'cli', 'token', 'user', 'system')),
    actor_id   TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    action     TEXT   NOT NULL CHECK (action <> ''),
    target     TEXT   NOT NULL,
    label      TEXT   NOT NULL
) WITHOUT ROWID;
INSERT INTO changes_new (id, at, actor_kind, actor_id, actor_name, action, target, label)
    SELECT id, at, actor_kind, actor_id, actor_name, action, target, label FROM changes ORDER BY id;
DROP TABLE changes;
ALTER TABLE changes_new RENAME TO changes;
