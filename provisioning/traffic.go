package provisioning

import "time"

// Traffic is what this process sends to a target now.
type Traffic struct {
	InFlight  int     // attempts running
	AtOnce    int     // how many may run at once, as learned
	PerSecond float64 // attempts that ended, over the latest seconds
}

// Traffic is what is sent to the connector's target now; all zero when nothing was since the process began.
func (e *Engine) Traffic(connectorID string) Traffic {
	e.mu.Lock()
	l := e.queues[connectorID]
	e.mu.Unlock()
	if l == nil {
		return Traffic{}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return Traffic{InFlight: l.busy, AtOnce: l.slots(), PerSecond: l.done.perSecond(time.Now())}
}

// Left is how long n more take at this rate; 0 when that cannot be told.
func (t Traffic) Left(n int) time.Duration {
	if t.PerSecond <= 0 || t.InFlight == 0 {
		return 0
	}
	return time.Duration(float64(n) / t.PerSecond * float64(time.Second))
}

// meter counts what happens in the running second and in the ones before it.
type meter struct {
	second  int64 // since 1970
	seconds [10]int
}

func (m *meter) count(now time.Time) {
	m.turn(now)
	m.seconds[0]++
}

// turn makes room for the running second.
func (m *meter) turn(now time.Time) {
	gone := now.Unix() - m.second
	m.second = now.Unix()
	if gone < 0 || gone >= int64(len(m.seconds)) { // long ago, or the clock was set back
		m.seconds = [10]int{}
		return
	}
	copy(m.seconds[gone:], m.seconds[:])
	for i := range gone {
		m.seconds[i] = 0
	}
}

// perSecond is the mean of the whole seconds since the first one in which anything happened.
func (m *meter) perSecond(now time.Time) float64 {
	m.turn(now)
	sum, seconds := 0, 0
	for i, n := range m.seconds[1:] {
		if sum += n; n > 0 {
			seconds = i + 1
		}
	}
	if seconds == 0 {
		return float64(m.seconds[0])
	}
	return float64(sum) / float64(seconds)
}
