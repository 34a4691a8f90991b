package db_test

import (
	"testing"

	"usher/connectors"
	"usher/provisioning"
)

// What was learned is on the card after a restart and after another check, until the settings change.
func TestWhatWasLearnedStaysOnTheCard(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		id, revision := w.connector.ID, int64(1) // of a connector that was just made
		can := func() string {
			t.Helper()
			k, _, err := w.LastCheck(ctx, id)
			w.must(err)
			out := ""
			for _, c := range k.Report.Capabilities {
				if c.Can {
					out += c.Name + " "
				}
			}
			for _, p := range k.Report.Proposals {
				out += p.Key + "=" + p.Value + " "
			}
			return out
		}
		learned := connectors.Report{Capabilities: []connectors.Capability{{Name: "patch"}}, Proposals: []connectors.Proposal{{Key: "update_mode", Value: "put"}}}
		checked := provisioning.LastCheck{At: at, Report: connectors.Report{Capabilities: []connectors.Capability{{Name: "patch", Can: true}, {Name: "filter", Can: true}}}}
		w.must(w.Learn(ctx, id, revision, learned, at))
		same(t, "before a check", can(), "update_mode=put ")
		w.must(w.SaveCheck(ctx, id, checked))
		same(t, "after a check", can(), "filter update_mode=put ")
		w.must(w.SaveCheck(ctx, id, checked))
		same(t, "after another", can(), "filter update_mode=put ")
		w.must(w.Learn(ctx, id, revision+1, learned, at))
		w.must(w.SaveCheck(ctx, id, checked))
		same(t, "what was learned with other settings", can(), "patch filter ")
		w.must(w.Learn(ctx, "nobody", revision, learned, at))
	})
}
