package docs

import (
	"strings"
	"testing"
)

// TestTheTreeNamesEveryFolder: a newcomer finds each folder of the repository in README's tree.
func TestTheTreeNamesEveryFolder(t *testing.T) {
	_, tree, _ := strings.Cut(read(t, "README.md"), "## The tree")
	tree, _, _ = strings.Cut(tree, "## Work on it")
	named := map[string]bool{}
	for _, file := range filesOf(t, "") {
		folder, _, below := strings.Cut(file, "/")
		if !below || strings.HasPrefix(folder, ".") || named[folder] {
			continue
		}
		named[folder] = true
		if !strings.Contains(tree, folder+"/") {
			t.Errorf("README's tree does not name %s/", folder)
		}
	}
	if len(named) < 10 {
		t.Error("only these folders were found:", named)
	}
}
