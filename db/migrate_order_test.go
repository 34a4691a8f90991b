package db_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// kept are the migrations that databases may have by now. One that came in between would refuse every database that has
// those after it, so a new one has a higher number than all of them. When it is out, it belongs at the end of this list.
var kept = []string{
	"0001_start", "0002_users", "0003_values", "0004_groups", "0005_mail", "0006_tokens", "0007_signup", "0008_oidc", "0009_imports",
	"0010_mapping", "0011_groups_pushed", "0012_passwords", "0014_trust", "0015_names", "0016_browsers", "0017_import_cells",
	"0019_revisions", "0021_skip_unknown_members",
}

func TestMigrationsComeAfterThoseThatDatabasesHave(t *testing.T) {
	files, err := os.ReadDir("migrations")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		if name, sql := strings.CutSuffix(f.Name(), ".sql"); sql {
			names = append(names, name)
		}
	}
	if len(names) < len(kept) || !slices.Equal(names[:len(kept)], kept) {
		t.Errorf("the first migrations are %v, and databases have %v", names, kept)
	}
}
