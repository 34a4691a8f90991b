package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"usher/directory"
	"usher/provisioning"
)

func Writer(s *Store) *sql.DB { return s.w }

// Reader is the pool that pages read from.
func Reader(s *Store) *sql.DB { return s.r }

// Query is a statement with arguments of the right number.
type Query struct {
	Text string
	Args []any
}

// ListQueries are the queries of every list and of every statement that the engine runs again and again.
func ListQueries(s *Store) map[string]Query {
	yes, no := true, false
	all := map[string]Query{
		"claim":       {s.claimQuery(provisioning.Everybody), make([]any, 6)},
		"claim known": {s.claimQuery(provisioning.Known), make([]any, 6)},
		"claim new":   {s.claimQuery(provisioning.Newcomers), make([]any, 6)},
		"claim user":  {claimUserQuery, make([]any, 5)},
		"record":      {recordQuery, make([]any, 29)},
		"release":     {releaseQuery, make([]any, 6)},
		"gone":        {goneQuery, make([]any, 3)},
		"purge":       {purgeQuery, make([]any, 1)},
		"next due":    {nextDueQuery(), nil},
		"accounts of": {accountsOfQuery(3), make([]any, 3)},
		"memberships": {membershipsQuery, make([]any, 1)},
		"newest held": {newestHeld, make([]any, 2)},
		"newest dead": {newestDead, make([]any, 2)},
		"connections": {},
	}
	text, args := connectionQuery(directory.ConnectionFilter{After: "x"})
	all["connections"] = Query{text, args}
	for i, q := range troubleQueries() {
		all[fmt.Sprint("walk trouble ", i)] = Query{q, make([]any, 1)}
	}
	walk := ` ORDER BY user_name_key LIMIT 51`
	addUsers := func(name string, f directory.UserFilter, terms []string, start startPoint, rest string) {
		q := userQuery(f, terms, start)
		all[name] = Query{q.end(rest), q.args}
	}
	addUsers("users", directory.UserFilter{}, nil, startPoint{}, walk)
	addUsers("users after", directory.UserFilter{After: "x"}, nil, startPoint{}, walk)
	addUsers("users active", directory.UserFilter{Active: &yes, After: "x"}, nil, startPoint{}, walk)
	addUsers("users disabled", directory.UserFilter{Active: &no, After: "x"}, nil, startPoint{}, walk)
	addUsers("users source", directory.UserFilter{Source: directory.JIT}, nil, startPoint{}, walk)
	addUsers("users common terms", directory.UserFilter{}, []string{"a", "b"}, startPoint{}, walk)
	addUsers("users rare term", directory.UserFilter{}, []string{"a", "b"}, startPoint{kind: fromTerm, term: "b"}, "")
	addUsers("users in trouble", directory.UserFilter{Trouble: true}, nil, startPoint{kind: fromTrouble, ids: []any{"a", "b"}}, "")
	addUsers("users much trouble", directory.UserFilter{Trouble: true}, nil, startPoint{}, walk)
	addUsers("users of a small group", directory.UserFilter{Group: "g"}, nil, startPoint{kind: fromGroup}, "")
	addUsers("users of a large group", directory.UserFilter{Group: "g"}, []string{"a"}, startPoint{}, walk)
	addCountQueries(all)
	addGroupQueries(s, all)
	addMailQueries(s, all)
	addPushQueries(all)
	addLogQueries(all)
	return all
}

// Fill makes n live users in one transaction, without accounts.
func Fill(s *Store, n int, at time.Time) error {
	ctx := context.Background()
	return s.tx(ctx, func(tx *sql.Tx) error {
		for i := range n {
			u := directory.User{ID: directory.NewID(), UserName: fmt.Sprintf("user%07d", i)}
			u.SetEmail(u.UserName + "@example.com")
			_, err := tx.Exec(`INSERT INTO users (id, user_name, user_name_key, state, active, source, external_id, attributes, password_hash, version, created_at, updated_at)
				VALUES ($1, $2, $2, 'live', TRUE, 'console', '', '{"name":{"givenName":"Given","familyName":"Family"},"emails":[{"value":"a@example.com","primary":true}]}', '', 1, $3, $3)`,
				u.ID, u.UserName, at.UnixMicro())
			if err != nil {
				return err
			}
			if err := writeTerms(ctx, tx, u); err != nil {
				return err
			}
		}
		return nil
	})
}

