package main

import (
	"strings"
	"testing"
)

func TestApplyMapping(t *testing.T) {
	db := newDB(t)
	_, file := newTarget(t, "")
	with := func(mapping string) string {
		return strings.Replace(file, "        enabled: true\n", "        enabled: true\n        mapping: "+mapping+"\n", 1)
	}
	const rest = "provisioner Warehouse/scim2: "
	for _, c := range []struct{ mapping, want string }{
		{`{title: {expression: user.department, on_create: true}}`, "connection Warehouse: created\nconnector Warehouse/scim2: created\nmapping Warehouse/scim2: changed\n" + rest + "created"},
		{`{title: {expression: user.department, on_create: true}}`, ""},
		{`{title: {on_create: true}, displayName: {expression: "user.displayName.first(8)"}}`, "mapping Warehouse/scim2: changed\n"},
		{`{title: {expression: user.department}}`, ""}, // on create stays, since the file does not say
		{`{title: {expression: user.title, on_create: false}, displayName: {expression: ""}}`, "mapping Warehouse/scim2: changed\n"},
		{`{displayName: {expression: "", on_create: false}}`, ""},
	} {
		want := c.want
		if !strings.HasPrefix(want, "connection") {
			want = "connection Warehouse: unchanged\nconnector Warehouse/scim2: unchanged\n" + c.want + rest + "unchanged"
		}
		if out := must(t, with(c.mapping), db, "apply", "-f", "-"); out != want {
			t.Errorf("%s: got %q, want %q", c.mapping, out, want)
		}
	}
	if out := must(t, file, db, "apply", "-f", "-"); strings.Contains(out, "mapping") {
		t.Errorf("a file without a mapping changed it: %q", out)
	}
	both := strings.Replace(with(`{title: {expression: user.nickName}}`), "allow_private_network: true", "allow_private_network: true, on_existing: adopt", 1)
	if out := must(t, both, db, "apply", "-f", "-"); !strings.Contains(out, "connector Warehouse/scim2: changed\nmapping Warehouse/scim2: changed") {
		t.Errorf("settings and mapping at once: %q", out)
	}
}
