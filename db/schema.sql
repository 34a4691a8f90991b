-- What the migrations add up to, written by: go test ./db -run TestSchemaFile -update

CREATE TABLE account_counts (
    connector_id TEXT   NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
    kind         TEXT   NOT NULL,
    state        BIGINT NOT NULL,
    part         BIGINT NOT NULL,
    n            BIGINT NOT NULL,
    PRIMARY KEY (connector_id, kind, state, part)
) WITHOUT ROWID;

CREATE TABLE "accounts" (
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
    label          TEXT   NOT NULL DEFAULT '', lease_for BIGINT, write_until BIGINT, suspect TEXT NOT NULL DEFAULT '' CHECK (suspect IN ('', 'moved', 'restored', 'renamed', 'elsewhere')), returned_from TEXT NOT NULL DEFAULT '', waits_for TEXT NOT NULL DEFAULT '', adoptable BOOLEAN NOT NULL DEFAULT FALSE, state BIGINT GENERATED ALWAYS AS (CASE
    WHEN held_at IS NOT NULL THEN 1
    WHEN dead_at IS NOT NULL THEN 2
    WHEN observed_gen = desired_gen THEN 0
    ELSE 4 + 4 * priority
        + CASE WHEN attempts > CASE WHEN lease IS NULL THEN 0 ELSE 1 END THEN 2 ELSE 0 END
        + CASE WHEN remote_id IS NULL AND kind = 'user' THEN 1 ELSE 0 END
    END) VIRTUAL, -- the name of a group that was deleted

    PRIMARY KEY (connector_id, kind, resource_id),
    CHECK (observed_gen >= 0 AND observed_gen <= desired_gen),
    CHECK ((remote_id IS NULL) = (origin IS NULL)),
    CHECK ((remote_id IS NULL) = (linked_at IS NULL)),
    CHECK ((lease IS NULL) = (lease_until IS NULL)),
    CHECK (lease_until IS NULL OR due_at >= lease_until),
    CHECK ((held_at IS NULL AND dead_at IS NULL) OR observed_gen < desired_gen)
);

CREATE INDEX accounts_dead ON accounts (connector_id, kind, dead_at) WHERE dead_at IS NOT NULL;

CREATE INDEX accounts_due ON accounts (connector_id, priority, due_at, lease_until, attempts)
    WHERE observed_gen < desired_gen AND dead_at IS NULL AND held_at IS NULL;

CREATE INDEX accounts_held ON accounts (connector_id, kind, held_at) WHERE held_at IS NOT NULL;

CREATE INDEX accounts_known ON accounts (connector_id, priority, due_at, lease_until)
    WHERE observed_gen < desired_gen AND dead_at IS NULL AND held_at IS NULL AND (remote_id IS NOT NULL OR kind = 'group');

CREATE INDEX accounts_label ON accounts (connector_id) WHERE label <> '';

CREATE INDEX accounts_leased ON accounts (connector_id, kind, lease) WHERE lease IS NOT NULL;

CREATE UNIQUE INDEX accounts_remote ON accounts (connector_id, kind, remote_id) WHERE remote_id IS NOT NULL;

CREATE INDEX accounts_resource ON accounts (resource_id, kind);

CREATE TRIGGER accounts_counted_delete AFTER DELETE ON accounts BEGIN
    INSERT INTO account_counts (connector_id, kind, state, part, n) VALUES (OLD.connector_id, OLD.kind, OLD.state, 0, -1)
        ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = n - 1;
END;

CREATE TRIGGER accounts_counted_insert AFTER INSERT ON accounts BEGIN
    INSERT INTO account_counts (connector_id, kind, state, part, n) VALUES (NEW.connector_id, NEW.kind, NEW.state, 0, 1)
        ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER accounts_counted_update AFTER UPDATE OF desired_gen ON accounts
    WHEN OLD.state <> NEW.state BEGIN
    INSERT INTO account_counts (connector_id, kind, state, part, n) VALUES (OLD.connector_id, OLD.kind, OLD.state, 0, -1)
        ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = n - 1;
    INSERT INTO account_counts (connector_id, kind, state, part, n) VALUES (NEW.connector_id, NEW.kind, NEW.state, 0, 1)
        ON CONFLICT (connector_id, kind, state, part) DO UPDATE SET n = n + 1;
