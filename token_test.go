package main

import (
	"strings"
	"testing"
	"time"
)

func TestTokenCommands(t *testing.T) {
	db := newDB(t)
	secret := must(t, "", db, "token", "create", "--name=HR", "--scopes=scim", "--expires=90d")
	must(t, "", db, "token", "create", "--name=Payroll", "--scopes=scim", "--skip-unknown-members")
	list := must(t, "", db, "token", "list")
	lines := strings.Split(list, "\n")
	if len(lines) != 3 || strings.Contains(list, secret) {
		t.Fatalf("list:\n%s", list)
	}
	payroll, hr := strings.Fields(lines[1]), lines[2]
	if payroll[1] != "Payroll" || payroll[len(payroll)-1] != "never" || !strings.Contains(hr, time.Now().UTC().Add(90*24*time.Hour).Format(time.DateOnly)) {
		t.Errorf("list:\n%s", list)
	}
	if payroll[3] != "skipped" || strings.Fields(hr)[3] != "refused" {
		t.Errorf("unknown members:\n%s", list)
	}
	must(t, "", db, "token", "revoke", payroll[0])
	if list = must(t, "", db, "token", "list"); strings.Contains(list, "Payroll") {
		t.Errorf("a revoked token is listed:\n%s", list)
	}
	if code, _, errs := usher(t, "", db, "token", "revoke", payroll[0]); code != exitFailed || !strings.Contains(errs, "There is no such token") {
		t.Errorf("a second revocation: exit %d, %q", code, errs)
	}
	for _, bad := range []string{"0d", "-5d", "soon", "d", "0h", "99999d"} {
		if code, _, errs := usher(t, "", db, "token", "create", "--name=X", "--scopes=scim", "--expires="+bad); code != exitUsage || !strings.Contains(errs, "such as 90d or 12h") {
			t.Errorf("--expires=%s: exit %d, %q", bad, code, errs)
		}
	}
}
