package db

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// uncounted are the statements that change accounts, and nothing that they are counted by.
var uncounted = []string{
	"`UPDATE accounts SET due_at = $1",
	"`UPDATE accounts SET suspect = ",
	"`UPDATE accounts SET lease = lease WHERE",
	"`UPDATE accounts SET lease = CAST($1 AS TEXT)", // a claim: the attempt that it counts is under way
	"recordQuery = `UPDATE accounts SET\n",          // counted by the batch that it is part of
}

// TestEveryChangeOfAnAccountIsCounted: on SQLite the trigger that counts sees statements that set desired_gen.
func TestEveryChangeOfAnAccountIsCounted(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	statement, sets := regexp.MustCompile("(?s)(\\w+ = )?`UPDATE accounts SET.*"), regexp.MustCompile("^`UPDATE accounts SET (desired_gen = |` ?\\+ ?(counted|afresh|groupAfresh) ?\\+ ?`)")
	seen := 0
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for rest := statement.FindString(string(source)); rest != ""; rest = statement.FindString(rest[1:]) {
			seen++
			if at := strings.Index(rest, "`"); sets.MatchString(rest[at:]) {
				rest = rest[at:]
				continue
			}
			if !startsWithAny(rest, uncounted) {
				t.Errorf("%s: a statement changes accounts and names neither desired_gen nor counted:\n%.120s", file, rest)
			}
			rest = rest[strings.Index(rest, "`"):]
		}
	}
	if seen < 20 {
		t.Errorf("only %d statements were found", seen)
	}
}

func startsWithAny(s string, all []string) bool {
	at := strings.Index(s, "`")
	for _, x := range all {
		if strings.HasPrefix(s, x) || strings.HasPrefix(s[at:], x) {
			return true
		}
	}
	return false
}