END;

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
, user_id TEXT REFERENCES users (id) ON DELETE CASCADE, expires_at BIGINT, skip_unknown_members BOOLEAN NOT NULL DEFAULT FALSE);

CREATE INDEX api_tokens_applications ON api_tokens (id) WHERE user_id IS NULL;

CREATE INDEX api_tokens_user ON api_tokens (user_id, id) WHERE user_id IS NOT NULL;

CREATE TABLE "attempts" (
    id             TEXT   NOT NULL PRIMARY KEY,
    at             BIGINT NOT NULL,
    change_id      TEXT   NOT NULL,
    user_id        TEXT   NOT NULL,
    user_name      TEXT   NOT NULL,
    user_name_key  TEXT   NOT NULL,
    target         BIGINT NOT NULL REFERENCES log_targets (n),
    connector      BIGINT NOT NULL, -- of the target, to find lines by
    operation      TEXT   NOT NULL CHECK (operation IN ('none', 'find', 'create', 'adopt', 'update', 'disable', 'delete')),
    outcome        TEXT   NOT NULL CHECK (outcome IN ('succeeded', 'retry', 'failed', 'held')),
    took           BIGINT NOT NULL CHECK (took >= 0),
    status         BIGINT NOT NULL,
    error_kind     TEXT   NOT NULL,
    error          TEXT   NOT NULL,
    remedy         TEXT   NOT NULL,
    remote_id      TEXT   NOT NULL,
    group_id       TEXT   NOT NULL DEFAULT '',
    exchanges      BLOB   NOT NULL
) WITHOUT ROWID;

CREATE INDEX attempts_connector ON attempts (connector, id);

CREATE INDEX attempts_group ON attempts (group_id, id) WHERE group_id <> '';

CREATE INDEX attempts_name ON attempts (user_name_key, id);

CREATE INDEX attempts_operation ON attempts (operation, id) WHERE operation <> 'create' AND operation <> 'update';

CREATE INDEX attempts_outcome ON attempts (outcome, id) WHERE outcome <> 'succeeded';

CREATE INDEX attempts_user ON attempts (user_id, id) WHERE user_id <> '';

CREATE TABLE "changes" (
    id         TEXT   NOT NULL PRIMARY KEY,
    at         BIGINT NOT NULL,
    actor_kind TEXT   NOT NULL CHECK (actor_kind IN ('admin', 'cli', 'token', 'user', 'system')),
    actor_id   TEXT   NOT NULL,
    actor_name TEXT   NOT NULL,
    action     TEXT   NOT NULL CHECK (action <> ''),
    target     TEXT   NOT NULL,
    label      TEXT   NOT NULL
) WITHOUT ROWID;

CREATE TABLE client_ids (
    client      TEXT NOT NULL CHECK (client <> ''),
    kind        TEXT NOT NULL CHECK (kind IN ('user', 'group')),
    resource_id TEXT NOT NULL,
    value       TEXT NOT NULL CHECK (value <> ''),
    PRIMARY KEY (client, kind, resource_id)
);

CREATE INDEX client_ids_resource ON client_ids (resource_id, kind);

CREATE INDEX client_ids_users ON client_ids (value, resource_id) WHERE kind = 'user';

CREATE INDEX client_ids_value ON client_ids (client, kind, value, resource_id);

CREATE TABLE connection_groups (
    connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    group_id      TEXT NOT NULL REFERENCES user_groups (id),
    PRIMARY KEY (connection_id, group_id)
);

CREATE INDEX connection_groups_group ON connection_groups (group_id);

CREATE TABLE connections (
    id          TEXT   NOT NULL PRIMARY KEY,
    name        TEXT   NOT NULL CHECK (name <> ''),
    name_key    TEXT   NOT NULL UNIQUE CHECK (name_key <> ''),
    description TEXT   NOT NULL,
    type        TEXT   NOT NULL CHECK (type <> ''),
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
, revision BIGINT NOT NULL DEFAULT 1);

