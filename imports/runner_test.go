package imports_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"usher/directory"
	"usher/imports"
)

const mixed = `Login,First Name,Surname,E-Mail,Department,Employee ID,Active,Groups
ada,Ada,Lovelace,ada@example.com,Maths,1,yes,
BOB,Bob,Builder,not an address,,2,,
carl,Carl,,carl@example.com,,3,perhaps,
ADA,Ada,Again,ada2@example.com,,4,,
,Nobody,,n@example.com,,5,,
dora,Dora,,dora@example.com,,6,no,Explorers
old,Old,New,old@example.com,Navy,7,,
same,Same,,,,,,
`

func (w *fixture) addOldUsers() {
	w.t.Helper()
	old := directory.User{UserName: "Old", Active: true, Source: directory.Console}
	old.Name = directory.Name{GivenName: "Old", FamilyName: "Timer"}
	old.SetEmail("old@example.com")
	same := directory.User{UserName: "same", Active: true, Source: directory.Console}
	same.Name.GivenName = "Same"
	for _, u := range []directory.User{old, same} {
		_, _, err := w.Directory.CreateUser(w.t.Context(), u, clerk)
		w.must(err)
	}
}

func TestDryRunThenRun(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.addOldUsers()
		w.run()
		i := w.checked(mixed, imports.CreateAndChange, imports.RefuseUnknown)
		refused := `2 %[1]s BOB: Email: Enter an e-mail address such as ada@example.com. This one has no @.
3 %[1]s : Active: “perhaps” is neither yes nor no. Write true or false.
4 %[1]s ADA: User name: Line 2 has the same user name.
5 %[1]s : User name: The cell is empty.`
		want := strings.Join([]string{"1 create ada", strings.ReplaceAll(refused, "%[1]s", "refuse"), "6 refuse dora: Groups: There is no group “Explorers”.",
			"7 change old: Last name, Department, Employee number", "8 same same"}, "\n")
		w.same("dry run", w.verdicts(i), want)
		w.same("plan", i.Plan, imports.Plan{Create: 1, Change: 1, Same: 1, Refuse: 5})
		if _, err := w.store.UserByName(t.Context(), "ada"); directory.CodeOf(err) != directory.NotFound {
			t.Error("the dry run wrote a user")
		}
		w.same("name before the run", w.user("old").Name.FamilyName, "Timer")

		w.start(i)
		i = w.until(i, imports.Finished)
		w.same("done", i.Done, imports.Done{Created: 1, Changed: 1})
		ada := w.user("ada")
		w.same("ada", []any{ada.Source, ada.Active, ada.EmployeeNumber, ada.Department, ada.Email()}, []any{directory.Import, true, "1", "Maths", "ada@example.com"})
		old := w.user("old")
		w.same("old", []any{old.UserName, old.Source, old.Name.FamilyName, old.Department}, []any{"Old", directory.Console, "New", "Navy"})
		var b strings.Builder
		w.must(w.Report(t.Context(), i, &b))
		if n := strings.Count(b.String(), "\r\n"); n != 6 || !strings.Contains(b.String(), "ADA,Ada,Again,ada2@example.com,,4,,,5,User name: Line 2 has the same user name.\r\n") {
			t.Errorf("report of %d lines: %s", n, b.String())
		}
		w.must(w.Purge(t.Context(), i, clerk))
		w.same("rows after they were deleted", w.verdicts(i), "")
		w.same("state", w.now(i).State(), imports.Finished)
	})
}

func TestOnlyCreateLeavesWhoExists(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.addOldUsers()
		w.run()
		i := w.checked("email,last name\nnew@example.com,N\n", imports.OnlyCreate, imports.RefuseUnknown)
		w.same("without a user name", w.verdicts(i), "1 create new@example.com")
		i = w.checked("user name,last name\nold,Changed\n", imports.OnlyCreate, imports.RefuseUnknown)
		w.same("plan", w.verdicts(i), "1 same old: The user exists and is left as is.")
		w.start(i)
		w.until(i, imports.Finished)
		w.same("name", w.user("old").Name.FamilyName, "Timer")
	})
}

func TestDuplicatesFarApart(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.run()
		i := w.checked(people(1200)+"U000003;Again;;;\r\n", imports.OnlyCreate, imports.RefuseUnknown)
		w.same("plan", i.Plan, imports.Plan{Create: 1200, Refuse: 1})
		// Other columns: what the last dry run left behind does not count.
		m := imports.Mapping{"title", "userName", "", "", ""}
		w.must(w.Map(t.Context(), i, m, imports.OnlyCreate, imports.RefuseUnknown))
		i = w.until(i, imports.Checked)
		w.same("plan by other columns", i.Plan, imports.Plan{Create: 1201})
	})
}

func TestGroups(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.addOldUsers()
		g, err := w.Directory.CreateGroup(t.Context(), directory.Group{DisplayName: "Sailors"}, nil, clerk)
		w.must(err)
		w.run()
		i := w.checked("login,groups\nnew,Sailors|Explorers| sailors\nold,SAILORS\n", imports.CreateAndChange, imports.CreateUnknown)
		w.same("plan", w.verdicts(i), "1 create new: Creates the group Explorers\n2 change old: joins SAILORS")
		w.start(i)
		w.until(i, imports.Finished)
		of, err := w.store.GroupsOf(t.Context(), []string{w.user("new").ID, w.user("old").ID})
		w.must(err)
		w.same("groups of new", len(of[w.user("new").ID]), 2)
		w.same("groups of old", of[w.user("old").ID], []directory.GroupRef{{ID: g.ID, DisplayName: "Sailors"}})
		i = w.checked("login,groups\nnew,Sailors|Explorers\nold,SAILORS\n", imports.CreateAndChange, imports.CreateUnknown)
		w.same("plan of the same again", i.Plan, imports.Plan{Same: 2})
	})
}

