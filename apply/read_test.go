package apply

import (
	"os"
	"path/filepath"
	"testing"
)

// No file, however odd, may break the reader; what it accepts without a problem has names for everything.
func FuzzRead(f *testing.F) {
	cases, _ := filepath.Glob("testdata/*.txt")
	for _, path := range cases {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Add([]byte("a: &a [*a]\nconnections: *a"))
	f.Add([]byte("connections: &c [{name: x, connectors: [{<<: *c}]}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		d := Read(text, Source{Name: "f", Env: os.LookupEnv})
		if d.problems.err() != nil {
			return
		}
		for _, c := range d.connections {
			if c.name == "" && c.fields["name"].node == nil {
				t.Errorf("a connection without a name was accepted")
			}
		}
	})
}