CREATE TABLE connector_checks (
    connector_id TEXT   NOT NULL PRIMARY KEY REFERENCES connectors (id) ON DELETE CASCADE,
    at           BIGINT NOT NULL,
    report       TEXT   NOT NULL, -- JSON
    error        TEXT   NOT NULL
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
    updated_at        BIGINT  NOT NULL, mapping TEXT NOT NULL DEFAULT '{}', pace TEXT NOT NULL DEFAULT '', limited TEXT NOT NULL DEFAULT '',
    UNIQUE (connection_id, kind),
    CHECK ((quarantine_class <> '') = (quarantine_until IS NOT NULL))
);

CREATE TABLE group_members (
    group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    user_id  TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, user_id)
);

CREATE INDEX group_members_user ON group_members (user_id, group_id);

CREATE TABLE group_terms (
    group_id TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    term     TEXT NOT NULL CHECK (term <> ''),
    PRIMARY KEY (group_id, term)
);

CREATE INDEX group_terms_term ON group_terms (term, group_id);

CREATE TABLE identities (
    connection_id TEXT   NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    issuer        TEXT   NOT NULL CHECK (issuer <> ''),
    subject       TEXT   NOT NULL CHECK (subject <> ''),
    user_id       TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    linked_at     BIGINT NOT NULL,
    PRIMARY KEY (connection_id, issuer, subject)
);

CREATE INDEX identities_user ON identities (user_id);

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
    user_id   TEXT   NOT NULL DEFAULT '', cause TEXT NOT NULL DEFAULT '', email_key TEXT NOT NULL DEFAULT '', number_key TEXT NOT NULL DEFAULT '', external_key TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (import_id, n)
);

CREATE INDEX import_rows_cause ON import_rows (import_id, cause, n) WHERE cause <> '';

CREATE INDEX import_rows_email ON import_rows (import_id, email_key, n) WHERE email_key <> '';

CREATE INDEX import_rows_external ON import_rows (import_id, external_key, n) WHERE external_key <> '';

CREATE INDEX import_rows_key ON import_rows (import_id, name_key, n) WHERE name_key <> '';

CREATE INDEX import_rows_number ON import_rows (import_id, number_key, n) WHERE number_key <> '';

CREATE INDEX import_rows_verdict ON import_rows (import_id, verdict, n);

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
    lease_until  BIGINT, alike TEXT NOT NULL DEFAULT 'skip' CHECK (alike IN ('skip', 'import')), warned BIGINT NOT NULL DEFAULT 0, wiped_at BIGINT,
    CHECK ((lease IS NULL) = (lease_until IS NULL)),
    CHECK (run_at IS NULL OR checked_at IS NOT NULL),
    CHECK (checked_at IS NULL OR check_at IS NOT NULL)
);

CREATE INDEX imports_open ON imports (id) WHERE finished_at IS NULL AND cancelled_at IS NULL AND failed_at IS NULL;

CREATE INDEX imports_unwiped ON imports (id) WHERE wiped_at IS NULL;

CREATE TABLE known_browsers (
    owner   TEXT   NOT NULL, -- admin: or user: and the ID
    hash    TEXT   NOT NULL CHECK (hash <> ''), -- of the browser's cookie
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (owner, hash)
);

CREATE INDEX known_browsers_seen ON known_browsers (seen_at);

CREATE TABLE left_accounts (
    connector_id TEXT   NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
    kind         TEXT   NOT NULL CHECK (kind IN ('user', 'group')),
    resource_id  TEXT   NOT NULL,            -- our ID, which the account bears
    target       TEXT   NOT NULL DEFAULT '', -- where, when the connector points elsewhere now
    remote_id    TEXT   NOT NULL,            -- '' when the account may have been made and its ID never came
    name         TEXT   NOT NULL,
    origin       TEXT   NOT NULL,
    reason       TEXT   NOT NULL CHECK (reason IN ('disabled', 'kept', 'retargeted')),
    left_at      BIGINT NOT NULL,
    change_id    TEXT   NOT NULL,
    PRIMARY KEY (connector_id, kind, resource_id, target)
);

