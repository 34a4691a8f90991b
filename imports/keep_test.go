package imports_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/directory"
	"usher/imports"
)

// kept is everything that the database has of an import's rows.
func (w *fixture) kept(i imports.Import) string {
	w.t.Helper()
	rows, err := w.store.ImportRows(w.t.Context(), imports.RowFilter{ImportID: i.ID, Limit: 1000})
	w.must(err)
	var lines []string
	for _, r := range rows {
		lines = append(lines, strings.Join(r.Cells, ","))
	}
	return strings.Join(lines, "\n")
}

// TestWhatIsNotImportedIsNotKept: when the choice of columns is answered, the other cells are gone.
func TestWhatIsNotImportedIsNotKept(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		i := w.upload("login,salary,pwd,title\nada,70000,hunter2,Analyst\nbob,60000,hunter2,\"x\"y\ncarl,50000,hunter2\n")
		w.same("before columns are chosen", w.kept(i), "ada,70000,,Analyst\n\ncarl,50000,")
		w.must(w.Map(t.Context(), i, imports.Mapping{"userName", "", "", "title"}, imports.OnlyCreate, imports.RefuseUnknown))
		w.same("without a runner", w.kept(i), "ada,,,Analyst\n\ncarl,,")
		i = w.now(i)
		for column, want := range map[int]string{0: "", 1: "not kept", 2: "password", 3: ""} {
			if got := i.LeftOut(column); (got == "") != (want == "") || !strings.Contains(got, want) {
				t.Errorf("column %d: %q, want %q", column, got, want)
			}
		}
		err := w.Map(t.Context(), i, imports.Mapping{"userName", "employeeNumber", "", "title"}, imports.OnlyCreate, imports.RefuseUnknown)
		if e := fmt.Sprint(err); directory.CodeOf(err) != directory.Invalid || !strings.Contains(e, "upload the file again") {
			t.Errorf("a column of which nothing is left: %v", err)
		}
		w.must(w.Map(t.Context(), i, imports.Mapping{"userName", "", "", ""}, imports.OnlyCreate, imports.RefuseUnknown))
		w.same("fewer columns", w.kept(i), "ada,,,\n\ncarl,,")
	})
}

// TestTwoChooseColumns: who chose by what is not there any more is told so, and no cell comes back or is lost.
func TestTwoChooseColumns(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		i := w.upload("login,title,dept\nada,Analyst,Maths\n")
		w.must(w.Map(t.Context(), i, imports.Mapping{"userName", "title", ""}, imports.OnlyCreate, imports.RefuseUnknown))
		err := w.Map(t.Context(), i, imports.Mapping{"userName", "", "department"}, imports.OnlyCreate, imports.RefuseUnknown)
		if directory.CodeOf(err) != directory.Conflict {
			t.Errorf("the second choice: %v", err)
		}
		w.same("cells", w.kept(i), "ada,Analyst,")
	})
}

// TestARunnerWipesWhatWasLeft: whoever chose the columns died before the cells were wiped. Nothing is judged before.
func TestARunnerWipesWhatWasLeft(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		i := w.upload("login,salary\nada,70000\n")
		was := i.Mapping
		i.Mapping = imports.Mapping{"userName", ""}
		w.must(w.store.MapImport(t.Context(), i, was, w.Now()))
		if _, ok, err := w.store.ClaimImport(t.Context(), "x", w.Now(), w.Now()); ok || err != nil {
			t.Fatal("an import that is not wiped can be worked on: ", err)
		}
		w.run()
		w.until(i, imports.Checked)
		w.same("cells", w.kept(i), "ada,")
	})
}

// TestFilesThatNobodyChoosesColumnsForGo sooner than others: all that they say is still there.
func TestFilesThatNobodyChoosesColumnsForGo(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		i := w.upload("login\nada\n")
		old := i.CreatedAt
		w.must(w.store.PurgeImports(t.Context(), old.Add(-time.Hour), old.Add(-time.Hour), w.Now()))
		w.same("in time", w.now(i).State(), imports.Uploaded)
		w.must(w.store.PurgeImports(t.Context(), old.Add(-time.Hour), old.Add(time.Hour), w.Now()))
		w.same("later", w.now(i).State(), imports.Cancelled)
		w.same("rows", w.kept(i), "")
	})
}
