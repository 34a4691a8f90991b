package provisioning

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestMeter(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	var m meter
	for i := range 40 { // twenty a second, for two seconds
		m.count(start.Add(time.Duration(i) * 50 * time.Millisecond))
	}
	for _, c := range []struct {
		after time.Duration
		want  float64
	}{{2 * time.Second, 20}, {5 * time.Second, 8}, {11 * time.Second, 0}} {
		counted := m
		if got := counted.perSecond(start.Add(c.after)); got != c.want {
			t.Errorf("after %v: %v a second, want %v", c.after, got, c.want)
		}
	}
	if got := m.perSecond(start.Add(-time.Hour)); got != 0 {
		t.Error(got, "after the clock was set back")
	}
}

func TestTraffic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := testLane(nil, 4)
		l.engine.queues["c"] = l
		if now := l.engine.Traffic("unknown"); now != (Traffic{}) {
			t.Errorf("%+v", now)
		}
		l.fill(0, 100)
		l.begin()
		for range 30 {
			time.Sleep(100 * time.Millisecond)
			l.finished(ended(Bulk, ""))
			l.begin()
		}
		now := l.engine.Traffic("c")
		if now.InFlight == 0 || now.AtOnce != 4 || now.PerSecond < 9 || now.PerSecond > 11 {
			t.Errorf("%+v", now)
		}
		if left := now.Left(600); left < 55*time.Second || left > 65*time.Second {
			t.Error(left, "for six hundred")
		}
		if (Traffic{PerSecond: 10}).Left(5) != 0 {
			t.Error("nothing runs, so nothing can be said of when it ends")
		}
	})
}