CREATE INDEX left_accounts_newest ON left_accounts (connector_id, left_at, resource_id);

CREATE INDEX left_accounts_remote ON left_accounts (connector_id, kind, remote_id);

CREATE TABLE log_counts (
    hour    BIGINT NOT NULL, -- since 1970, of UTC
    outcome TEXT   NOT NULL,
    part    BIGINT NOT NULL,
    n       BIGINT NOT NULL,
    PRIMARY KEY (hour, outcome, part)
) WITHOUT ROWID;

CREATE TABLE log_targets (
    n            BIGINT NOT NULL PRIMARY KEY,
    connector    BIGINT NOT NULL,
    connector_id TEXT   NOT NULL,
    connection   TEXT   NOT NULL,
    kind         TEXT   NOT NULL,
    UNIQUE (connector_id, connection, kind)
) WITHOUT ROWID;

CREATE TABLE mail_limits (
    email_key TEXT   NOT NULL PRIMARY KEY CHECK (email_key <> ''),
    mails     BIGINT NOT NULL CHECK (mails > 0),
    since     BIGINT NOT NULL
);

CREATE INDEX mail_limits_since ON mail_limits (since);

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

CREATE INDEX outbox_failed ON outbox (failed_at) WHERE failed_at IS NOT NULL AND body <> '';

CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL AND body <> '';

CREATE TABLE passwords (
    user_id      TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    connector_id TEXT   NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
    sealed       TEXT   NOT NULL,
    set_at       BIGINT NOT NULL, -- tells a newer password from the one that was delivered; it never goes back
    PRIMARY KEY (user_id, connector_id)
);

CREATE INDEX passwords_age ON passwords (set_at);

CREATE INDEX passwords_connector ON passwords (connector_id);

CREATE TABLE provisioners (
    id           TEXT    NOT NULL PRIMARY KEY,
    connector_id TEXT    NOT NULL UNIQUE REFERENCES connectors (id),
    blocking     BOOLEAN NOT NULL CHECK (blocking IN (TRUE, FALSE)),
    on_failure   TEXT    NOT NULL CHECK (on_failure IN ('reject', 'create_anyway')),
    deadline     BIGINT  NOT NULL CHECK (deadline > 0),
    jit_outbound BOOLEAN NOT NULL CHECK (jit_outbound IN (TRUE, FALSE)),
    created_at   BIGINT  NOT NULL,
    updated_at   BIGINT  NOT NULL
, revision BIGINT NOT NULL DEFAULT 1);

CREATE TABLE pulse (
    id     BIGINT NOT NULL PRIMARY KEY CHECK (id = 1),
    beats  BIGINT NOT NULL,
    place  TEXT   NOT NULL
);

CREATE TABLE pushed_groups (
    connector_id TEXT NOT NULL REFERENCES connectors (id) ON DELETE CASCADE,
    group_id     TEXT NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
    PRIMARY KEY (connector_id, group_id)
);

CREATE INDEX pushed_groups_group ON pushed_groups (group_id);

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
, password_sealed TEXT NOT NULL DEFAULT '');

CREATE INDEX registrations_email ON registrations (email_key);

CREATE INDEX registrations_expires ON registrations (expires_at);

