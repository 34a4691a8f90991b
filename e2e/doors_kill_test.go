package e2e

import (
	"fmt"
	"os/exec"
	"slices"
	"testing"
	"time"

	"usher/connectors/scim2/scim2fake"
	"usher/directory"
	"usher/imports"
	"usher/programtest"
)

// TestKillAtEveryDoor kills the program, with no warning, while somebody comes through a door and the target is
// waited for. Whoever is there afterwards has one account, and whoever is not has none.
func TestKillAtEveryDoor(t *testing.T) {
	t.Parallel()
	const rounds = 5
	var people []string
	for i := range rounds {
		people = append(people, fmt.Sprint("jit-", i))
	}
	e := newDoorsFixture(t, ", blocking: true, on_failure: reject, deadline: 2s", people)
	loseAnswers(e.target)
	e.target.SetQuirks(scim2fake.Quirks{WriteDelay: 60 * time.Millisecond})
	var names []string
	for _, d := range doors() {
		for i := range rounds {
			name := fmt.Sprintf("%s-%d", d.name, i)
			names = append(names, name)
			server := startProgram(t, e.db)
			e.open(t, server.url)
			came := make(chan struct{})
			go func() { defer close(came); _, _, _ = d.arrive(e, server.url, name) }()
			if i == rounds-1 {
				<-came // so that somebody is let in, however slow the machine is
			} else {
				time.Sleep(time.Duration(40+70*i) * time.Millisecond)
			}
			server.kill()
			<-came
		}
	}
	e.target.ClearFaults()
	e.target.SetQuirks(scim2fake.Quirks{})
	server := startProgram(t, e.db)
	defer server.kill()
	e.settled(t, names)
	let := 0
	for _, name := range names {
		u, there := e.user(t, name)
		accounts := e.accounts(name)
		switch {
		case there && (len(accounts) != 1 || accounts[0].ExternalID != u.ID):
			t.Errorf("%s is here, and at the target: %+v", name, accounts)
		case !there && len(accounts) != 0:
			t.Errorf("%s is not here, and at the target: %+v", name, accounts)
		}
		if there {
			let++
		}
	}
	if let == 0 {
		t.Error("nobody came in, so this proves little")
	}
	t.Logf("%d of %d were let in", let, len(names))
}

// settled waits until nothing is staged, importing or unsettled: what the dead left is taken over when their time is
// up, and what the living do is done.
func (e *doorsFixture) settled(t *testing.T, names []string) {
	t.Helper()
	quiet := 0
	for end := time.Now().Add(3 * time.Minute); time.Now().Before(end); time.Sleep(250 * time.Millisecond) {
		o, err := e.store.Overview(t.Context(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if quiet++; o.Progress.Total != o.Progress.Counts["synced"] || e.underWay(t, names) {
			quiet = 0
		}
		if quiet == 8 { // nothing begins again
			return
		}
	}
	t.Fatal("never settled")
}

// underWay reports whether somebody is staged or a file is being imported.
func (e *doorsFixture) underWay(t *testing.T, names []string) bool {
	t.Helper()
	for _, name := range names {
		found, err := e.store.UsersLike(t.Context(), name, 10)
		if err != nil {
			t.Fatal(err)
		}
		if slices.ContainsFunc(found, func(u directory.User) bool { return u.State == directory.Staged }) {
			return true
		}
	}
	page, err := e.store.Imports(t.Context(), "", 100)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(page.Imports, func(i imports.Import) bool { return i.State() == imports.Checking || i.State() == imports.Running })
}

// program is the real binary.
type program struct {
	url  string
	kill func()
}

func startProgram(t *testing.T, database string) program {
	t.Helper()
	c := exec.Command(binary, database, "--attempt-timeout=1s", "serve", "--addr=127.0.0.1:0")
	var errs programtest.Output
	c.Stderr = &errs
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	p := program{kill: func() { _ = c.Process.Kill(); _ = c.Wait() }}
	eventually(t, "the program listens", func() bool {
		p.url = programtest.Address(errs.String())
		return p.url != ""
	})
	return p
}
