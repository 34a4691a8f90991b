-- +goose Up

-- How people sign in through a connection. A connection without a row is not a sign-in connection.
CREATE TABLE sign_ins (
    connection_id TEXT    NOT NULL PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    enabled       BOOLEAN NOT NULL CHECK (enabled IN (TRUE, FALSE)),
    issuer        TEXT    NOT NULL CHECK (issuer <> ''),
    client_id     TEXT    NOT NULL CHECK (client_id <> ''),
    client_secret TEXT    NOT NULL, -- sealed; '' when there is none
    scopes        TEXT    NOT NULL,
    settings      TEXT    NOT NULL, -- JSON
    revision      BIGINT  NOT NULL CHECK (revision > 0),
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL
);

-- A user as an external identity provider knows them. The primary key is what lets two first sign-ins of one person
-- that arrive together make one user.
CREATE TABLE identities (
    connection_id TEXT   NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    issuer        TEXT   NOT NULL CHECK (issuer <> ''),
    subject       TEXT   NOT NULL CHECK (subject <> ''),
    user_id       TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    linked_at     BIGINT NOT NULL,
    PRIMARY KEY (connection_id, issuer, subject)
);
CREATE INDEX identities_user ON identities (user_id);
