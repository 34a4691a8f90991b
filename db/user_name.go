package db

import (
	"context"
	"database/sql"
	"fmt"

	"golang.org/x/text/secure/precis"

	"usher/directory"
)

// namesVersion says what the keys and skeletons of user names are made by; a database with another one is brought up to
// date when it is opened. Raise its number with every change of directory.NameKey or NameSkeleton.
const namesVersion = "1, Unicode " + precis.UnicodeVersion

// Stored: never rename.
const namesSetting = "user_names"

// keyedName is a stored user name.
type keyedName struct{ id, name, key, skeleton string }

// fillNames writes the keys and skeletons of names that were stored by other rules. Of two names that are the same by
// today's rules the one that has the key keeps it; the other stays under its own, and goes on being found by it.
func (s *Store) fillNames(ctx context.Context) error {
	done, err := s.namesFilled(ctx)
	if err != nil || done {
		return err
	}
	for after, more := "", true; more; {
		err := s.tx(ctx, func(tx *sql.Tx) error {
			last, err := s.fillSomeNames(ctx, tx, after)
			if err == nil {
				more, after = last != "", last
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("fill keys of user names: %w", err)
		}
	}
	return putSetting(ctx, s.w, namesSetting, namesVersion)
}

func (s *Store) namesFilled(ctx context.Context) (bool, error) {
	have, err := s.setting(ctx, s.r, namesSetting)
	if err != nil || have != namesVersion {
		return false, err
	}
	var empty bool
	err = s.r.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM users WHERE name_skeleton = '' AND state IN ('staged', 'live'))`).Scan(&empty)
	if err != nil {
		return false, fmt.Errorf("look for user names without keys: %w", err)
	}
	return !empty, nil
}

func (s *Store) fillSomeNames(ctx context.Context, tx *sql.Tx, after string) (last string, err error) {
	if err := s.lock(ctx, tx, lockUsersAndTargets, false); err != nil {
		return "", err
	}
	scan := func(row scanner) (n keyedName, err error) { return n, row.Scan(&n.id, &n.name, &n.key, &n.skeleton) }
	names, err := list(ctx, tx, scan, `SELECT id, user_name, user_name_key, name_skeleton FROM users
		WHERE id > $1 ORDER BY id LIMIT $2`, after, fillBatch)
	if err != nil {
		return "", err
	}
	for _, n := range names {
		last = n.id
		key, skeleton := clean(directory.NameKey(n.name)), clean(directory.NameSkeleton(n.name))
		if key == n.key && skeleton == n.skeleton {
			continue
		}
		_, err := tx.ExecContext(ctx, `UPDATE users SET name_skeleton = $1, user_name_key = CASE WHEN state NOT IN ('staged', 'live') OR EXISTS
				(SELECT 1 FROM users o WHERE o.user_name_key = CAST($2 AS TEXT) AND o.state IN ('staged', 'live') AND o.id <> $3)
			THEN user_name_key ELSE CAST($2 AS TEXT) END WHERE id = $3`, skeleton, key, n.id)
		if err != nil {
			return "", err
		}
	}
	return last, nil
}

// UserByName is the live user with this name (directory.NameKeys).
func (s *Store) UserByName(ctx context.Context, name string) (directory.User, error) {
	for _, key := range directory.NameKeys(name) {
		u, err := oneUser(s.r.QueryRowContext(ctx, `SELECT `+userColumns+` FROM users WHERE user_name_key = $1 AND `+isLive, clean(key)))
		if directory.CodeOf(err) != directory.NotFound {
			return u, err
		}
	}
	return directory.User{}, noUser()
}

// UsersLike implements directory.Store.
func (s *Store) UsersLike(ctx context.Context, name string, limit int) ([]directory.User, error) {
	found, err := list(ctx, s.r, scanUser, `SELECT `+userColumns+` FROM users WHERE (user_name_key = $1 OR name_skeleton = $2)
		AND state IN ('staged', 'live') ORDER BY CASE WHEN user_name_key = $1 THEN 0 ELSE 1 END, id LIMIT $3`,
		clean(directory.NameKey(name)), clean(directory.NameSkeleton(name)), limit)
	if err != nil {
		return nil, fmt.Errorf("find user names that look alike: %w", err)
	}
	return found, nil
}

// LookAlikes are those of the users whose names look like that of another live user.
func (s *Store) LookAlikes(ctx context.Context, us []directory.User) (map[string]bool, error) {
	if len(us) == 0 {
		return nil, nil
	}
	args := make([]any, len(us))
	for i, u := range us {
		args[i] = clean(directory.NameSkeleton(u.UserName))
	}
	twice, err := list(ctx, s.r, scanText, `SELECT name_skeleton FROM users WHERE name_skeleton IN (`+placeholders(1, len(args))+`) AND `+isLive+`
		GROUP BY name_skeleton HAVING count(*) > 1`, args...)
	if err != nil {
		return nil, fmt.Errorf("find user names that look alike: %w", err)
	}
	found := map[string]bool{}
	for i, u := range us {
		for _, skeleton := range twice {
			if args[i] == skeleton {
				found[u.ID] = true
			}
		}
	}
	return found, nil
}
