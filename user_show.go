package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"usher/directory"
	"usher/provisioning"
)

type userShowCmd struct {
	User string `arg:"" name:"name-or-id" help:"User name or ID; a deleted user who is still leaving targets is found by ID."`
	JSON bool   `name:"json" env:"-" help:"Print one JSON object: user and accounts."`
}

// shown is what --json prints.
type shown struct {
	User     shownUser      `json:"user"`
	Accounts []shownAccount `json:"accounts"`
}

type shownUser struct {
	directory.User
	Deleted bool `json:"deleted,omitempty"` // gone here, and still leaving a target
}

type shownAccount struct {
	Connection string `json:"connection"`
	Connector  string `json:"connector"`
	Status     string `json:"status"`
	RemoteID   string `json:"remote_id"`
	Error      string `json:"error"`
	remedy     string
}

func (c userShowCmd) Run(a *app) error {
	return a.within(func(k *core) error {
		s, err := k.show(a, c.User)
		if err != nil {
			return err
		}
		if c.JSON {
			e := json.NewEncoder(a.stdout)
			e.SetIndent("", "  ")
			return e.Encode(s)
		}
		return s.print(a)
	})
}

func (k *core) show(a *app, nameOrID string) (shown, error) {
	s := shown{Accounts: []shownAccount{}}
	u, missing := k.user(a.ctx, nameOrID)
	if missing != nil && directory.CodeOf(missing) != directory.NotFound {
		return s, missing
	}
	s.User = shownUser{User: u}
	if missing != nil {
		s.User = shownUser{User: directory.User{ID: nameOrID}, Deleted: true}
	}
	ms, err := k.store.Memberships(a.ctx, s.User.ID)
	if err != nil {
		return s, err
	}
	if missing != nil && len(ms) == 0 {
		return s, missing
	}
	s.Accounts, err = k.shownAccounts(a, u, ms)
	return s, err
}

// shownAccounts also has the targets where the user should be and is not, because they are switched off.
func (k *core) shownAccounts(a *app, u directory.User, ms []provisioning.Membership) ([]shownAccount, error) {
	all, err := k.store.Standings(a.ctx, []directory.User{u})
	if err != nil {
		return nil, err
	}
	at, out := time.Now(), []shownAccount{}
	standings := map[string]provisioning.Standing{}
	for _, st := range all[u.ID] {
		standings[st.ConnectorID] = st
		if status, counts := st.Status(at); counts && !st.Begun && status == provisioning.StatusOff {
			out = append(out, shownAccount{Connection: st.Connection, Connector: st.Kind, Status: string(status)})
		}
	}
	for _, m := range ms {
		st := provisioning.Standing{Membership: m, Want: provisioning.Removed, Begun: true} // a deleted user's
		if mine, ok := standings[m.ConnectorID]; ok && u.State == directory.Live {
			st.Want = mine.Want
		}
		status, _ := st.Status(at)
		shown := showAccount(m, at)
		shown.Status = string(status)
		out = append(out, shown)
	}
	return out, nil
}

func showAccount(m provisioning.Membership, at time.Time) shownAccount {
	a := shownAccount{Connection: m.Connection, Connector: m.Kind, Status: string(m.Status(at)), RemoteID: m.RemoteID, Error: cmp.Or(m.HeldReason, m.Error), remedy: m.Remedy}
	if q, waits := m.Pauses.Of(m.Account, at); waits && m.Enabled && !m.Status(at).Settled() {
		a.Error, a.remedy = q.Why(), q.Remedy
	}
	return a
}

func (s shown) print(a *app) error {
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	line := func(label, v string) {
		if v != "" {
			fmt.Fprintf(w, "%s\t%s\n", label, v)
		}
	}
	u := s.User
	state := map[bool]string{true: "active", false: "disabled"}[u.Active]
	if u.Deleted {
		state = "deleted here, still leaving targets"
	}
	line("User name", u.UserName)
	line("ID", u.ID)
	line("State", state)
	for _, a := range flagAttributes() {
		line(a.Label, a.Get(&u.User))
	}
	line("Came by", string(u.Source))
	if err := w.Flush(); err != nil {
		return err
	}
	for _, x := range s.Accounts {
		fmt.Fprintf(a.stdout, "\n%s/%s: %s", x.Connection, x.Connector, x.Status)
		if x.RemoteID != "" {
			fmt.Fprintf(a.stdout, ", remote ID %s", x.RemoteID)
		}
		if x.Error != "" {
			fmt.Fprintf(a.stdout, "\n  %s %s", x.Error, x.remedy)
		}
	}
	if len(s.Accounts) > 0 {
		fmt.Fprintln(a.stdout)
	} else {
		fmt.Fprintln(a.stdout, "\nNo accounts at any target.")
	}
	return nil
}
