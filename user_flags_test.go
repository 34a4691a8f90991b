package main

import (
	"strings"
	"testing"

	"usher/directory"
)

// TestFlagsOfEveryAttribute: create and update have a flag for each attribute that is written by hand, update clears it
// again, and show prints it.
func TestFlagsOfEveryAttribute(t *testing.T) {
	set, clear := []string{"--user-name=ada"}, []string{"ada"}
	words := map[string]string{}
	for _, a := range directory.Attributes() {
		if why := noFlag()[a.Path]; why != "" || a.NotByHand != "" && a.Path != "externalId" {
			continue
		}
		words[a.Path] = "the " + a.Label
		if a.Path == "emails" {
			words[a.Path] = "ada@example.com"
		}
		flag := "--" + strings.ReplaceAll(a.Field, "_", "-") + "="
		set, clear = append(set, flag+words[a.Path]), append(clear, flag)
	}
	db := newDB(t)
	must(t, "", append([]string{db, "user", "create"}, set...)...)
	out, u := must(t, "", db, "user", "show", "ada"), showJSON(t, db, "ada").User.User
	for path, word := range words {
		a, _ := directory.AttributeOf(path)
		if got := a.Get(&u); got != word || !strings.Contains(out, a.Label+" ") || !strings.Contains(out, word) {
			t.Errorf("%s is %q", path, got)
		}
	}
	must(t, "", append([]string{db, "user", "update"}, clear...)...)
	u = showJSON(t, db, "ada").User.User
	for path := range words {
		if a, _ := directory.AttributeOf(path); a.Get(&u) != "" {
			t.Errorf("%s is %q still", path, a.Get(&u))
		}
	}
	if words["nickName"] == "" {
		t.Error("there is no flag for the nickname")
	}
}

func TestFlagsAreNamedAsEver(t *testing.T) {
	var names []string
	for _, a := range flagAttributes() {
		names = append(names, a.Field)
	}
	if got := strings.Join(names, " "); !strings.HasPrefix(got+" ", "given_name family_name display_name nickname email phone title department external_id ") {
		t.Errorf("the flags are of %s", got)
	}
	if code, _, errs := usher(t, "", newDB(t), "user", "update", "ada"); code != exitUsage || !strings.Contains(errs, "say what to change") {
		t.Errorf("without flags: exit %d, %q", code, errs)
	}
}
