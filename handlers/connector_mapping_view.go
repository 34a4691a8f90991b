package handlers

import (
	"context"
	"maps"
	"net/http"
	"reflect"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
	"usher/views"
)

// othersShown is how many users are offered besides the one who is shown.
const othersShown = 6

// mappingView is the page: each attribute with its expression, and what comes of it for one user.
func (s *Server) mappingView(r *http.Request, m mappingForm) (v views.ConnectorMappingView, err error) {
	if v.ConnectionView, err = s.connectionTab(r, m.connection, "Attribute mapping"); err != nil {
		return v, err
	}
	if !partial(r) { // what follows the typing does not say it
		progress, err := s.Store.Progress(r.Context(), m.target.ID)
		if err != nil {
			return v, err
		}
		v.Accounts = progress.Total
	}
	c := m.target.Connector
	v.KindName, v.Revised, v.Who = m.def.Name, m.revised, m.who
	v.Connector = directory.Connector{ID: c.ID, ConnectionID: c.ConnectionID, Kind: c.Kind}
	mapping, wrong, err := provisioning.CheckMapping(m.def, m.connector())
	if err != nil {
		return v, err
	}
	v.Rows = mappingRows(m.def, m.mapping)
	for i, r := range v.Rows {
		v.Rows[i].Wrong = wrong[r.Attribute.Key]
	}
	if err := s.mappingUser(r.Context(), m, &v); err != nil || v.User == nil {
		return v, err
	}
	if err := s.readGroups(r.Context(), v.User); err != nil {
		return v, err
	}
	s.mappingValues(m, mapping, &v)
	return v, nil
}

func mappingRows(def connectors.Definition, mapping directory.Mapping) (rows []views.MappingRow) {
	for i, a := range provisioning.Mapped(def, mapping).Attributes {
		rows = append(rows, views.MappingRow{Attribute: def.Attributes[i], Expression: a.Default, OnCreate: a.OnCreate})
	}
	return rows
}

func mappingRevised(def connectors.Definition, c directory.Connector) revisedForm {
	f := revisedForm{noun: "mapping", revision: c.Revision, target: c.ID, actions: []string{directory.ActionConnectorMapping}, reload: views.MappingURL(c)}
	for _, row := range mappingRows(def, c.Mapping) {
		f.entries = append(f.entries, row.Entries()...)
	}
	return f
}

// mappingUser finds whose values are shown: the first who matches the search, else the one who was shown before, else
// the newest.
func (s *Server) mappingUser(ctx context.Context, m mappingForm, v *views.ConnectorMappingView) error {
	if m.who != "" {
		page, err := s.Store.Users(ctx, directory.UserFilter{Search: m.who, Limit: othersShown + 1})
		if err != nil {
			return err
		}
		if len(page.Users) > 0 {
			v.User, v.Found, v.Others = &page.Users[0], true, page.Users[1:]
			return nil
		}
	}
	if m.user != "" {
		u, err := s.Store.User(ctx, m.user)
		if err == nil {
			v.User = &u
			return nil
		}
		if directory.CodeOf(err) != directory.NotFound {
			return err
		}
	}
	u, ok, err := s.Store.NewestUser(ctx)
	if ok {
		v.User = &u
	}
	return err
}

func (s *Server) mappingValues(m mappingForm, mapping *provisioning.Mapping, v *views.ConnectorMappingView) {
	p, failed := mapping.Preview(*v.User)
	complete := len(failed) == 0
	for i, row := range v.Rows {
		v.Rows[i].Value, v.Rows[i].Failed = p.Values[row.Attribute.Key], failed[row.Attribute.Key]
		complete = complete && row.Wrong.Message == ""
	}
	if m.def.Sent == nil || !complete {
		return
	}
	sent, err := m.def.Sent(connectors.Config{Settings: m.target.Settings}, connectors.Profile{ResourceID: p.ResourceID, Values: maps.Clone(p.Values)})
	if err != nil {
		v.Refused = err.Error()
		return
	}
	for i, row := range v.Rows {
		if as := sent.Values[row.Attribute.Key]; as != nil && !reflect.DeepEqual(as, row.Value) {
			v.Rows[i].SentAs = as
		}
	}
}

// readGroups completes the user as attribute mappings see them.
func (s *Server) readGroups(ctx context.Context, u *directory.User) error {
	of, err := s.Store.GroupsOf(ctx, []string{u.ID})
	for _, g := range of[u.ID] {
		u.Groups = append(u.Groups, g.DisplayName)
	}
	return err
}
