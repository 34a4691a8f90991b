-- +goose Up

-- Messages to people. A row is open until it is sent or given up; one that is being sent has due_at = lease_until.
CREATE TABLE outbox (
    id          TEXT   NOT NULL PRIMARY KEY,
    to_addr     TEXT   NOT NULL CHECK (to_addr <> ''),
    subject     TEXT   NOT NULL,
    body        TEXT   NOT NULL, -- sealed, because links in it let somebody in; '' once wiped
    created_at  BIGINT NOT NULL,
    due_at      BIGINT NOT NULL,
    attempts    BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    lease       TEXT,
    lease_until BIGINT,
    sent_at     BIGINT,
    failed_at   BIGINT,
    error       TEXT   NOT NULL DEFAULT '',
    CHECK ((lease IS NULL) = (lease_until IS NULL)),
    CHECK (sent_at IS NULL OR failed_at IS NULL),
    CHECK (lease IS NULL OR (sent_at IS NULL AND failed_at IS NULL))
);
CREATE INDEX outbox_due ON outbox (due_at) WHERE sent_at IS NULL AND failed_at IS NULL;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL AND body <> '';
CREATE INDEX outbox_failed ON outbox (failed_at) WHERE failed_at IS NOT NULL AND body <> '';
