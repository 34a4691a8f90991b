-- +goose Up

-- Passwords in clear, sealed, that wait for a target to take them.
CREATE TABLE passwords (
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    connector_id TEXT   NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
    sealed       TEXT   NOT NULL,
    set_at       BIGINT NOT NULL, -- tells a newer password from the one that was delivered; it never goes back
    PRIMARY KEY (user_id, connector_id)
);
CREATE INDEX passwords_connector ON passwords (connector_id);
CREATE INDEX passwords_age ON passwords (set_at);

-- The password of a sign-up that waits for its mail, sealed; empty when no target would be sent it.
ALTER TABLE registrations ADD COLUMN password_sealed TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE registrations DROP COLUMN password_sealed;
DROP TABLE passwords;
