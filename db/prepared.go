package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"usher/provisioning"
)

// preparedStatements are those that every account passes through; they are prepared once.
type preparedStatements struct {
	claim                               [provisioning.Newcomers + 1]*sql.Stmt // by sort
	claimUser, provisioner              *sql.Stmt
	users, inScope, passwords, groupsOf [len(batchSizes)]*sql.Stmt
	record, release, log, gone, purge   *sql.Stmt
	delivered, pushes                   *sql.Stmt
	left, gotBack, tookOver             *sql.Stmt
}

// batchSizes are how many users one statement reads; a smaller number repeats its last ID.
var batchSizes = [...]int{1, 16, 64, 256}

func (p *preparedStatements) prepare(ctx context.Context, s *Store) error {
	all := map[**sql.Stmt]string{
		&p.claimUser: claimUserQuery, &p.provisioner: provisionerOfQuery,
		&p.left: leftQuery, &p.gotBack: gotBackQuery, &p.tookOver: tookOverQuery,
		&p.delivered: deliveredQuery, &p.pushes: pushesQuery, &p.record: recordQuery, &p.release: releaseQuery, &p.log: logQuery, &p.gone: goneQuery, &p.purge: purgeQuery,
	}
	for sort := range p.claim {
		all[&p.claim[sort]] = s.claimQuery(provisioning.Sort(sort))
	}
	for i, n := range batchSizes {
		all[&p.users[i]] = `SELECT ` + userColumns + ` FROM users WHERE id IN (` + placeholders(1, n) + `)`
		all[&p.inScope[i]] = inScopeQuery(n)
		all[&p.passwords[i]] = passwordsQuery(n)
		all[&p.groupsOf[i]] = groupsOfQuery(n)
	}
	for stmt, query := range all {
		var err error
		if *stmt, err = s.w.PrepareContext(ctx, query); err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	return nil
}

func (p *preparedStatements) close() error {
	var err error
	for _, stmt := range append(slices.Concat(p.claim[:], p.users[:], p.inScope[:], p.passwords[:], p.groupsOf[:]), p.delivered, p.pushes, p.left, p.gotBack, p.tookOver, p.claimUser, p.provisioner, p.record, p.release, p.log, p.gone, p.purge) {
		if stmt != nil {
			err = errors.Join(err, stmt.Close())
		}
	}
	return err
}
