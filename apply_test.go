package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Each file in apply/testdata is an input, ten dashes, and what is printed.
func TestApplyRefuses(t *testing.T) {
	cases, err := filepath.Glob("apply/testdata/*.txt")
	if err != nil || len(cases) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range cases {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			input, want, ok := strings.Cut(string(text), "----------\n")
			if !ok {
				t.Fatal("no line of ten dashes")
			}
			dir := t.TempDir()
			file := filepath.Join(dir, "usher.yaml")
			if err := os.WriteFile(file, []byte(input), 0o600); err != nil {
				t.Fatal(err)
			}
			db := newDB(t)
			code, out, errs := usher(t, "", db, "apply", "-f", file)
			got := strings.ReplaceAll(strings.ReplaceAll(errs, file, "FILE"), dir, "DIR")
			if code != exitFailed || out != "" || got != want {
				t.Errorf("exit %d, printed %q\n--- got\n%s--- want\n%s", code, out, got, want)
			}
			// Nothing was written: a file that is right finds an empty database.
			if out := must(t, "connections: [{name: Warehouse}]", db, "apply", "-f", "-"); out != "connection Warehouse: created" {
				t.Errorf("afterwards: %q", out)
			}
		})
	}
}

func TestApplyEmptyFile(t *testing.T) {
	for _, text := range []string{"", "# nothing\n"} {
		code, _, errs := usher(t, text, newDB(t), "apply", "-f", "-")
		if code != exitFailed || errs != "usher: nothing was applied:\n<stdin>:1: the file is empty\n" {
			t.Errorf("%q: exit %d, %q", text, code, errs)
		}
	}
}

func TestApplyTwiceChangesNothing(t *testing.T) {
	db := newDB(t)
	_, file := newTarget(t, ", blocking: true, on_failure: create_anyway, deadline: 30s, jit_outbound: true")
	const names = "connection Warehouse: %\nconnector Warehouse/scim2: %\nprovisioner Warehouse/scim2: %"
	for _, word := range []string{"created", "unchanged"} {
		if out, want := must(t, file, db, "apply", "-f", "-"), strings.ReplaceAll(names, "%", word); out != want {
			t.Errorf("got %q, want %q", out, want)
		}
	}
}

func TestApplyChangesOnlyWhatDiffers(t *testing.T) {
	db := newDB(t)
	_, file := newTarget(t, "")
	must(t, file, db, "apply", "-f", "-")
	for _, c := range []struct{ name, old, new, want string }{
		{"description", "Stock system", "Goods", "connection Warehouse: changed\nconnector Warehouse/scim2: unchanged\nprovisioner Warehouse/scim2: unchanged"},
		{"secret", `"test-token"`, `"other-token"`, "connection Warehouse: unchanged\nconnector Warehouse/scim2: changed\nprovisioner Warehouse/scim2: unchanged"},
		{"toggle", "enabled: true", "enabled: false", "connection Warehouse: unchanged\nconnector Warehouse/scim2: changed\nprovisioner Warehouse/scim2: unchanged"},
		{"provisioner", "connector: scim2}", "connector: scim2, blocking: true}", "connection Warehouse: unchanged\nconnector Warehouse/scim2: unchanged\nprovisioner Warehouse/scim2: changed"},
	} {
		edited := strings.Replace(file, c.old, c.new, 1)
		if out := must(t, edited, db, "apply", "-f", "-"); edited == file || out != c.want {
			t.Errorf("%s: got %q, want %q", c.name, out, c.want)
		}
		file = edited
	}
}

// What the file does not say stays as it is.
func TestApplyIsAdditive(t *testing.T) {
	db := newDB(t)
	_, file := newTarget(t, ", blocking: true")
	must(t, file, db, "apply", "-f", "-")
	partial := "connections:\n  - name: warehouse\n    connectors: [{type: scim2}]\n  - name: Second\nprovisioners:\n  - {connection: WAREHOUSE, connector: scim2}\n"
	want := "connection warehouse: changed\nconnector warehouse/scim2: unchanged\nconnection Second: created\nprovisioner warehouse/scim2: unchanged"
	if out := must(t, partial, db, "apply", "-f", "-"); out != want {
		t.Errorf("got %q", out)
	}
	if out := must(t, strings.ReplaceAll(file, "Warehouse", "warehouse"), db, "apply", "-f", "-"); strings.Contains(out, "changed\n") && !strings.Contains(out, "unchanged") {
		t.Errorf("the settings did not stay: %q", out)
	}
}

func TestApplySecretReferences(t *testing.T) {
	db, dir := newDB(t), t.TempDir()
	_, file := newTarget(t, "")
	must(t, file, db, "apply", "-f", "-")
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte("test-token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("USHER_TEST_TOKEN", "test-token")
	path := filepath.Join(dir, "usher.yaml")
	for _, ref := range []string{"{env: USHER_TEST_TOKEN}", "{file: token}"} {
		if err := os.WriteFile(path, []byte(strings.Replace(file, `"test-token"`, ref, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		if out := must(t, "", db, "apply", "-f", path); strings.Contains(out, ": changed") || strings.Contains(out, ": created") {
			t.Errorf("%s: %q", ref, out)
		}
	}
}
