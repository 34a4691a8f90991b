package db

import (
	"context"
	"fmt"
	"time"

	"usher/directory"
	"usher/imports"
)

const purgeBatch = 5_000 // rows deleted by one statement, so that others get their turn

// FailImport implements imports.Store.
func (s *Store) FailImport(ctx context.Context, id, fault string, at time.Time) error {
	n, err := exec(ctx, s.w, `UPDATE imports SET failed_at = $2, fault = $3, purged_at = $2 WHERE id = $1 AND uploaded_at IS NULL AND failed_at IS NULL`,
		id, at.UnixMicro(), clean(fault))
	if err != nil {
		return fmt.Errorf("discard import %s: %w", id, err)
	}
	if n == 0 {
		return nil
	}
	return s.dropImportRows(ctx, id)
}

// PurgeImport implements imports.Store.
func (s *Store) PurgeImport(ctx context.Context, id string, c directory.Change) error {
	err := s.moveImport(ctx, id, c, `UPDATE imports SET purged_at = $2, cancelled_at = CASE WHEN finished_at IS NULL AND cancelled_at IS NULL THEN $2 ELSE cancelled_at END
		WHERE id = $1 AND failed_at IS NULL AND uploaded_at IS NOT NULL AND purged_at IS NULL
			AND (run_at IS NULL OR paused_at IS NOT NULL OR cancelled_at IS NOT NULL OR finished_at IS NOT NULL)
			AND lease IS NULL`, c.At.UnixMicro())
	if err != nil {
		return err
	}
	return s.dropImportRows(ctx, id)
}

// dropImportRows starts at the beginning each time: what a process that died has left is found again.
func (s *Store) dropImportRows(ctx context.Context, id string) error {
	for {
		n, err := exec(ctx, s.w, `DELETE FROM import_rows WHERE import_id = $1 AND n IN
			(SELECT n FROM import_rows WHERE import_id = $1 ORDER BY n LIMIT $2)`, id, purgeBatch)
		if err != nil {
			return fmt.Errorf("delete rows of import %s: %w", id, err)
		}
		if n < purgeBatch {
			return nil
		}
	}
}

// DropUploads implements imports.Store.
func (s *Store) DropUploads(ctx context.Context, before, at time.Time, fault string) error {
	ids, err := list(ctx, s.r, scanText, `SELECT id FROM imports WHERE `+openImport+` AND uploaded_at IS NULL AND seen_at < $1`, before.UnixMicro())
	if err != nil {
		return fmt.Errorf("list cut-off uploads: %w", err)
	}
	for _, id := range ids {
		if err := s.FailImport(ctx, id, fault, at); err != nil {
			return err
		}
	}
	return nil
}

// PurgeImports implements imports.Store. It also finishes what was begun before.
func (s *Store) PurgeImports(ctx context.Context, before, waiting, at time.Time) error {
	ids, err := list(ctx, s.r, scanText, `SELECT id FROM imports WHERE purged_at IS NULL AND (created_at < $1 OR check_at IS NULL AND created_at < $2)`,
		before.UnixMicro(), waiting.UnixMicro())
	if err != nil {
		return fmt.Errorf("list old imports: %w", err)
	}
	for _, id := range ids {
		c := directory.Change{ID: directory.NewID(), At: at, Actor: directory.Actor{Kind: directory.BySystem}, Action: imports.ActionPurge, Target: id}
		if err := s.PurgeImport(ctx, id, c); err != nil && directory.CodeOf(err) != directory.Conflict {
			return err
		}
	}
	ids, err = list(ctx, s.r, scanText, `SELECT id FROM imports i WHERE purged_at IS NOT NULL AND EXISTS (SELECT 1 FROM import_rows r WHERE r.import_id = i.id)`)
	if err != nil {
		return fmt.Errorf("list purged imports: %w", err)
	}
	for _, id := range ids {
		if err := s.dropImportRows(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

var _ imports.Store = (*Store)(nil)
