-- What the migrations add up to, written by: go test ./db -run TestSchemaFile -update

CREATE TABLE accounts (
    connector_id   TEXT   NOT NULL REFERENCES connectors (id),
    kind           TEXT   NOT NULL DEFAULT 'user' CHECK (kind = 'user'),
    resource_id    TEXT   NOT NULL REFERENCES users (id),

    desired_gen    BIGINT NOT NULL,
    observed_gen   BIGINT NOT NULL,

    remote_id      TEXT CHECK (remote_id <> ''),
    origin         TEXT CHECK (origin IN ('created', 'adopted')),
    linked_at      BIGINT,
    linked_by      TEXT   NOT NULL DEFAULT '',
    write_began   BIGINT,
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

    PRIMARY KEY (connector_id, kind, resource_id),
    CHECK (observed_gen >= 0 AND observed_gen <= desired_gen),
    CHECK ((remote_id IS NULL) = (origin IS NULL)),
    CHECK ((remote_id IS NULL) = (linked_at IS NULL)),
    CHECK ((lease IS NULL) = (lease_until IS NULL)),
    CHECK (lease_until IS NULL OR due_at >= lease_until),
    CHECK ((held_at IS NULL AND dead_at IS NULL) OR observed_gen < desired_gen)
);

CREATE INDEX accounts_dead ON accounts (connector_id, dead_at) WHERE dead_at IS NOT NULL;

CREATE INDEX accounts_due ON accounts (connector_id, priority, due_at, lease_until, attempts)
    WHERE observed_gen < desired_gen AND dead_at IS NULL AND held_at IS NULL;

CREATE INDEX accounts_held ON accounts (connector_id, held_at) WHERE held_at IS NOT NULL;

CREATE UNIQUE INDEX accounts_remote ON accounts (connector_id, kind, remote_id) WHERE remote_id IS NOT NULL;

CREATE INDEX accounts_resource ON accounts (resource_id, kind);

CREATE TABLE admins (
    id            TEXT   NOT NULL PRIMARY KEY,
    user_name     TEXT   NOT NULL CHECK (user_name <> ''),
    user_name_key TEXT   NOT NULL UNIQUE CHECK (user_name_key <> ''),
    password_hash TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    password_at   BIGINT NOT NULL,
    signed_in_at  BIGINT
);

CREATE TABLE api_tokens (
    id           TEXT   NOT NULL PRIMARY KEY,
    name         TEXT   NOT NULL CHECK (name <> ''),
    hash         TEXT   NOT NULL UNIQUE CHECK (hash <> ''),
    scopes       TEXT   NOT NULL,
    created_by   TEXT   NOT NULL,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);

CREATE TABLE attempts (
    id             TEXT   NOT NULL PRIMARY KEY,
    at             BIGINT NOT NULL,
    change_id      TEXT   NOT NULL,
    user_id        TEXT   NOT NULL,
    user_name      TEXT   NOT NULL,
    user_name_key  TEXT   NOT NULL,
    connector_id   TEXT   NOT NULL,
    connection     TEXT   NOT NULL,
    connector_kind TEXT   NOT NULL,
    operation      TEXT   NOT NULL CHECK (operation IN ('none', 'find', 'create', 'adopt', 'update', 'disable', 'delete')),
    outcome        TEXT   NOT NULL CHECK (outcome IN ('succeeded', 'retry', 'failed', 'held')),
    took           BIGINT NOT NULL CHECK (took >= 0),
    status         BIGINT NOT NULL,
    error_kind     TEXT   NOT NULL,
    error          TEXT   NOT NULL,
    remedy         TEXT   NOT NULL,
    remote_id      TEXT   NOT NULL,
    exchanges      TEXT   NOT NULL
);

CREATE INDEX attempts_connector ON attempts (connector_id, id);

CREATE INDEX attempts_name ON attempts (user_name_key, id);

CREATE INDEX attempts_operation ON attempts (operation, id) WHERE operation <> 'create' AND operation <> 'update';

CREATE INDEX attempts_outcome ON attempts (outcome, id) WHERE outcome <> 'succeeded';

CREATE INDEX attempts_user ON attempts (user_id, id);

CREATE TABLE changes (
    id         TEXT   NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor_kind TEXT   NOT NULL CHECK (actor_kind IN ('admin', 'cli', 'token', 'user', 'system')),
    actor_id   TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    action     TEXT   NOT NULL CHECK (action <> ''),
    target     TEXT   NOT NULL,
    label      TEXT   NOT NULL
);

CREATE INDEX changes_target ON changes (target, id);

