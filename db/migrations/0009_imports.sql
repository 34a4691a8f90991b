-- +goose Up

-- A file of people and what became of it. What state it is in follows from the times.
CREATE TABLE imports (
    id           TEXT   NOT NULL PRIMARY KEY,
    file_name    TEXT   NOT NULL,
    size_bytes   BIGINT NOT NULL DEFAULT 0,
    notes        TEXT   NOT NULL DEFAULT '[]',
    header       TEXT   NOT NULL,
    mapping      TEXT   NOT NULL DEFAULT '[]',
    existing     TEXT   NOT NULL DEFAULT 'create' CHECK (existing IN ('create', 'change')),
    unknown      TEXT   NOT NULL DEFAULT 'refuse' CHECK (unknown IN ('create', 'refuse')),
    row_count    BIGINT NOT NULL DEFAULT 0,
    position     BIGINT NOT NULL DEFAULT 0,
    creates      BIGINT NOT NULL DEFAULT 0,
    changes      BIGINT NOT NULL DEFAULT 0,
    sames        BIGINT NOT NULL DEFAULT 0,
    refusals     BIGINT NOT NULL DEFAULT 0,
    created      BIGINT NOT NULL DEFAULT 0,
    changed      BIGINT NOT NULL DEFAULT 0,
    refused      BIGINT NOT NULL DEFAULT 0,
    actor_id     TEXT   NOT NULL,
    actor_name   TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    seen_at      BIGINT NOT NULL,
    uploaded_at  BIGINT,
    failed_at    BIGINT,
    fault        TEXT   NOT NULL DEFAULT '',
    check_at     BIGINT,
    checked_at   BIGINT,
    run_at       BIGINT,
    paused_at    BIGINT,
    cancelled_at BIGINT,
    finished_at  BIGINT,
    purged_at    BIGINT,
    lease        TEXT,
    lease_until  BIGINT,
    CHECK ((lease IS NULL) = (lease_until IS NULL)),
    CHECK (run_at IS NULL OR checked_at IS NOT NULL),
    CHECK (checked_at IS NULL OR check_at IS NOT NULL)
);
CREATE INDEX imports_open ON imports (id) WHERE finished_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL;

-- What one row of the file says and what became of it: create, change, same and refuse are what the dry run found,
-- created, changed and refused what was done.
CREATE TABLE import_rows (
    import_id TEXT   NOT NULL REFERENCES imports (id),
    n         BIGINT NOT NULL CHECK (n > 0),
    line      BIGINT NOT NULL,
    cells     TEXT   NOT NULL,
    fault     TEXT   NOT NULL DEFAULT '',
    name      TEXT   NOT NULL DEFAULT '',
    name_key  TEXT   NOT NULL DEFAULT '',
    verdict   TEXT   NOT NULL DEFAULT '' CHECK (verdict IN ('', 'create', 'change', 'same', 'refuse', 'created', 'changed', 'refused')),
    field     TEXT   NOT NULL DEFAULT '',
    words     TEXT   NOT NULL DEFAULT '',
    user_id   TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (import_id, n)
);
CREATE INDEX import_rows_verdict ON import_rows (import_id, verdict, n);
CREATE INDEX import_rows_key ON import_rows (import_id, name_key, n) WHERE name_key <> '';
