-- +goose Up

-- A user or a group at a connector. The row of a leased account has due_at at or after the end of the lease, so that
-- what is being tried leaves the front of accounts_due. A group's row outlives the group until its target has settled.
-- SQLite cannot change a constraint, so the table is made anew.
CREATE TABLE accounts_new (
    connector_id   TEXT   NOT NULL REFERENCES connectors (id),
    kind           TEXT   NOT NULL DEFAULT 'user' CHECK (kind IN ('user', 'group')),
    resource_id    TEXT   NOT NULL,

    desired_gen    BIGINT NOT NULL,
    observed_gen   BIGINT NOT NULL,

    remote_id      TEXT CHECK (remote_id <> ''),
    origin         TEXT CHECK (origin IN ('created', 'adopted')),
    linked_at      BIGINT,
    linked_by      TEXT   NOT NULL DEFAULT '',
    write_began    BIGINT,
    profile        TEXT, -- JSON of what was last written

    priority       BIGINT NOT NULL CHECK (priority IN (0, 1, 2)),
    due_at         BIGINT NOT NULL,
    attempts       BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    lease          TEXT,
    lease_until    BIGINT,

    held_at        BIGINT,
    held_reason    TEXT   NOT NULL DEFAULT '',
    held_remote_id TEXT   NOT NULL DEFAULT '',
    held_shown     TEXT,
    approved       TEXT   NOT NULL DEFAULT '',
    dead_at        BIGINT,
    error_kind     TEXT   NOT NULL DEFAULT '',
    error          TEXT   NOT NULL DEFAULT '',
    remedy         TEXT   NOT NULL DEFAULT '',
    change_id      TEXT   NOT NULL,
    verified_at    BIGINT,
    label          TEXT   NOT NULL DEFAULT '', -- the name of a group that was deleted

    PRIMARY KEY (connector_id, kind, resource_id),
    CHECK (observed_gen >= 0 AND observed_gen <= desired_gen),
    CHECK ((remote_id IS NULL) = (origin IS NULL)),
    CHECK ((remote_id IS NULL) = (linked_at IS NULL)),
    CHECK ((lease IS NULL) = (lease_until IS NULL)),
    CHECK (lease_until IS NULL OR due_at >= lease_until),
    CHECK ((held_at IS NULL AND dead_at IS NULL) OR observed_gen < desired_gen)
);

INSERT INTO accounts_new (connector_id, kind, resource_id, desired_gen, observed_gen, remote_id, origin, linked_at, linked_by, write_began, profile,
    priority, due_at, attempts, lease, lease_until, held_at, held_reason, held_remote_id, held_shown, approved, dead_at,
    error_kind, error, remedy, change_id, verified_at)
    SELECT connector_id, kind, resource_id, desired_gen, observed_gen, remote_id, origin, linked_at, linked_by, write_began, profile,
    priority, due_at, attempts, lease, lease_until, held_at, held_reason, held_remote_id, held_shown, approved, dead_at,
    error_kind, error, remedy, change_id, verified_at FROM accounts;
DROP TABLE accounts;
ALTER TABLE accounts_new RENAME TO accounts;
CREATE UNIQUE INDEX accounts_remote ON accounts (connector_id, kind, remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX accounts_resource ON accounts (resource_id, kind);
CREATE INDEX accounts_due ON accounts (connector_id, priority, due_at, lease_until, attempts)
    WHERE observed_gen < desired_gen AND dead_at IS NULL AND held_at IS NULL;
CREATE INDEX accounts_held ON accounts (connector_id, kind, held_at) WHERE held_at IS NOT NULL;
CREATE INDEX accounts_dead ON accounts (connector_id, kind, dead_at) WHERE dead_at IS NOT NULL;
CREATE INDEX accounts_label ON accounts (connector_id) WHERE label <> '';

-- The groups that an administrator chose to be pushed.
CREATE TABLE pushed_groups (
    connector_id TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
    group_id     TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (connector_id, group_id)
);
CREATE INDEX pushed_groups_group ON pushed_groups (group_id);

-- The memberships that we made at a target, and whom it refused. A row that is not sure stands for a call whose
-- outcome is not known: the member may be there or not. Neither the group nor the user need exist any more.
CREATE TABLE pushed_members (
    connector_id TEXT    NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
    group_id     TEXT    NOT NULL,
    user_id      TEXT    NOT NULL,
    remote_id    TEXT    NOT NULL CHECK (remote_id <> ''),
    sure         BOOLEAN NOT NULL CHECK (sure IN (TRUE, FALSE)),
    refused      TEXT    NOT NULL DEFAULT '', -- the target's words
    PRIMARY KEY (connector_id, group_id, user_id)
) WITHOUT ROWID;
CREATE INDEX pushed_members_refused ON pushed_members (user_id, group_id) WHERE refused <> '';

-- Whose line of the log it is: a group's, or '' for a user's. A group's name is in user_name.
ALTER TABLE attempts ADD COLUMN group_id TEXT NOT NULL DEFAULT '';
CREATE INDEX attempts_group ON attempts (group_id, id) WHERE group_id <> '';