func TestSomebodyElseIsFaster(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.addOldUsers()
		w.run()
		i := w.checked("login,title\nnew,A\nold,B\nlast,C\n", imports.CreateAndChange, imports.RefuseUnknown)
		_, _, err := w.Directory.CreateUser(t.Context(), directory.User{UserName: "NEW", Active: true, Source: directory.Console}, clerk)
		w.must(err)
		_, err = w.Directory.DeleteUser(t.Context(), w.user("old").ID, clerk)
		w.must(err)
		w.start(i)
		i = w.until(i, imports.Finished)
		w.same("verdicts", w.verdicts(i), "1 refused new: User name: A user with this name was created by somebody else since the dry run.\n"+
			"2 refused old: User name: The user was deleted since the dry run.\n3 created last")
		w.same("done", i.Done, imports.Done{Created: 1, Refused: 2})
	})
}

func TestBlockingTargetsAreWaitedFor(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.target()
		w.engine.refuse = func(n int) bool { return n%5 == 0 }
		w.run()
		i := w.checked(people(30), imports.OnlyCreate, imports.RefuseUnknown)
		w.start(i)
		i = w.until(i, imports.Finished)
		w.same("done", i.Done, imports.Done{Created: 24, Refused: 6})
		w.same("users", w.count(), 24)
		if !strings.Contains(w.verdicts(i), "Warehouse: no shelf is free.") {
			t.Error("the target's reason is not told: ", w.verdicts(i))
		}
	})
}

func TestPauseResumeCancel(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.target()
		hold := make(chan struct{})
		w.engine.hold = hold
		w.run()
		i := w.checked(people(60), imports.OnlyCreate, imports.RefuseUnknown)
		wantConflict := func(m imports.Move) {
			t.Helper()
			if err := w.Move(t.Context(), i, m, clerk); directory.CodeOf(err) != directory.Conflict {
				t.Errorf("%s: %v", m, err)
			}
		}
		wantConflict(imports.Pause)
		wantConflict(imports.Resume)
		w.start(i)
		wantConflict(imports.Start)
		if err := w.Purge(t.Context(), i, clerk); directory.CodeOf(err) != directory.Conflict {
			t.Errorf("deleting the rows of an import that runs: %v", err)
		}
		for w.engine.times() == 0 {
			time.Sleep(time.Millisecond)
		}
		w.must(w.Move(t.Context(), i, imports.Pause, clerk))
		close(hold)
		i = w.rests(i)
		if n := i.Acted(); n == 0 || n > 16 || w.count() != int(n) {
			t.Errorf("%d rows were acted on before the pause, %d users", n, w.count())
		}
		time.Sleep(50 * time.Millisecond)
		w.same("acted on while paused", w.now(i).Acted(), i.Acted())
		w.must(w.Move(t.Context(), i, imports.Resume, clerk))
		for w.now(i).Acted() < 20 {
			time.Sleep(time.Millisecond)
		}
		w.must(w.Move(t.Context(), i, imports.Cancel, clerk))
		i = w.rests(i)
		w.same("state", i.State(), imports.Cancelled)
		w.same("users", w.count(), i.Done.Created)
		wantConflict(imports.Resume)
	})
}

// rests waits until nobody works on the import.
func (w *fixture) rests(i imports.Import) imports.Import {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if i = w.now(i); i.Lease == "" {
			return i
		}
	}
	w.t.Fatal("the import is worked on all the time")
	return i
}

func TestUploadThatIsCutOff(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		i, err := w.Upload(t.Context(), "x.csv", &cutOff{text: strings.NewReader(people(2500))}, clerk)
		if directory.CodeOf(err) != directory.Invalid || !strings.Contains(err.Error(), "cut off after 2000 rows") {
			t.Errorf("error %v", err)
		}
		i = w.now(i)
		w.same("state", i.State(), imports.Failed)
		w.same("rows", w.verdicts(i), "")
		if !strings.Contains(i.Fault, "cut off") {
			t.Errorf("fault %q", i.Fault)
		}

		// A process that died in the middle of an upload leaves one that nobody finishes.
		now := w.Now()
		left := imports.Import{ID: directory.NewID(), FileName: "left.csv", Header: []string{"a"}, Existing: imports.OnlyCreate, Unknown: imports.RefuseUnknown, Actor: clerk, CreatedAt: now.Add(-time.Hour)}
		w.must(w.store.CreateImport(t.Context(), left))
		w.must(w.store.AddImportRows(t.Context(), left.ID, []imports.Row{{N: 1, Line: 2, Cells: []string{"x"}}}, now.Add(-time.Hour)))
		w.run()
		w.until(left, imports.Failed)
		if err := w.store.AddImportRows(t.Context(), left.ID, []imports.Row{{N: 2, Line: 3}}, now); directory.CodeOf(err) != directory.Conflict {
			t.Errorf("rows of a discarded upload: %v", err)
		}
	})
}

func TestOldRowsGo(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		stop := w.run()
		i := w.checked(people(3), imports.OnlyCreate, imports.RefuseUnknown)
		stop()
		later := w.importer("later")
		later.Now = func() time.Time { return w.Now().Add(imports.KeptFor + time.Minute) }
		runner(t, later)
		i = w.until(i, imports.Cancelled)
		for len(w.verdicts(i)) > 0 {
			time.Sleep(time.Millisecond)
		}
		w.same("number of rows", i.Rows, 3)
	})
}

func TestCancelledContextEndsTheUpload(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := w.Upload(ctx, "x.csv", strings.NewReader(people(1)), clerk); err == nil {
			t.Error("an upload without anybody succeeded")
		}
	})
}
