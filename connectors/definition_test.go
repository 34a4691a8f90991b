package connectors

import (
	"slices"
	"strings"
	"testing"
)

// What a form says about leavers must be what the target can do.
func TestPoliciesSayWhatTheTargetCanDo(t *testing.T) {
	for _, c := range []struct {
		modes                   []Mode
		onDelete, onDisable     string
		deleteHelp, disableHelp string
	}{
		{[]Mode{Disable, Delete}, "delete", "disable", "never removed, only disabled", ""},
		{[]Mode{Disable}, "disable", "disable", "cannot remove accounts", ""},
		{[]Mode{Delete}, "delete", "leave", "stay as they are", "cannot disable accounts"},
		{nil, "leave", "leave", "neither remove nor disable", "cannot disable accounts"},
	} {
		fields := Definition{Modes: c.modes}.AllFields()
		by := func(key string) Field {
			return fields[slices.IndexFunc(fields, func(f Field) bool { return f.Key == key })]
		}
		if f := by(OnDelete); f.Default != c.onDelete || !strings.Contains(f.Help, c.deleteHelp) {
			t.Errorf("%v: when deleted %s, %q", c.modes, f.Default, f.Help)
		}
		if f := by(OnDisable); f.Default != c.onDisable || !strings.Contains(f.Help, c.disableHelp) {
			t.Errorf("%v: when disabled %s, %q", c.modes, f.Default, f.Help)
		}
	}
}
