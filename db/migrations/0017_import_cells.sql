-- +goose Up

-- What becomes of a row that is like somebody who exists, how many rows have a warning, and when what must not be
-- kept was last wiped: the cells of columns that are not imported, and what looks like a secret. NULL: not yet.
ALTER TABLE imports ADD COLUMN alike TEXT NOT NULL DEFAULT 'skip' CHECK (alike IN ('skip', 'import'));
ALTER TABLE imports ADD COLUMN warned BIGINT NOT NULL DEFAULT 0;
ALTER TABLE imports ADD COLUMN wiped_at BIGINT;
CREATE INDEX imports_unwiped ON imports (id) WHERE wiped_at IS NULL;

-- The sentence that stands for all rows with the same trouble, and by what a row is found to be like another.
ALTER TABLE import_rows ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE import_rows ADD COLUMN email_key TEXT NOT NULL DEFAULT '';
ALTER TABLE import_rows ADD COLUMN number_key TEXT NOT NULL DEFAULT '';
ALTER TABLE import_rows ADD COLUMN external_key TEXT NOT NULL DEFAULT '';
CREATE INDEX import_rows_cause ON import_rows (import_id, cause, n) WHERE cause <> '';
CREATE INDEX import_rows_email ON import_rows (import_id, email_key, n) WHERE email_key <> '';
CREATE INDEX import_rows_number ON import_rows (import_id, number_key, n) WHERE number_key <> '';
CREATE INDEX import_rows_external ON import_rows (import_id, external_key, n) WHERE external_key <> '';

CREATE INDEX users_external ON users (external_id) WHERE external_id <> '' AND state IN ('staged', 'live');
CREATE INDEX client_ids_users ON client_ids (value, resource_id) WHERE kind = 'user';

-- +goose Down
DROP INDEX client_ids_users;
DROP INDEX users_external;
DROP INDEX import_rows_external;
DROP INDEX import_rows_number;
DROP INDEX import_rows_email;
DROP INDEX import_rows_cause;
ALTER TABLE import_rows DROP COLUMN external_key;
ALTER TABLE import_rows DROP COLUMN number_key;
ALTER TABLE import_rows DROP COLUMN email_key;
ALTER TABLE import_rows DROP COLUMN cause;
DROP INDEX imports_unwiped;
ALTER TABLE imports DROP COLUMN wiped_at;
ALTER TABLE imports DROP COLUMN warned;
ALTER TABLE imports DROP COLUMN alike;
