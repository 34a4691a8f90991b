package service

import (
	"testing"

	"usher/connectors"
	"usher/directory"
)

// Vendors that publish limits are not asked more than they allow, whatever would go well for a while.
func TestBudget(t *testing.T) {
	for profile, want := range map[string]connectors.Budget{
		profileRFC:   {Concurrency: 4, MostConcurrency: 32},
		"slack":      {Published: 3, Concurrency: 4, MostConcurrency: 4},
		"github_emu": {Published: 5, Concurrency: 4, MostConcurrency: 4},
	} {
		c := connectors.Config{Settings: directory.Settings{Values: map[string]string{keyProfile: profile}}}
		if got := TraitsOf(c).Budget(); got != want {
			t.Errorf("%s: %+v", profile, got)
		}
		d := connectors.Definition{BudgetOf: func(c connectors.Config) connectors.Budget { return TraitsOf(c).Budget() }}
		if got := d.BudgetFor(c).RequestsPerSecond; got != want.Published {
			t.Errorf("%s: %v requests a second", profile, got)
		}
		c.Settings.Values[connectors.RequestsLimit] = "7"
		if got := d.BudgetFor(c).RequestsPerSecond; got != 7 {
			t.Errorf("%s: %v requests a second, though the configuration says 7", profile, got)
		}
	}
}
