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
);

INSERT INTO log_targets (n, connector, connector_id, connection, kind)
    SELECT n, min(n) OVER (PARTITION BY connector_id), connector_id, connection, connector_kind
    FROM (SELECT row_number() OVER (ORDER BY min(id)) AS n, connector_id, connection, connector_kind
        FROM attempts GROUP BY connector_id, connection, connector_kind) AS t;

-- log_exchange.go says what exchanges are.
ALTER TABLE attempts ALTER COLUMN exchanges TYPE BYTEA USING convert_to(exchanges, 'UTF8');
ALTER TABLE attempts ADD COLUMN target BIGINT REFERENCES log_targets (n);
ALTER TABLE attempts ADD COLUMN connector BIGINT;
UPDATE attempts l SET target = o.n, connector = o.connector FROM log_targets o
    WHERE o.connector_id = l.connector_id AND o.connection = l.connection AND o.kind = l.connector_kind;
ALTER TABLE attempts ALTER COLUMN target SET NOT NULL;
ALTER TABLE attempts ALTER COLUMN connector SET NOT NULL;
DROP INDEX attempts_connector;
ALTER TABLE attempts DROP COLUMN connector_id;
ALTER TABLE attempts DROP COLUMN connection;
ALTER TABLE attempts DROP COLUMN connector_kind;
CREATE INDEX attempts_connector ON attempts (connector, id);
DROP INDEX attempts_user;
CREATE INDEX attempts_user ON attempts (user_id, id) WHERE user_id <> '';

-- No page asks for the changes of one target.
DROP INDEX changes_target;
