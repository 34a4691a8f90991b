package handlers

import (
	"net/http"
	"net/url"
	"strings"

	"usher/connectors"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func connectionsCrumb() ui.Crumb { return ui.Crumb{Label: "Connections", Href: "/connections"} }

func (s *Server) listConnections(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	search := strings.TrimSpace(q.Get("q"))
	page, err := s.Store.Connections(r.Context(), directory.ConnectionFilter{Search: search, After: q.Get("after")})
	if err != nil {
		return err
	}
	all, err := s.Store.Connectors(r.Context(), "")
	if err != nil {
		return err
	}
	used, err := s.provisionersByConnector(r.Context())
	if err != nil {
		return err
	}
	words := map[string][]views.ConnectorWord{}
	for _, c := range all {
		_, uses := used[c.ID]
		words[c.ConnectionID] = append(words[c.ConnectionID], views.ConnectorWord{Kind: s.kindName(c.Kind), Enabled: c.Enabled, Used: uses})
	}
	v := views.ConnectionsView{Shell: s.shell(r, views.NavConnections, "Connections"), Now: s.Now(), Search: search}
	for _, n := range page.Connections {
		v.Rows = append(v.Rows, views.ConnectionRow{Connection: n, Connectors: words[n.ID]})
	}
	if q.Get("after") != "" {
		v.First = connectionsURL(search, "")
	}
	if page.Next != "" {
		v.Next = connectionsURL(search, page.Next)
	}
	return s.render(w, r, http.StatusOK, views.Connections(v))
}

func connectionsURL(search, after string) string {
	q := url.Values{}
	if search != "" {
		q.Set("q", search)
	}
	if after != "" {
		q.Set("after", after)
	}
	if len(q) == 0 {
		return "/connections"
	}
	return "/connections?" + q.Encode()
}

// kindName is the connector kind as people read it; a kind that this Usher does not know is shown as stored.
func (s *Server) kindName(kind string) string {
	if d, ok := s.Opener.Definition(kind); ok {
		return d.Name
	}
	return kind
}

// kind is the definition of a stored connector's kind.
func (s *Server) kind(kind string) (connectors.Definition, error) {
	d, ok := s.Opener.Definition(kind)
	if !ok {
		return d, &directory.Error{Code: directory.Invalid,
			Message: "This Usher does not know the connector kind “" + kind + "”. Start the version that the connector was made with, or delete the connector."}
	}
	return d, nil
}
