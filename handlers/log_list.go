package handlers

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"usher/directory"
	"usher/provisioning"
	"usher/views"
	"usher/views/ui"
)

// logStore is what the provisioning log is read from.
type logStore interface {
	Log(ctx context.Context, f provisioning.LogFilter) (provisioning.LogPage, error)
	LogEntry(ctx context.Context, id string) (provisioning.Attempt, error)
	Provisioners(ctx context.Context) ([]directory.Provisioner, error)
	Connector(ctx context.Context, id string) (directory.Connector, error)
}

func (s *Server) listLog(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	query, filter := readLogQuery(q, s.Now())
	page, err := s.Store.Log(r.Context(), filter)
	if err != nil {
		return err
	}
	v := views.LogView{Shell: s.shell(r, views.NavLog, "Provisioning log"), Now: s.Now(), Query: query, Attempts: page.Attempts}
	if v.Targets, err = s.logTargets(r.Context(), query.Target); err != nil {
		return err
	}
	if query.User != "" && len(page.Attempts) > 0 {
		v.Of = page.Attempts[0].UserName
	}
	if query.Group != "" && len(page.Attempts) > 0 {
		v.Of = page.Attempts[0].GroupName
	}
	if filter.Before != "" {
		v.First = pageLink("/log", q, "before", "")
	}
	if page.Next != "" {
		v.Next = pageLink("/log", q, "before", page.Next)
	}
	return s.render(w, r, http.StatusOK, views.Log(v))
}

// readLogQuery drops values that no option has, so that the page shows what it filters by.
func readLogQuery(q url.Values, now time.Time) (views.LogQuery, provisioning.LogFilter) {
	known := func(name string, options []ui.Option) string {
		for _, o := range options {
			if o.Value == q.Get(name) {
				return o.Value
			}
		}
		return ""
	}
	v := views.LogQuery{User: q.Get("user"), Group: q.Get("group"), Search: strings.TrimSpace(q.Get("q")), Target: q.Get("target"),
		Outcome: known("outcome", views.OutcomeOptions()), Operation: known("operation", views.OperationOptions()), Since: known("since", views.SinceOptions())}
	f := provisioning.LogFilter{UserID: v.User, GroupID: v.Group, ConnectorID: v.Target, Outcome: provisioning.Outcome(v.Outcome), Operation: provisioning.Operation(v.Operation),
		Search: v.Search, Before: q.Get("before")}
	if d, err := time.ParseDuration(v.Since); err == nil {
		f.Since = now.Add(-d)
	}
	return v, f
}

// logTargets are the connectors to filter by: those that users are sent to, and the one that is chosen already.
func (s *Server) logTargets(ctx context.Context, chosen string) ([]ui.Option, error) {
	ps, err := s.Store.Provisioners(ctx)
	if err != nil {
		return nil, err
	}
	var out []ui.Option
	listed := chosen == ""
	for _, p := range ps {
		out = append(out, s.logTarget(p.ConnectorID, p.Connection, p.Kind))
		listed = listed || p.ConnectorID == chosen
	}
	if listed {
		return out, nil
	}
	c, err := s.Store.Connector(ctx, chosen)
	if directory.CodeOf(err) == directory.NotFound {
		return append(out, ui.Option{Value: chosen, Label: "a deleted connector"}), nil
	}
	return append(out, s.logTarget(c.ID, c.Connection, c.Kind)), err
}

func (s *Server) logTarget(id, connection, kind string) ui.Option {
	return ui.Option{Value: id, Label: shortened(connection) + " · " + s.kindName(kind)}
}

// shortened keeps a select at a width that leaves room for the others.
func shortened(name string) string {
	const most = 24
	if r := []rune(name); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return name
}
