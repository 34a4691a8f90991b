-- +goose Up

-- A session is an administrator's or a user's.
ALTER TABLE sessions ADD COLUMN user_id TEXT REFERENCES users (id) ON DELETE CASCADE
    CHECK (user_id IS NULL OR admin_id IS NULL);

CREATE INDEX sessions_user ON sessions (user_id) WHERE user_id IS NOT NULL;

-- Sign-ups that wait for their mail to be answered. Nothing of them is in users.
CREATE TABLE registrations (
    id            TEXT   NOT NULL PRIMARY KEY,
    token_hash    TEXT   NOT NULL UNIQUE CHECK (token_hash <> ''),
    browser_hash  TEXT   NOT NULL, -- of the browser that signed up
    email_key     TEXT   NOT NULL CHECK (email_key <> ''),
    details       TEXT   NOT NULL, -- JSON
    password_hash TEXT   NOT NULL CHECK (password_hash <> ''),
    user_id       TEXT REFERENCES users (id) ON DELETE SET NULL, -- while that user is staged
    created_at    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL
);

CREATE INDEX registrations_email ON registrations (email_key);
CREATE INDEX registrations_expires ON registrations (expires_at);
CREATE INDEX registrations_user ON registrations (user_id) WHERE user_id IS NOT NULL;

-- One-time links that were mailed to users.
CREATE TABLE user_links (
    token_hash TEXT   NOT NULL PRIMARY KEY CHECK (token_hash <> ''),
    user_id    TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    purpose    TEXT   NOT NULL CHECK (purpose IN ('verify', 'reset', 'invite', 'email')),
    email      TEXT   NOT NULL, -- where it was mailed to
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX user_links_expires ON user_links (expires_at);
CREATE INDEX user_links_user ON user_links (user_id, purpose);

-- How many mails strangers caused to an address since a time.
CREATE TABLE mail_limits (
    email_key TEXT   NOT NULL PRIMARY KEY CHECK (email_key <> ''),
    mails     BIGINT NOT NULL CHECK (mails > 0),
    since     BIGINT NOT NULL
);

CREATE INDEX mail_limits_since ON mail_limits (since);
