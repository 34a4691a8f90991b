package service

import (
	"slices"
	"testing"

	"usher/connectors"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

func TestCheckProposesTheProfileOfTheHost(t *testing.T) {
	for base, key := range map[string]string{
		"https://scim.eu-central-1.amazonaws.com/x/scim/v2": "aws", "https://ec2-1.amazonaws.com/scim": profileRFC, "https://api.slack.com/scim/v2": "slack",
		"https://API.github.com/scim/v2/enterprises/x": "github_emu", "https://acme.my.salesforce.com/services/scim/v2": "salesforce",
		"https://my.salesforce.com.example.com/": profileRFC, "https://api.zoom.us/scim2": "zoom", "https://example.com/scim": profileRFC,
	} {
		if got := profileOfHost(base).key; got != key {
			t.Errorf("%s: %s, want %s", base, got, key)
		}
	}
	s := &Service{base: "https://api.slack.com/scim/v2", Traits: Traits{key: profileRFC}}
	proposed := func() (profiles []string) {
		var r connectors.Report
		s.Conclude(&r, scim.Config{}, wire.Facts{})
		for _, p := range r.Proposals {
			if p.Key == keyProfile {
				profiles = append(profiles, p.Value)
			}
		}
		return profiles
	}
	if got := proposed(); !slices.Equal(got, []string{"slack"}) {
		t.Errorf("proposals %v", got)
	}
	s.key = "slack"
	if got := proposed(); len(got) != 0 {
		t.Errorf("a profile that was chosen is proposed again: %v", got)
	}
}
