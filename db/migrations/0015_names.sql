-- +goose Up

-- What a user name looks like (directory.NameSkeleton); it is filled when the database is opened.
ALTER TABLE users ADD COLUMN name_skeleton TEXT NOT NULL DEFAULT '';
CREATE INDEX users_skeleton ON users (name_skeleton) WHERE state IN ('staged', 'live');

-- Whether the user, or a provider for them, wrote addresses that nobody has verified.
ALTER TABLE users ADD COLUMN self_addressed BOOLEAN NOT NULL DEFAULT FALSE CHECK (self_addressed IN (TRUE, FALSE));

-- +goose Down
ALTER TABLE users DROP COLUMN self_addressed;
DROP INDEX users_skeleton;
ALTER TABLE users DROP COLUMN name_skeleton;
