-- +goose Up

-- Browsers that somebody has signed in with: what fails elsewhere does not lock them.
CREATE TABLE known_browsers (
    owner   TEXT   NOT NULL, -- admin: or user: and the ID
    hash    TEXT   NOT NULL CHECK (hash <> ''), -- of the browser's cookie
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (owner, hash)
);
CREATE INDEX known_browsers_seen ON known_browsers (seen_at);

-- +goose Down
DROP TABLE known_browsers;
