package main

import (
	"strings"
	"testing"

	"usher/connectors/all"
	"usher/provisioning"
	"usher/views/ui"
)

// TestEveryKindCanBeShownAndUsed: what a kind says of itself is a name of something that there is.
func TestEveryKindCanBeShownAndUsed(t *testing.T) {
	icon := func(name string) string {
		var b strings.Builder
		if err := ui.Icon(name, "").Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, d := range all.Definitions() {
		if _, err := provisioning.CompileMapping(d); err != nil {
			t.Errorf("%s: the default of an attribute is no expression: %v", d.Kind, err)
		}
		if icon(d.Icon) == icon("no such icon") {
			t.Errorf("%s names the icon %q; choose one from assets/build.mjs, or add it there and run npm run build", d.Kind, d.Icon)
		}
	}
}
