package views

import (
	"testing"

	"usher/provisioning"
)

func TestTrafficWords(t *testing.T) {
	pending := func(n int) provisioning.Progress {
		return provisioning.Progress{Total: n, Counts: map[provisioning.Status]int{provisioning.StatusPending: n}}
	}
	for _, c := range []struct {
		traffic provisioning.Traffic
		left    int
		want    string
	}{
		{provisioning.Traffic{AtOnce: 4, PerSecond: 3}, 10, ""},
		{provisioning.Traffic{InFlight: 1, AtOnce: 4}, 10, "1 in flight, of at most 4 at once"},
		{provisioning.Traffic{InFlight: 12, AtOnce: 32, PerSecond: 1234.5}, 12_345, "12 in flight, of at most 32 at once · 1,235 accounts a second · about 10 s left"},
		{provisioning.Traffic{InFlight: 3, AtOnce: 4, PerSecond: 5}, 10_000, "3 in flight, of at most 4 at once · 5.0 accounts a second · about 34 min left"},
		{provisioning.Traffic{InFlight: 1, AtOnce: 4, PerSecond: 0.05}, 500, "1 in flight, of at most 4 at once · 3.0 accounts a minute · about 3 h left"},
		{provisioning.Traffic{InFlight: 1, AtOnce: 4, PerSecond: 1}, 1_000_000, "1 in flight, of at most 4 at once · 1.0 accounts a second · about 12 days left"},
		{provisioning.Traffic{InFlight: 1, AtOnce: 4, PerSecond: 20}, 0, "1 in flight, of at most 4 at once · 20 accounts a second"},
	} {
		if got := trafficWords(c.traffic, pending(c.left)); got != c.want {
			t.Errorf("%+v with %d left:\n%s\nwant\n%s", c.traffic, c.left, got, c.want)
		}
	}
}
