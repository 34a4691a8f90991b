package wire

import "testing"

// TestLacksPatch: services say in words of their own, under 400, that they have no PATCH.
func TestLacksPatch(t *testing.T) {
	for detail, want := range map[string]bool{
		"PATCH is not supported.":               true,
		"This service does not support PATCH":   true,
		"Patch operations are unsupported":      true,
		"We do not implement the method patch.": true,
		"The path of a patch operation is bad":  false,
		"Filters are not supported":             false,
	} {
		a := Answer{Status: 400, Body: []byte(`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","detail":"` + detail + `"}`)}
		if a.LacksPatch() != want {
			t.Errorf("%q: %v, want %v", detail, !want, want)
		}
	}
	for status, want := range map[int]bool{405: true, 501: true, 403: false} {
		if (Answer{Status: status}).LacksPatch() != want {
			t.Errorf("%d: want %v", status, want)
		}
	}
}
