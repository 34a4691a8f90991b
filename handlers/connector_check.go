package handlers

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"time"

	"usher/connectors"
	"usher/directory"
	"usher/views"
)

// checkDeadline bounds a test of a connection: people wait for it.
const checkDeadline = 20 * time.Second

// testConnector tries the settings in the form, with stored secrets where none was typed. It saves nothing.
func (s *Server) testConnector(w http.ResponseWriter, r *http.Request) error {
	n, t, err := s.target(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	in, err := s.connectorInput(t, f)
	if err != nil {
		return err
	}
	status := http.StatusOK
	var report views.ConnectorReport
	if len(in.errs) > 0 {
		status, report = http.StatusUnprocessableEntity, incomplete(in.errs)
	} else if report, err = s.check(r.Context(), in.connector); err != nil {
		return err
	}
	if partial(r) {
		return s.render(w, r, status, views.ConnectorReportRegion(t.Kind, &report))
	}
	in.edit.report = &report
	return s.renderConnectors(w, r, status, n, &in.edit)
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
	return failedReport(rep, err)
}

func failedReport(rep connectors.Report, err error) (views.ConnectorReport, error) {
	v := views.ConnectorReport{Report: rep}
	if err == nil {
		return v, nil
	}
	ce, ok := errors.AsType[*connectors.Error](err)
	if !ok {
		return v, err
	}
	v.Error, v.Remedy = ce.Error(), ce.Remedy
	return v, nil
}
