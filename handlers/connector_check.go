package handlers

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
	"usher/views"
)

// checkStore keeps what the newest check of a connector's target found.
type checkStore interface {
	SaveCheck(ctx context.Context, connectorID string, k provisioning.LastCheck) error
	// LastCheck is the newest one; ok is false when there was none.
	LastCheck(ctx context.Context, connectorID string) (k provisioning.LastCheck, ok bool, err error)
}

// checkDeadline bounds a test of a connection: people wait for it.
const checkDeadline = 20 * time.Second

// testConnector tries the settings in the form, with stored secrets where none was typed. It saves no setting; what it
// learned about the settings in force is kept.
func (s *Server) testConnector(w http.ResponseWriter, r *http.Request) error {
	n, t, err := s.target(r)
	if err != nil {
		return err
	}
	f, lost, err := s.secretForm(r, connectorScope(t))
	if err != nil {
		return err
	}
	in, _, err := s.connectorInput(r, t, withRevision(f, t.Revision), lost)
	if err != nil {
		return err
	}
	status := http.StatusOK
	var report views.ConnectorReport
	if len(in.errs) > 0 {
		status, report = http.StatusUnprocessableEntity, incomplete(in.errs)
	} else if report, err = s.check(r.Context(), in.connector); err != nil {
		return err
	} else if err := s.keepCheck(r.Context(), t.Connector, in.connector.Settings, &report); err != nil {
		return err
	}
	if partial(r) {
		return s.renderReport(w, r, status, t.Connector, &report)
	}
	in.edit.report = &report
	return s.renderConnectorList(w, r, status, n, &in.edit)
}

// keepCheck keeps a report about settings that are the stored ones: a report about others would say of the connector
// what may never come true.
func (s *Server) keepCheck(ctx context.Context, c directory.Connector, tried directory.Settings, report *views.ConnectorReport) error {
	d, err := s.kind(c.Kind)
	if err != nil {
		return err
	}
	if stored, _ := connectors.Read(d.AllFields(), nil, c.Settings); !reflect.DeepEqual(stored, tried) {
		return nil
	}
	report.Kept = true
	return s.Store.SaveCheck(ctx, c.ID, provisioning.LastCheck{At: s.Now(), Report: report.Report, Error: report.Error})
}

// renderReport is the answer to htmx: the report and, beside it, the capability card when that is different now.
func (s *Server) renderReport(w http.ResponseWriter, r *http.Request, status int, c directory.Connector, report *views.ConnectorReport) error {
	if !report.Kept {
		return s.render(w, r, status, views.ConnectorReportRegion(c.Kind, report))
	}
	card, err := s.checkCard(r.Context(), c)
	if err != nil {
		return err
	}
	card.Swap = true
	return s.render(w, r, status, views.ConnectorReportAndCard(c.Kind, report, card))
}

// incomplete is the report about settings that cannot be tried.
func incomplete(errs directory.FieldErrors) views.ConnectorReport {
	rep := views.ConnectorReport{Error: "Nothing was tried, because the settings are not complete."}
	for _, key := range slices.Sorted(maps.Keys(errs)) {
		rep.Error += " " + errs[key]
	}
	return rep
}

// check makes the connector's harmless reads. What the target refuses is in the report; the error is ours.
func (s *Server) check(ctx context.Context, c directory.Connector) (views.ConnectorReport, error) {
	ctx, cancel := context.WithTimeout(ctx, checkDeadline)
	defer cancel()
	o, err := s.Opener.OpenOnce(c)
	if err != nil {
		return failedReport(connectors.Report{}, err)
	}
	rep, err := o.Check(ctx)
	v, err := failedReport(rep, err)
	v.Advice = openProposals(o.Definition, rep.Proposals, c.Settings)
	return v, err
}

func failedReport(rep connectors.Report, err error) (views.ConnectorReport, error) {
	for i := range rep.Steps { // a test is not repeated by itself
		rep.Steps[i].Remedy = directory.ByHand(rep.Steps[i].Remedy)
	}
	v := views.ConnectorReport{Report: rep}
	if err == nil {
		return v, nil
	}
	ce, ok := errors.AsType[*connectors.Error](err)
	if !ok {
		return v, err
	}
	v.Error, v.Remedy = ce.Error(), directory.ByHand(ce.Remedy)
	return v, nil
}
