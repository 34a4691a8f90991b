-- +goose Up

-- What filters and sorting find users by; users.attributes is the truth, value_row.go says what is here. Everything
-- is in the key and in the index, so neither looks further.
CREATE TABLE user_values (
    user_id TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    attr    BIGINT NOT NULL, -- an attribute or sub-attribute, by its number
    seq     BIGINT NOT NULL, -- which of several: 0 is the primary one, else the first
    key     TEXT   NOT NULL, -- folded where case does not count; of a long value its beginning and a hash
    PRIMARY KEY (user_id, attr, seq)
) WITHOUT ROWID;
CREATE INDEX user_values_key ON user_values (attr, key, user_id, seq);

-- The whole of those values that are too long for a key.
CREATE TABLE user_long_values (
    user_id TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    attr    BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    value   TEXT   NOT NULL,
    PRIMARY KEY (user_id, attr, seq)
);

-- Walking users by their IDs, and past many of them, without reading them.
CREATE INDEX users_walk ON users (id, state) WHERE state IN ('staged', 'live');

-- How many users are live, in parts, so that writers do not wait for each other. A part alone may be below 0.
CREATE TABLE user_counts (
    shard BIGINT NOT NULL PRIMARY KEY,
    live  BIGINT NOT NULL
);
INSERT INTO user_counts (shard, live)
    SELECT 0, count(*) FROM users WHERE state = 'live';
INSERT INTO user_counts (shard, live) VALUES
    (1, 0), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 0), (12, 0), (13, 0), (14, 0), (15, 0);

-- The names that API clients have for users and groups.
CREATE TABLE client_ids (
    client      TEXT NOT NULL CHECK (client <> ''),
    kind        TEXT NOT NULL CHECK (kind IN ('user', 'group')),
    resource_id TEXT NOT NULL,
    value       TEXT NOT NULL CHECK (value <> ''),
    PRIMARY KEY (client, kind, resource_id)
);
CREATE INDEX client_ids_value ON client_ids (client, kind, value, resource_id);
CREATE INDEX client_ids_resource ON client_ids (resource_id, kind);