CREATE TABLE connections (
    id          TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL CHECK (name <> ''),
    name_key    TEXT   NOT NULL UNIQUE CHECK (name_key <> ''),
    description TEXT   NOT NULL,
    type        TEXT   NOT NULL CHECK (type <> ''),
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);

CREATE TABLE connectors (
    id                TEXT    NOT NULL PRIMARY KEY,
    connection_id     TEXT    NOT NULL REFERENCES connections (id),
    kind              TEXT    NOT NULL CHECK (kind <> ''),
    enabled           BOOLEAN NOT NULL CHECK (enabled IN (TRUE, FALSE)),
    field_values      TEXT    NOT NULL,
    secrets           TEXT    NOT NULL, -- sealed; '' when there are none
    revision          BIGINT  NOT NULL CHECK (revision > 0),
    quarantine_class  TEXT    NOT NULL DEFAULT '' CHECK (quarantine_class IN ('', 'all', 'writes')),
    quarantine_since  BIGINT,
    quarantine_until  BIGINT,
    quarantine_step   BIGINT  NOT NULL DEFAULT 0,
    quarantine_reason TEXT    NOT NULL DEFAULT '',
    quarantine_remedy TEXT    NOT NULL DEFAULT '',
    quarantine_kind   TEXT    NOT NULL DEFAULT '',
    created_at        BIGINT  NOT NULL,
    updated_at        BIGINT  NOT NULL,
    UNIQUE (connection_id, kind),
    CHECK ((quarantine_class <> '') = (quarantine_until IS NOT NULL))
);

CREATE TABLE provisioners (
    id           TEXT    NOT NULL PRIMARY KEY,
    connector_id TEXT    NOT NULL UNIQUE REFERENCES connectors (id),
    blocking     BOOLEAN NOT NULL CHECK (blocking IN (TRUE, FALSE)),
    on_failure   TEXT    NOT NULL CHECK (on_failure IN ('reject', 'create_anyway')),
    deadline     BIGINT  NOT NULL CHECK (deadline > 0),
    jit_outbound BOOLEAN NOT NULL CHECK (jit_outbound IN (TRUE, FALSE)),
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL
);

CREATE TABLE sessions (
    hash       TEXT   NOT NULL PRIMARY KEY CHECK (hash <> ''),
    admin_id   TEXT REFERENCES admins (id) ON DELETE CASCADE,
    data       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX sessions_admin ON sessions (admin_id);

CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE INDEX sessions_seen ON sessions (seen_at);

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE throttle (
    name_key TEXT   NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL CHECK (failures > 0),
    last_at  BIGINT NOT NULL
);

CREATE INDEX throttle_last ON throttle (last_at);

CREATE TABLE user_terms (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    term    TEXT NOT NULL CHECK (term <> ''),
    PRIMARY KEY (user_id, term)
);

CREATE INDEX user_terms_term ON user_terms (term, user_id);

CREATE TABLE users (
    id            TEXT    NOT NULL PRIMARY KEY,
    user_name     TEXT    NOT NULL CHECK (user_name <> ''),
    user_name_key TEXT    NOT NULL CHECK (user_name_key <> ''),
    state         TEXT    NOT NULL CHECK (state IN ('staged', 'live', 'deleted', 'rejected')),
    active        BOOLEAN NOT NULL CHECK (active IN (TRUE, FALSE)),
    source        TEXT    NOT NULL CHECK (source IN ('console', 'import', 'scim', 'signup', 'jit')),
    external_id   TEXT    NOT NULL,
    attributes    TEXT    NOT NULL,
    password_hash TEXT    NOT NULL,
    version       BIGINT  NOT NULL CHECK (version > 0),
    staged_until  BIGINT,
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL,
    deleted_at    BIGINT, verified_email TEXT NOT NULL DEFAULT '',
    CHECK ((state = 'staged') = (staged_until IS NOT NULL)),
    CHECK ((state IN ('deleted', 'rejected')) = (deleted_at IS NOT NULL))
);

CREATE INDEX users_created ON users (created_at, id) WHERE state IN ('staged', 'live');

CREATE INDEX users_disabled ON users (user_name_key) WHERE state IN ('staged', 'live') AND NOT active;

CREATE INDEX users_gone ON users (id) WHERE state IN ('deleted', 'rejected');

CREATE UNIQUE INDEX users_name ON users (user_name_key) WHERE state IN ('staged', 'live');

CREATE INDEX users_source ON users (source, user_name_key) WHERE state IN ('staged', 'live');

CREATE INDEX users_staged ON users (staged_until) WHERE state = 'staged';

CREATE INDEX users_updated ON users (updated_at, id) WHERE state IN ('staged', 'live');
