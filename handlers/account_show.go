package handlers

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
	"usher/views"
)

// accountStore is what the accounts of a user are read from.
type accountStore interface {
	Memberships(ctx context.Context, userID string) ([]provisioning.Membership, error) // of deleted users, too
	Provisioners(ctx context.Context) ([]directory.Provisioner, error)
	Connector(ctx context.Context, id string) (directory.Connector, error)
	Connectors(ctx context.Context, connectionID string) ([]directory.Connector, error) // "": of all connections
	Log(ctx context.Context, f provisioning.LogFilter) (provisioning.LogPage, error)
}

const recentAttempts = 10

// showAccounts is the live part of a user's page. When the last account of a deleted user is gone it says so and
// stops asking, instead of failing once a second.
func (s *Server) showAccounts(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "id")
	u, _, err := s.userOrLeaver(r.Context(), id)
	if directory.CodeOf(err) == directory.NotFound {
		u = directory.User{ID: id, State: directory.Deleted}
	} else if err != nil {
		return err
	}
	v, err := s.accountsOf(r.Context(), u)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("seen") == v.Stamp() {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	v.Part = true
	return s.render(w, r, http.StatusOK, views.Accounts(v))
}

// accountsOf is everything that a user's page says about targets.
func (s *Server) accountsOf(ctx context.Context, u directory.User) (v views.AccountsView, err error) {
	v = views.AccountsView{Now: s.Now(), User: u}
	found, err := s.Store.Memberships(ctx, u.ID)
	if err != nil {
		return v, err
	}
	managed, err := s.provisionersByConnector(ctx)
	if err != nil {
		return v, err
	}
	v.None = len(managed) == 0
	for _, m := range found {
		a, err := s.accountView(ctx, u, m, managed[m.ConnectorID])
		if err != nil {
			return v, err
		}
		v.Accounts = append(v.Accounts, a)
	}
	if u.State == directory.Live {
		if v.Absent, err = s.absent(ctx, u, found); err != nil {
			return v, err
		}
	}
	page, err := s.Store.Log(ctx, provisioning.LogFilter{UserID: u.ID, Limit: recentAttempts})
	v.Attempts = page.Attempts
	return v, err
}

func (s *Server) accountView(ctx context.Context, u directory.User, m provisioning.Membership, p directory.Provisioner) (views.AccountView, error) {
	a := views.AccountView{Membership: m, Want: provisioning.Wanted(u, p, m.InScope)}
	a.Status, a.Counts = a.Standing().Status(s.Now())
	a.Definition, _ = s.Opener.Definition(m.Kind)
	if !a.Status.Settled() {
		a.Pause, _ = m.Pauses.Of(m.Account, s.Now())
	}
	if a.Adoptable() {
		c, err := s.Store.Connector(ctx, m.ConnectorID)
		if err != nil {
			return a, err
		}
		if err := s.readGroups(ctx, &u); err != nil {
			return a, err
		}
		a.Ours = wouldWrite(a.Definition, c, u)
	}
	return a, nil
}

// wouldWrite is what Usher would send for the user; nil when that cannot be worked out, which the account's own
// error says better.
func wouldWrite(def connectors.Definition, c directory.Connector, u directory.User) map[string]any {
	m, err := provisioning.MappingOf(def, c)
	if err != nil {
		return nil
	}
	p, err := m.Profile(u)
	if err != nil {
		return nil
	}
	return p.Values
}

// absent are the connectors at whose targets the user has no account at all.
func (s *Server) absent(ctx context.Context, u directory.User, found []provisioning.Membership) ([]views.AbsentView, error) {
	there := map[string]bool{}
	for _, m := range found {
		there[m.ConnectorID] = true
	}
	all, err := s.Store.Connectors(ctx, "")
	if err != nil {
		return nil, err
	}
	standings, err := s.Store.Standings(ctx, []directory.User{u})
	if err != nil {
		return nil, err
	}
	managed := map[string]provisioning.Standing{}
	for _, st := range standings[u.ID] {
		managed[st.ConnectorID] = st
	}
	var out []views.AbsentView
	for _, c := range all {
		if there[c.ID] {
			continue
		}
		st, sends := managed[c.ID]
		a := views.AbsentView{Connection: c.Connection, ConnectionID: c.ConnectionID, Kind: s.kindName(c.Kind), Enabled: c.Enabled, Managed: sends}
		a.Status, a.Counts = st.Status(s.Now())
		out = append(out, a)
	}
	return out, nil
}
