package handlers

import (
	"context"
	"net/http"
	"time"

	"usher/directory"
	"usher/provisioning"
	"usher/views"
)

// overviewStore is what the first page is read from.
type overviewStore interface {
	Overview(ctx context.Context, now time.Time) (provisioning.Overview, error)
	Connections(ctx context.Context, f directory.ConnectionFilter) (directory.ConnectionPage, error)
	Connectors(ctx context.Context, connectionID string) ([]directory.Connector, error)
	Provisioners(ctx context.Context) ([]directory.Provisioner, error)
	Log(ctx context.Context, f provisioning.LogFilter) (provisioning.LogPage, error)
}

// familiar is how many users an organisation has that does not need to be told the steps any more.
const familiar = 3

func (s *Server) showOverview(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	facts, err := s.Store.Overview(ctx, s.Now())
	if err != nil {
		return err
	}
	v := views.OverviewView{Shell: s.shell(r, views.NavOverview, "Overview"), Now: s.Now(), Facts: facts}
	for i, m := range facts.Trouble {
		a := views.AccountView{Membership: m, Status: m.Status(s.Now())}
		a.Definition, _ = s.Opener.Definition(m.Kind)
		row := views.TroubleRow{Account: a, User: m.UserID}
		if i < len(facts.TroubleUsers) {
			row.User = facts.TroubleUsers[i].Label()
		}
		v.Trouble = append(v.Trouble, row)
	}
	if v.MailWaits, err = s.mailWaits(ctx); err != nil {
		return err
	}
	v.MoreToDo = v.Attention() > len(v.Trouble)
	if facts.Users <= familiar || len(facts.Targets) == 0 {
		if v.Steps, err = s.gettingStarted(ctx, facts); err != nil {
			return err
		}
	}
	return s.render(w, r, http.StatusOK, views.Overview(v))
}

// mailWaits reports mails that nobody gets, because there is no mail server.
func (s *Server) mailWaits(ctx context.Context) (bool, error) {
	if s.mailGoesOut() {
		return false, nil
	}
	mails, _, err := s.Store.Outbox(ctx, "", 1)
	return len(mails) > 0, err
}

// gettingStarted ticks the six steps; nil when all of them are done.
func (s *Server) gettingStarted(ctx context.Context, facts provisioning.Overview) ([]views.Step, error) {
	done, connection, err := s.stepsDone(ctx, facts)
	if err != nil {
		return nil, err
	}
	steps := views.GettingStarted(connection)
	all := true
	for i := range steps {
		steps[i].Done = done[i]
		all = all && done[i]
	}
	if all {
		return nil, nil
	}
	return steps, nil
}

// stepsDone looks at what is there, not at what was clicked; connection is one to go on with, "" for none.
func (s *Server) stepsDone(ctx context.Context, facts provisioning.Overview) (done [6]bool, connection string, err error) {
	page, err := s.Store.Connections(ctx, directory.ConnectionFilter{Limit: 1})
	if err != nil {
		return done, "", err
	}
	done[0] = len(page.Connections) > 0
	if done[0] {
		connection = page.Connections[0].ID
	}
	all, err := s.Store.Connectors(ctx, "")
	if err != nil {
		return done, "", err
	}
	for _, k := range all {
		connection, done[1] = k.ConnectionID, true
		done[2] = done[2] || k.Enabled
	}
	ps, err := s.Store.Provisioners(ctx)
	if err != nil {
		return done, "", err
	}
	done[3] = len(ps) > 0
	done[5], err = s.somebodyLeft(ctx)
	done[4] = done[3] && facts.Users > 0 || done[5] // who was deleted had been created
	return done, connection, err
}

// somebodyLeft looks for a leaver who was removed or, where a target removes no account, disabled.
func (s *Server) somebodyLeft(ctx context.Context) (bool, error) {
	gone, err := s.Store.Log(ctx, provisioning.LogFilter{Operation: provisioning.OpDelete, Outcome: provisioning.Succeeded, Limit: 1})
	if err != nil || len(gone.Attempts) > 0 {
		return err == nil, err
	}
	disabled, err := s.Store.Log(ctx, provisioning.LogFilter{Operation: provisioning.OpDisable, Outcome: provisioning.Succeeded, Limit: recentAttempts})
	for _, a := range disabled.Attempts {
		if _, err := s.Store.User(ctx, a.UserID); directory.CodeOf(err) == directory.NotFound {
			return true, nil
		}
	}
	return false, err
}
