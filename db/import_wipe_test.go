package db_test

import (
	"testing"

	"usher/db"
	"usher/db/dbtest"
	"usher/directory"
	"usher/imports"
)

// TestOlderImportsAreWiped: what a version that kept every cell has left. The mark is one that older rows do not have.
func TestOlderImportsAreWiped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, s *db.Store) {
		w := &fixture{t: t, Store: s}
		cells := [][]string{{"ada", "70000", "hunter2"}, {"bob", "60000", "hunter2"}}
		made := map[string]imports.Import{}
		for name, m := range map[string]imports.Mapping{"waiting": {"userName", "", ""}, "chosen": {"userName", "", ""}, "both": {"userName", "title", ""}} {
			i := imports.Import{ID: directory.NewID(), FileName: name, Header: []string{"login", "salary", "pwd"}, Existing: imports.OnlyCreate, Unknown: imports.RefuseUnknown,
				Mapping: m, Rows: 2, CreatedAt: at, SeenAt: at}
			w.must(s.CreateImport(ctx, i))
			w.must(s.AddImportRows(ctx, i.ID, []imports.Row{{N: 1, Line: 2, Cells: cells[0]}, {N: 2, Line: 3, Cells: cells[1], Fault: "odd"}}, at))
			w.must(s.FinishUpload(ctx, i, change(at)))
			if name != "waiting" {
				i.Alike = imports.SkipAlike
				w.must(s.MapImport(ctx, i, m, at))
			}
			made[name] = i
		}
		if _, err := db.Writer(s).Exec(`UPDATE imports SET wiped_at = NULL`); err != nil {
			t.Fatal(err)
		}
		ids, err := s.UnwipedImports(ctx)
		w.must(err)
		same(t, "to wipe", len(ids), 3)
		for _, id := range ids {
			w.must(s.WipeImport(ctx, id, at))
		}
		ids, err = s.UnwipedImports(ctx)
		w.must(err)
		same(t, "to wipe again", len(ids), 0)
		for name, want := range map[string]string{"waiting": "ada|70000|", "chosen": "ada||", "both": "ada|70000|"} {
			rows, err := s.ImportRows(ctx, imports.RowFilter{ImportID: made[name].ID})
			w.must(err)
			got := rows[0].Cells[0] + "|" + rows[0].Cells[1] + "|" + rows[0].Cells[2]
			same(t, name, got, want)
			same(t, name+", a row that cannot be read", len(rows[1].Cells), 0)
		}
	})
}
