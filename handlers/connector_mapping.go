package handlers

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
	"usher/views"
	"usher/views/ui"
)

// mappingStore is what the mapping of attributes is shown with.
type mappingStore interface {
	NewestUser(ctx context.Context) (u directory.User, ok bool, err error)
}

// mappingForm is a connector's mapping as it is stored or as it was typed.
type mappingForm struct {
	connection directory.Connection
	target     provisioning.Target
	def        connectors.Definition
	mapping    directory.Mapping
	revised    views.Revised
	stale      bool   // somebody else came between, and the person must look first
	user, who  string // ID of the user whose values are shown, and a search for another one
}

func (s *Server) mappingTarget(r *http.Request) (m mappingForm, err error) {
	if m.connection, m.target, err = s.target(r); err != nil {
		return m, err
	}
	m.def, err = s.kind(m.target.Kind)
	m.mapping, m.user = m.target.Mapping, r.URL.Query().Get(views.MappingUser)
	m.revised = mappingRevised(m.def, m.target.Connector).open()
	return m, err
}

// mappingTyped is the form of the page, over what is stored now.
func (s *Server) mappingTyped(r *http.Request) (m mappingForm, err error) {
	if m, err = s.mappingTarget(r); err != nil {
		return m, err
	}
	f, err := form(r)
	if err != nil {
		return m, err
	}
	meets, err := s.merge(r, f, mappingRevised(m.def, m.target.Connector))
	if err != nil {
		return m, err
	}
	m.revised, m.stale, f = meets.revised, meets.stale, meets.form
	m.mapping = typedMapping(m.def, f, m.target.Mapping)
	m.user, m.who = f.Get(views.MappingUser), strings.TrimSpace(f.Get(views.MappingWho))
	if pick := f.Get(views.MappingPick); pick != "" {
		m.user, m.who = pick, ""
	}
	switch reset := f.Get(views.MappingReset); reset {
	case "":
	case views.MappingAll:
		m.mapping = foreignRules(m.def, m.mapping)
	default:
		delete(m.mapping, reset)
	}
	return m, nil
}

// typedMapping is what the form says beside the kind's own. Rules about attributes that this Usher's kind does not have
// stay: another version may know them.
func typedMapping(def connectors.Definition, f url.Values, stored directory.Mapping) directory.Mapping {
	m := foreignRules(def, stored)
	for _, a := range def.Attributes {
		if !f.Has(views.MappingExpression(a.Key)) {
			if rule, ok := stored[a.Key]; ok {
				m[a.Key] = rule
			}
			continue
		}
		text := strings.TrimSpace(strings.ReplaceAll(f.Get(views.MappingExpression(a.Key)), "\r\n", "\n"))
		rule := directory.Rule{Expression: text, OnCreate: !a.OnCreate && f.Get(views.MappingWhen(a.Key)) == views.MappingOnCreate}
		if text != strings.TrimSpace(a.Default) || rule.OnCreate {
			m[a.Key] = rule
		}
	}
	return m
}

func foreignRules(def connectors.Definition, m directory.Mapping) directory.Mapping {
	out := directory.Mapping{}
	maps.Copy(out, m)
	for _, a := range def.Attributes {
		delete(out, a.Key)
	}
	return out
}

func (s *Server) showMapping(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mappingTarget(r)
	if err != nil {
		return err
	}
	v, err := s.mappingView(r, m)
	if err != nil {
		return err
	}
	return s.render(w, r, http.StatusOK, views.ConnectorMapping(v))
}

// backToMapping is where a reload of a preview leads.
func (s *Server) backToMapping(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mappingTarget(r)
	if err != nil {
		return err
	}
	return s.redirect(w, r, views.MappingURLFor(m.target.Connector, m.user))
}

// previewMapping shows what the expressions in the form make of a user. It saves nothing.
func (s *Server) previewMapping(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mappingTyped(r)
	if err != nil {
		return err
	}
	v, err := s.mappingView(r, m)
	if err != nil {
		return err
	}
	if !partial(r) {
		return s.render(w, r, http.StatusOK, views.ConnectorMapping(v))
	}
	if v.User != nil {
		w.Header().Set("HX-Replace-Url", views.MappingURLFor(m.target.Connector, v.User.ID))
	}
	v.Part = true
	return s.render(w, r, http.StatusOK, views.MappingParts(v))
}

func (s *Server) updateMapping(w http.ResponseWriter, r *http.Request) error {
	m, err := s.mappingTyped(r)
	if err != nil {
		return err
	}
	if m.stale {
		return s.showMappingAgain(w, r, m, http.StatusConflict, nil)
	}
	_, wrong, err := provisioning.CheckMapping(m.def, m.connector())
	if err != nil {
		return err
	}
	if len(wrong) == 0 {
		err = s.saveMapping(r, m)
	}
	if e, status, ok := formError(err); ok && !changedMeanwhile(e) {
		return s.showMappingAgain(w, r, m, status, e)
	}
	if err != nil {
		return mergeAgain(w, r, s.updateMapping, err)
	}
	if len(wrong) > 0 {
		return s.showMappingAgain(w, r, m, http.StatusUnprocessableEntity, nil)
	}
	return s.redirect(w, r, views.MappingURLFor(m.target.Connector, m.user))
}

// saveMapping writes what differs from what is stored, and nothing when nothing does: a save costs a look at every account.
func (s *Server) saveMapping(r *http.Request, m mappingForm) error {
	if maps.Equal(m.target.Mapping, m.mapping) {
		flash(r, ui.Flash{Title: "Nothing was changed.", Text: "The attribute mapping has these expressions already."})
		return nil
	}
	if err := s.Directory.SetMapping(r.Context(), m.target.Connector, m.mapping, actor(r)); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "The attribute mapping was saved.", Text: "Accounts whose values differ are written now."})
	return nil
}

// showMappingAgain shows the form as it was typed; problem is why it was not saved, nil when the page says it elsewhere.
func (s *Server) showMappingAgain(w http.ResponseWriter, r *http.Request, m mappingForm, status int, problem *directory.Error) error {
	v, err := s.mappingView(r, m)
	if err != nil {
		return err
	}
	if problem != nil {
		v.Problem = problem.Message
	}
	return s.render(w, r, status, views.ConnectorMapping(v))
}

// connector is the connector with the mapping that is looked at.
func (m mappingForm) connector() directory.Connector {
	c := m.target.Connector
	c.Mapping = m.mapping
	return c
}
