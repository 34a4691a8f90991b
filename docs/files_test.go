// Package docs is the documents, and the tests that hold them, and the rules of CONTRIBUTING.md, to the code. It is not
// for tests of what the program does.
package docs

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

const root = ".."

// all are the files of the repository, by their path below its root.
var all = sync.OnceValues(func() (files []string, err error) {
	skipped := []string{".git", "node_modules", ".screenshots"}
	err = filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case slices.Contains(skipped, e.Name()) && e.IsDir():
			return fs.SkipDir
		case !e.IsDir():
			files = append(files, strings.TrimPrefix(filepath.ToSlash(p), root+"/"))
		}
		return nil
	})
	return files, err
})

// filesOf are the files whose names end in one of these.
func filesOf(t *testing.T, endings ...string) (files []string) {
	t.Helper()
	every, err := all()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range every {
		if slices.ContainsFunc(endings, func(e string) bool { return strings.HasSuffix(f, e) }) {
			files = append(files, f)
		}
	}
	if len(files) == 0 {
		t.Fatalf("there is no file that ends in %s", strings.Join(endings, ", "))
	}
	return files
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, file))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// exists reports whether a file is called so: by its whole path, or by the end of it.
func exists(t *testing.T, name string) bool {
	t.Helper()
	return slices.ContainsFunc(filesOf(t, ""), func(f string) bool { return f == name || strings.HasSuffix(f, "/"+name) })
}

// generated are the patterns of .gitattributes for files that are made from others.
func generated(t *testing.T) (patterns []string) {
	t.Helper()
	for line := range strings.Lines(read(t, ".gitattributes")) {
		if words := strings.Fields(line); len(words) > 1 && words[0] != "#" && slices.Contains(words[1:], "linguist-generated") {
			patterns = append(patterns, words[0])
		}
	}
	return patterns
}

// isGenerated compares as git does: a pattern without a slash is that of a name in any folder.
func isGenerated(patterns []string, file string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		name := file
		if !strings.Contains(p, "/") {
			name = path.Base(file)
		}
		ok, err := path.Match(p, name)
		return ok && err == nil
	})
}
