package all

import "testing"

func TestKindsAreDistinct(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Definitions() {
		if d.Kind == "" || seen[d.Kind] {
			t.Errorf("kind %q is there twice, or empty", d.Kind)
		}
		seen[d.Kind] = true
	}
}
