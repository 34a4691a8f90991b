package mail

import "time"

// Entry is a message in the outbox, as it is shown.
type Entry struct {
	Queued
	Wiped      bool // the text is not kept any more
	DueAt      time.Time
	Attempts   int
	LeaseUntil time.Time // zero when nobody is sending it
	SentAt     time.Time // zero until it is sent
	FailedAt   time.Time // zero unless it was given up
	Error      string    // why the last attempt failed; for people
}

// State is what can be said of a message in a word.
type State string

// The states of a message. Sent and failed ones stay so.
const (
	Waiting  State = "waiting" // never tried
	Sending  State = "sending"
	Retrying State = "retrying" // failed and will be tried again
	Sent     State = "sent"
	Failed   State = "failed" // given up
)

// State derives where the message stands.
func (e Entry) State(now time.Time) State {
	switch {
	case !e.SentAt.IsZero():
		return Sent
	case !e.FailedAt.IsZero():
		return Failed
	case now.Before(e.LeaseUntil):
		return Sending
	case e.Attempts > 0:
		return Retrying
	}
	return Waiting
}
