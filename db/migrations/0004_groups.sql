-- +goose Up

-- members counts the live users of group_members, so that a list need not; whoever writes one writes the other.
CREATE TABLE user_groups (
    id           TEXT   NOT NULL PRIMARY KEY,
    display_name TEXT   NOT NULL CHECK (display_name <> ''),
    name_key     TEXT   NOT NULL UNIQUE CHECK (name_key <> ''),
    members      BIGINT NOT NULL CHECK (members >= 0),
    version      BIGINT NOT NULL CHECK (version > 0),
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);

-- The folded beginnings that a search for a group can meet.
CREATE TABLE group_terms (
    group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    term     TEXT NOT NULL CHECK (term <> ''),
    PRIMARY KEY (group_id, term)
);
CREATE INDEX group_terms_term ON group_terms (term, group_id);

-- Staged users are here, too, so that a target knows whether they are in scope; nobody sees them as members.
CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
);
CREATE INDEX group_members_user ON group_members (user_id, group_id);

-- The groups that a connection sends; a connection without any sends everybody.
CREATE TABLE connection_groups (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    group_id      TEXT NOT NULL REFERENCES user_groups (id),
    PRIMARY KEY (connection_id, group_id)
);
CREATE INDEX connection_groups_group ON connection_groups (group_id);
