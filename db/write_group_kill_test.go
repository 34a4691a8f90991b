package db_test

import (
	"bufio"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"usher/db"
	"usher/db/dbtest"
)

const killDSN = "USHER_TEST_KILL_DSN"

// TestKillInsideAGroup kills a process while many write at once. Of each group all or nothing is there, and whoever was
// answered is there.
func TestKillInsideAGroup(t *testing.T) {
	if dsn := os.Getenv(killDSN); dsn != "" {
		writeUntilKilled(t, dsn)
		return
	}
	t.Parallel()
	for i := range 5 {
		dsn := dbtest.File(t)
		groups, answered := killAfter(t, dsn, 300+100*i)
		has := partsOf(t, dsn)
		for part := range answered {
			if !has[part] {
				t.Errorf("part %s was answered and is not there", part)
			}
		}
		joined := 0
		for group, parts := range groups {
			there := 0
			for _, part := range parts {
				if has[part] {
					there++
				}
			}
			if there != 0 && there != len(parts) {
				t.Errorf("of group %s, %d of %d parts are there", group, there, len(parts))
			}
			joined += len(parts) - 1
		}
		if joined == 0 {
			t.Error("nobody joined anybody, so nothing was proven")
		}
	}
}

// writeUntilKilled says "in GROUP PART" before a part may be committed, and "done PART" when its writer was answered.
func writeUntilKilled(t *testing.T, dsn string) {
	s := dbtest.Open(t, dsn)
	_, err := db.Writer(s).Exec(`CREATE TABLE parts (name TEXT PRIMARY KEY)`)
	must(t, err)
	var groups atomic.Int64
	number := map[*sql.Tx]int64{} // only one writes at a time
	for w := range 16 {
		go func() {
			for i := 0; ; i++ {
				name := fmt.Sprintf("%d.%d", w, i)
				err := db.Write(t.Context(), s, func(tx *sql.Tx) error {
					if number[tx] == 0 {
						number = map[*sql.Tx]int64{}
						number[tx] = groups.Add(1)
					}
					_, err := fmt.Fprintf(os.Stdout, "in %d %s\n", number[tx], name)
					if err != nil {
						return err
					}
					return insertPart(tx, name)
				})
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				fmt.Fprintf(os.Stdout, "done %s\n", name)
			}
		}()
	}
	select {}
}

// killAfter lets a process write, and kills it after so many answers. It gives the parts of each group and those that
// were answered.
func killAfter(t *testing.T, dsn string, answers int) (groups map[string][]string, answered map[string]bool) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestKillInsideAGroup$")
	cmd.Env = append(os.Environ(), killDSN+"="+dsn)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	groups, answered = map[string][]string{}, map[string]bool{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch words := strings.Fields(lines.Text()); {
		case len(words) == 3 && words[0] == "in":
			groups[words[1]] = append(groups[words[1]], words[2])
		case len(words) == 2 && words[0] == "done":
			answered[words[1]] = true
		}
		if len(answered) == answers {
			must(t, cmd.Process.Kill())
			answers = -1 // what it had said before is read to the end
		}
	}
	_ = cmd.Wait() // it was killed
	if answers != -1 {
		t.Fatal("the writers ended by themselves")
	}
	return groups, answered
}

func partsOf(t *testing.T, dsn string) map[string]bool {
	t.Helper()
	s := dbtest.Open(t, dsn)
	rows, err := db.Writer(s).Query(`SELECT name FROM parts`)
	must(t, err)
	defer rows.Close()
	has := map[string]bool{}
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		has[name] = true
	}
	must(t, rows.Err())
	return has
}
