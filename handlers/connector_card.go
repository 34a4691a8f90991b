package handlers

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"usher/connectors"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// checkCard is what the newest check found, with the proposals that are not in force yet.
func (s *Server) checkCard(ctx context.Context, c directory.Connector) (views.ConnectorCheckCard, error) {
	card := views.ConnectorCheckCard{URL: views.ConnectorURL(c), Kind: c.Kind, Now: s.Now(), Revision: c.Revision}
	k, ok, err := s.Store.LastCheck(ctx, c.ID)
	if err != nil || !ok {
		return card, err
	}
	card.Check = &k
	d, known := s.Opener.Definition(c.Kind)
	if !known {
		return card, nil
	}
	card.Proposals = openProposals(d, k.Report.Proposals, c.Settings)
	return card, nil
}

// openProposals are the proposals, in words, that the settings do not follow yet.
func openProposals(d connectors.Definition, all []connectors.Proposal, s directory.Settings) (open []views.ConnectorProposal) {
	now, _ := connectors.Read(d.AllFields(), nil, s)
	for _, p := range all {
		i := slices.IndexFunc(d.AllFields(), func(f connectors.Field) bool { return f.Key == p.Key })
		if i < 0 || d.AllFields()[i].Secret() || now.Values[p.Key] == p.Value {
			continue
		}
		f := d.AllFields()[i]
		open = append(open, views.ConnectorProposal{Label: f.Label, Now: settingWords(f, now.Values[p.Key]), Value: settingWords(f, p.Value), Why: p.Why, Key: p.Key, Raw: p.Value})
	}
	return open
}

// useProposals saves the settings that the newest check proposed and the administrator saw.
func (s *Server) useProposals(w http.ResponseWriter, r *http.Request) error {
	n, t, err := s.target(r)
	if err != nil {
		return err
	}
	f, err := form(r)
	if err != nil {
		return err
	}
	c := t.Connector
	d, err := s.kind(c.Kind)
	if err != nil {
		return err
	}
	card, err := s.checkCard(r.Context(), c)
	if err != nil {
		return err
	}
	in := map[string]string{}
	for _, p := range card.Proposals {
		in[p.Key] = p.Raw
	}
	if len(in) == 0 || f.Get("seen") != card.Stamp() {
		return proposalsOver()
	}
	var wrong directory.FieldErrors
	c.Settings, wrong = connectors.Read(d.AllFields(), in, c.Settings)
	if err := wrong.Err(); err != nil {
		return err
	}
	c.Revision, _ = strconv.ParseInt(f.Get("revision"), 10, 64)
	c.Retarget = directory.SameTenant // the target itself says where its endpoints are
	err = s.Directory.UpdateConnector(r.Context(), c, actor(r))
	if directory.CodeOf(err) == directory.Conflict {
		return s.showNewerConnector(w, r, n, t, err)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "Saved the proposed settings.", Text: "Test the connection again to see what the target can do with them."})
	return s.redirect(w, r, views.ConnectorsURL(n.ID))
}

func proposalsOver() error {
	return &refusal{http.StatusConflict, "These are not the settings that are proposed now", "The connector was tested or changed meanwhile, so nothing was saved.",
		"Open the connector and look at what is proposed now."}
}