// LockUsers is the lock that a transaction which adds a user holds.
func LockUsers(s *Store, tx *sql.Tx) error {
	return s.lock(context.Background(), tx, lockUsersAndTargets, true)
}

// LockTargets is the lock that a transaction which changes who is sent where holds.
func LockTargets(s *Store, tx *sql.Tx) error {
	return s.lock(context.Background(), tx, lockUsersAndTargets, false)
}

func addLogQueries(all map[string]Query) {
	addLog := func(name string, f provisioning.LogFilter, term string, rare bool) {
		q := logQueryOf(f, term, rare)
		all["log "+name] = Query{q.end(` ORDER BY l.id DESC LIMIT 51`), q.args}
	}
	addLog("user", provisioning.LogFilter{UserID: "u", Before: "x", Since: time.Unix(1, 0)}, "", false)
	addLog("connector", provisioning.LogFilter{ConnectorID: "c", Before: "x"}, "", false)
	addLog("failed", provisioning.LogFilter{Outcome: provisioning.Gave, Since: time.Unix(1, 0)}, "", false)
	addLog("operation", provisioning.LogFilter{Operation: provisioning.OpDelete}, "", false)
	addLog("since", provisioning.LogFilter{Since: time.Unix(1, 0)}, "", false)
	addLog("rare name", provisioning.LogFilter{}, "ada", true)
	common := logQueryOf(provisioning.LogFilter{}, "ada", false)
	all["walk log common name"] = Query{common.end(` ORDER BY l.id DESC LIMIT 51`), common.args}
	for name, f := range map[string]provisioning.LogFilter{"everything": {}, "succeeded": {Outcome: provisioning.Succeeded}} {
		q := logQueryOf(f, "", false)
		all["walk log "+name] = Query{q.end(` ORDER BY l.id DESC LIMIT 51`), q.args}
	}
}

func addCountQueries(all map[string]Query) {
	all["leases"] = Query{leasesQuery, nil}
	all["take over"] = Query{takeOverQuery, make([]any, 2)}
	all["count accounts"] = Query{countAccounts, make([]any, 2)}
	all["walk to the newest user"] = Query{newestUser, nil}
	all["count lines"] = Query{linesByHour, make([]any, 1)}
}

func addGroupQueries(s *Store, all map[string]Query) {
	all["in scope"] = Query{inScopeQuery(3), make([]any, 4)}
	all["provisioner of"] = Query{provisionerOfQuery, make([]any, 1)}
	all["join"] = Query{s.joinQuery(3), make([]any, 4)}
	all["leave"] = Query{leaveQuery(3), make([]any, 4)}
	all["mark due members"] = Query{markMembersDueQuery(2, 3), make([]any, 8)}
	all["members"] = Query{membersQuery, make([]any, 3)}
	all["groups of"] = Query{groupsOfQuery(2), make([]any, 2)}
	all["groups of a connection"] = Query{connectionGroupsQuery, make([]any, 1)}
	for name, of := range map[string][]string{"groups": {"c"}, "everybody": nil} {
		text, args := onlyInQuery(of, []string{"a", "b"})
		all["walk scope of "+name] = Query{text, args}
	}
	addGroups := func(name string, f directory.GroupFilter, terms []string, rare, rest string) {
		q := groupQuery(f, terms, rare)
		all["groups "+name] = Query{q.end(rest), q.args}
	}
	walk := ` ORDER BY g.name_key LIMIT 51`
	addGroups("all", directory.GroupFilter{After: "x"}, nil, "", walk)
	addGroups("of a common term", directory.GroupFilter{}, []string{"a"}, "", walk)
	addGroups("of a rare term", directory.GroupFilter{}, []string{"a", "b"}, "b", "")
	addGroups("of a member", directory.GroupFilter{Member: "u"}, []string{"a"}, "", "")
}

