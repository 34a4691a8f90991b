package connectors

import "testing"

func TestSameIDComparesUUIDsAsNumbers(t *testing.T) {
	const id = "0199b6a4-7c1e-7d3a-9c55-2f1f0a7f8e11"
	for _, spelled := range []string{id, "0199B6A4-7C1E-7D3A-9C55-2F1F0A7F8E11", "{0199b6a4-7c1e-7d3a-9c55-2f1f0a7f8e11}", "0199b6a47c1e7d3a9c552f1f0a7f8e11", "urn:uuid:" + id} {
		if !SameID(spelled, id) {
			t.Errorf("%s is not taken for %s", spelled, id)
		}
	}
	for _, other := range [][2]string{{id, "0199b6a4-7c1e-7d3a-9c55-2f1f0a7f8e12"}, {"", ""}, {"E-1001", "e-1001"}, {id, ""}} {
		if SameID(other[0], other[1]) {
			t.Errorf("%q is taken for %q", other[0], other[1])
		}
	}
}
