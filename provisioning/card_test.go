package provisioning

import (
	"context"
	"testing"
	"time"

	"usher/connectors"
)

type notebook struct {
	Store
	learned []connectors.Report
}

func (n *notebook) Learn(_ context.Context, _ string, revision int64, r connectors.Report, _ time.Time) error {
	if revision == 7 {
		n.learned = append(n.learned, r)
	}
	return nil
}

type learner struct {
	connectors.Connector
	news bool
}

func (l *learner) Learned() (connectors.Report, bool) {
	was := l.news
	l.news = false
	return connectors.Report{Capabilities: []connectors.Capability{{Name: "a"}}}, was
}

func TestWhatAConnectorLearnsIsKeptOnce(t *testing.T) {
	book := &notebook{}
	e := &Engine{store: book}
	o := &Opened{Connector: &learner{news: true}, revision: 7}
	e.learn(t.Context(), o, "c")
	e.learn(t.Context(), o, "c")
	e.learn(t.Context(), &Opened{}, "c") // learns nothing
	if len(book.learned) != 1 || book.learned[0].Capabilities[0].Name != "a" {
		t.Errorf("learned %+v", book.learned)
	}
}

// A check writes nothing: what only writes can show stands for as long as the settings do.
func TestNotesStandBesideAReport(t *testing.T) {
	report := connectors.Report{Capabilities: []connectors.Capability{{Name: "patch", Can: true}, {Name: "filter", Can: true}}, Proposals: []connectors.Proposal{{Key: "k", Value: "checked"}}}
	notes := connectors.Report{Capabilities: []connectors.Capability{{Name: "patch", Learned: 3}, {Name: "filter"}}, Proposals: []connectors.Proposal{{Key: "k", Value: "found", Learned: 3}, {Key: "old", Learned: 2}}}
	got := WithNotes(report, notes, 3)
	if len(got.Capabilities) != 2 || got.Capabilities[1].Name != "patch" || got.Capabilities[1].Can || !got.Capabilities[0].Can || len(got.Proposals) != 1 || got.Proposals[0].Value != "found" {
		t.Errorf("%+v", got)
	}
	if !report.Capabilities[0].Can {
		t.Error("the report that was given has changed")
	}
	if got := WithNotes(report, notes, 4); !got.Capabilities[0].Can || got.Proposals[0].Value != "checked" {
		t.Errorf("notes of other settings count: %+v", got)
	}
}