func addPushQueries(all map[string]Query) {
	all["members to remove"] = Query{toRemoveQuery, make([]any, 6)}
	all["members to add"] = Query{toAddQuery, make([]any, 5)}
	all["unmanaged"] = Query{unmanagedQuery(2), make([]any, 5)}
	all["mark due groups of users"] = Query{markGroupsOfDueQuery(2, 0), make([]any, 5)}
	all["mark due groups of users somewhere"] = Query{markGroupsOfDueQuery(2, 1), make([]any, 6)}
	all["mark due linked"] = Query{markLinkedDueQuery(2), make([]any, 5)}
	all["forget refusals"] = Query{forgetRefusalsQuery(2), make([]any, 3)}
	all["refused"] = Query{refusedQuery(2), make([]any, 3)}
	all["arriving"] = Query{arrivingQuery, make([]any, 3)}
	all["pushes"] = Query{pushesQuery, make([]any, 1)}
	all["group facts"] = Query{groupFactsQuery(2), make([]any, 3)}
	all["pushed groups"] = Query{pushedGroupsQuery, make([]any, 1)}
	all["group pushes"] = Query{groupPushesQuery, make([]any, 3)}
	all["group pushes that leave"] = Query{leavingPushesQuery, make([]any, 1)}
	all["newest held groups"] = Query{newestHeldGroups, make([]any, 2)}
	all["newest dead groups"] = Query{newestDeadGroups, make([]any, 2)}
	all["pushes of"] = Query{pushesOfQuery, make([]any, 1)}
	all["count pushes"] = Query{pushCounts, make([]any, 2)}
	text := logQueryOf(provisioning.LogFilter{GroupID: "g", Before: "x"}, "", false)
	all["log group"] = Query{text.end(` ORDER BY l.id DESC LIMIT 51`), text.args}
}

// OpenOld opens a database whose tables are as an older version of Usher had them.
func OpenOld(ctx context.Context, dsn string, version int64) (*Store, error) {
	s := &Store{}
	if err := s.connect(dsn); err != nil {
		return nil, err
	}
	p, err := s.migrator()
	if err != nil {
		return nil, err
	}
	_, err = p.UpTo(ctx, version)
	return s, err
}

// Unmigrate undoes one migration, as if it had not been there when those after it came.
func Unmigrate(ctx context.Context, s *Store, version int64) error {
	p, err := s.migrator()
	if err == nil {
		_, err = p.ApplyVersion(ctx, version, false)
	}
	return err
}

// OldNames makes the user's name one that an older version stored: as it was typed, under the key of then.
func OldNames(s *Store, name, key, id string) error {
	ctx := context.Background()
	if _, err := s.w.ExecContext(ctx, `UPDATE users SET user_name = $1, user_name_key = $2, name_skeleton = '' WHERE id = $3`, name, key, id); err != nil {
		return err
	}
	return putSetting(ctx, s.w, namesSetting, "")
}

// FillNames is what opening a database does to them.
func FillNames(s *Store) error { return s.fillNames(context.Background()) }

// Write runs f as every change of the store does.
func Write(ctx context.Context, s *Store, f func(*sql.Tx) error) error { return s.tx(ctx, f) }

// JoinFor lets transactions join one that has been under way for so long.
func JoinFor(s *Store, d time.Duration) { s.writes.takes = d }

// WritersWaiting is how many transactions wait for the one that is under way.
func WritersWaiting(s *Store) int {
	s.writes.mu.Lock()
	defer s.writes.mu.Unlock()
	return len(s.writes.waiting)
}

// ProgressAt is Progress at a time, with a connector's pauses.
func ProgressAt(s *Store, connectorID string, p provisioning.Pauses, now time.Time) (provisioning.Progress, error) {
	return s.progress(context.Background(), connectorID, p, now)
}
