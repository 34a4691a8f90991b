-- +goose Up

-- Every write counts, so that a form which was opened before another write is known to be older.
ALTER TABLE connections ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE provisioners ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
ALTER TABLE settings ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;

-- +goose Down
ALTER TABLE settings DROP COLUMN revision;
ALTER TABLE provisioners DROP COLUMN revision;
ALTER TABLE connections DROP COLUMN revision;
