package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"usher/provisioning"
)

// statements are those that every account passes through; they are prepared once.
type statements struct {
	claim                               [provisioning.Newcomers + 1]*sql.Stmt // by sort
	claimUser, provisioner              *sql.Stmt
	users, inScope, passwords, groupsOf [len(batchSizes)]*sql.Stmt
	record, release, log, gone, purge   *sql.Stmt
	delivered, pushes                   *sql.Stmt
	left, gotBack, tookOver             *sql.Stmt
}

// batchSizes are how many users one statement reads; a smaller number repeats its last ID.
var batchSizes = [...]int{1, 16, 64, 256}

func (h *statements) prepare(ctx context.Context, s *Store) error {
	all := map[**sql.Stmt]string{
		&h.claimUser: claimUserQuery, &h.provisioner: provisionerOfQuery,
		&h.left: leftQuery, &h.gotBack: gotBackQuery, &h.tookOver: tookOverQuery,
		&h.delivered: deliveredQuery, &h.pushes: pushesQuery, &h.record: recordQuery, &h.release: releaseQuery, &h.log: logQuery, &h.gone: goneQuery, &h.purge: purgeQuery,
	}
	for sort := range h.claim {
		all[&h.claim[sort]] = s.claimQuery(provisioning.Sort(sort))
	}
	for i, n := range batchSizes {
		all[&h.users[i]] = `SELECT ` + userColumns + ` FROM users WHERE id IN (` + placeholders(1, n) + `)`
		all[&h.inScope[i]] = inScopeQuery(n)
		all[&h.passwords[i]] = passwordsQuery(n)
		all[&h.groupsOf[i]] = groupsOfQuery(n)
	}
	for stmt, query := range all {
		var err error
		if *stmt, err = s.w.PrepareContext(ctx, query); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	return nil
}

func (h *statements) close() error {
	var err error
	for _, stmt := range append(slices.Concat(h.claim[:], h.users[:], h.inScope[:], h.passwords[:], h.groupsOf[:]), h.delivered, h.pushes, h.left, h.gotBack, h.tookOver, h.claimUser, h.provisioner, h.record, h.release, h.log, h.gone, h.purge) {
		if stmt != nil {
			err = errors.Join(err, stmt.Close())
		}
	}
	return err
}
