package provisioning

import (
	"context"
	"slices"
	"time"

	"usher/connectors"
)

// LastCheck is the newest report about a connector's target: its capability card.
type LastCheck struct {
	At     time.Time
	Report connectors.Report
	Error  string // what ended the check; "" when it passed
}

// CardStore is a Store that keeps what a connector found out while it worked, with the settings of a revision, on its
// capability card.
type CardStore interface {
	Learn(ctx context.Context, connectorID string, revision int64, r connectors.Report, at time.Time) error
}

// learn keeps what a connector found out in an attempt, if that is something.
func (e *Engine) learn(ctx context.Context, o *Opened, connectorID string) {
	l, learns := o.Connector.(connectors.Learner)
	book, keeps := e.store.(CardStore)
	if !learns || !keeps {
		return
	}
	r, news := l.Learned()
	if !news {
		return
	}
	if err := book.Learn(ctx, connectorID, o.revision, r, time.Now()); err != nil {
		e.log.Error("cannot keep what a connector learned", "connector", connectorID, "err", err)
	}
}

// WithNotes is a report with what was found out while the connector worked with the settings of a revision: such a finding
// stands, for a check writes nothing and cannot see it.
func WithNotes(report, notes connectors.Report, revision int64) connectors.Report {
	for _, n := range notes.Capabilities {
		if n.Learned != revision || revision == 0 {
			continue
		}
		report.Capabilities = slices.DeleteFunc(slices.Clone(report.Capabilities), func(c connectors.Capability) bool { return c.Name == n.Name })
		report.Capabilities = append(report.Capabilities, n)
	}
	for _, n := range notes.Proposals {
		if n.Learned != revision || revision == 0 {
			continue
		}
		report.Proposals = slices.DeleteFunc(slices.Clone(report.Proposals), func(p connectors.Proposal) bool { return p.Key == n.Key })
		report.Proposals = append(report.Proposals, n)
	}
	return report
}