CREATE INDEX registrations_user ON registrations (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE sessions (
    hash       TEXT   NOT NULL PRIMARY KEY CHECK (hash <> ''),
    admin_id   TEXT REFERENCES admins (id) ON DELETE CASCADE,
    data       TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
, user_id TEXT REFERENCES users (id) ON DELETE CASCADE
    CHECK (user_id IS NULL OR admin_id IS NULL));

CREATE INDEX sessions_admin ON sessions (admin_id);

CREATE INDEX sessions_expires ON sessions (expires_at);

CREATE INDEX sessions_seen ON sessions (seen_at);

CREATE INDEX sessions_user ON sessions (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
, revision BIGINT NOT NULL DEFAULT 1);

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

CREATE TABLE throttle (
    name_key TEXT   NOT NULL PRIMARY KEY,
    failures BIGINT NOT NULL CHECK (failures > 0),
    last_at  BIGINT NOT NULL
);

CREATE INDEX throttle_last ON throttle (last_at);

CREATE TABLE user_counts (
    shard BIGINT NOT NULL PRIMARY KEY,
    live  BIGINT NOT NULL
, disabled BIGINT NOT NULL DEFAULT 0);

CREATE TABLE user_groups (
    id           TEXT   NOT NULL PRIMARY KEY,
    display_name TEXT   NOT NULL CHECK (display_name <> ''),
    name_key     TEXT   NOT NULL UNIQUE CHECK (name_key <> ''),
    members      BIGINT NOT NULL CHECK (members >= 0),
    version      BIGINT NOT NULL CHECK (version > 0),
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL
);

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

CREATE TABLE user_long_values (
    user_id TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    attr    BIGINT NOT NULL,
    seq     BIGINT NOT NULL,
    value   TEXT   NOT NULL,
    PRIMARY KEY (user_id, attr, seq)
);

CREATE TABLE "user_terms" (
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    term    TEXT NOT NULL CHECK (term <> ''),
    PRIMARY KEY (user_id, term)
) WITHOUT ROWID;

CREATE INDEX user_terms_term ON user_terms (term, user_id);

CREATE TABLE user_values (
    user_id TEXT   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    attr    BIGINT NOT NULL, -- an attribute or sub-attribute, by its number
    seq     BIGINT NOT NULL, -- which of several: 0 is the primary one, else the first
    key     TEXT   NOT NULL, -- folded where case does not count; of a long value its beginning and a hash
    PRIMARY KEY (user_id, attr, seq)
) WITHOUT ROWID;

CREATE INDEX user_values_key ON user_values (attr, key, user_id, seq);

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
    deleted_at    BIGINT, verified_email TEXT NOT NULL DEFAULT '', name_skeleton TEXT NOT NULL DEFAULT '', self_addressed BOOLEAN NOT NULL DEFAULT FALSE CHECK (self_addressed IN (TRUE, FALSE)),
    CHECK ((state = 'staged') = (staged_until IS NOT NULL)),
    CHECK ((state IN ('deleted', 'rejected')) = (deleted_at IS NOT NULL))
);

CREATE INDEX users_created ON users (created_at, id) WHERE state IN ('staged', 'live');

CREATE INDEX users_disabled ON users (user_name_key) WHERE state IN ('staged', 'live') AND NOT active;

CREATE INDEX users_external ON users (external_id) WHERE external_id <> '' AND state IN ('staged', 'live');

CREATE INDEX users_gone ON users (id) WHERE state IN ('deleted', 'rejected');

CREATE UNIQUE INDEX users_name ON users (user_name_key) WHERE state IN ('staged', 'live');

CREATE INDEX users_skeleton ON users (name_skeleton) WHERE state IN ('staged', 'live');

CREATE INDEX users_source ON users (source, user_name_key) WHERE state IN ('staged', 'live');

CREATE INDEX users_staged ON users (staged_until) WHERE state = 'staged';

CREATE INDEX users_updated ON users (updated_at, id) WHERE state IN ('staged', 'live');

CREATE INDEX users_walk ON users (id, state) WHERE state IN ('staged', 'live');

CREATE TRIGGER users_counted_delete AFTER DELETE ON users WHEN OLD.state = 'live' BEGIN
    UPDATE user_counts SET live = live - 1, disabled = disabled - (NOT OLD.active) WHERE shard = 0;
END;

CREATE TRIGGER users_counted_insert AFTER INSERT ON users WHEN NEW.state = 'live' BEGIN
    UPDATE user_counts SET live = live + 1, disabled = disabled + (NOT NEW.active) WHERE shard = 0;
END;

CREATE TRIGGER users_counted_update AFTER UPDATE OF state, active ON users
    WHEN (OLD.state = 'live') <> (NEW.state = 'live') OR NEW.state = 'live' AND OLD.active <> NEW.active BEGIN
    UPDATE user_counts SET live = live + (NEW.state = 'live') - (OLD.state = 'live'),
        disabled = disabled + (NEW.state = 'live' AND NOT NEW.active) - (OLD.state = 'live' AND NOT OLD.active) WHERE shard = 0;
END;
