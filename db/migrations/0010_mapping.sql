-- +goose Up

-- What an administrator changed about a connector's attributes, as JSON.
ALTER TABLE connectors ADD COLUMN mapping TEXT NOT NULL DEFAULT '{}';

-- What the newest check of a connector's target found: its capability card.
CREATE TABLE connector_checks (
    connector_id TEXT   NOT NULL PRIMARY KEY REFERENCES connectors (id) ON DELETE CASCADE,
    at           BIGINT NOT NULL,
    report       TEXT   NOT NULL, -- JSON
    error        TEXT   NOT NULL
);

-- +goose Down
DROP TABLE connector_checks;
ALTER TABLE connectors DROP COLUMN mapping;
