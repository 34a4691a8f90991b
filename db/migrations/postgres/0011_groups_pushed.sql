-- +goose Up

-- A group's row outlives the group until its target has settled.
ALTER TABLE accounts DROP CONSTRAINT accounts_kind_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_kind_check CHECK (kind IN ('user', 'group'));
ALTER TABLE accounts DROP CONSTRAINT accounts_resource_id_fkey;
ALTER TABLE accounts ADD COLUMN label TEXT NOT NULL DEFAULT ''; -- the name of a group that was deleted
DROP INDEX accounts_held;
DROP INDEX accounts_dead;
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

-- +goose Down
DROP INDEX attempts_group;
DELETE FROM attempts WHERE group_id <> '';
ALTER TABLE attempts DROP COLUMN group_id;
DROP TABLE pushed_members;
DROP TABLE pushed_groups;
DELETE FROM accounts WHERE kind = 'group';
DROP INDEX accounts_label;
DROP INDEX accounts_held;
DROP INDEX accounts_dead;
CREATE INDEX accounts_held ON accounts (connector_id, held_at) WHERE held_at IS NOT NULL;
CREATE INDEX accounts_dead ON accounts (connector_id, dead_at) WHERE dead_at IS NOT NULL;
ALTER TABLE accounts DROP COLUMN label;
ALTER TABLE accounts ADD CONSTRAINT accounts_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES users (id);
ALTER TABLE accounts DROP CONSTRAINT accounts_kind_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_kind_check CHECK (kind = 'user');
