package salesforcefake

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"usher/connectors/fakekit"
)

// query is GET query?q=… and the pages after the first.
func (s *Server) query(r request, rest []string) (reply, *refusal) {
	if r.Method != http.MethodGet {
		return reply{}, refuse(http.StatusMethodNotAllowed, "METHOD_NOT_ALLOWED", "HTTP Method '"+r.Method+"' not allowed.")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(rest) == 1 {
		left, ok := s.cursors[rest[0]]
		if !ok {
			return reply{}, bad("INVALID_QUERY_LOCATOR", "invalid query locator")
		}
		return s.page(r, left), nil
	}
	st, wrong := parse(r.URL.Query().Get("q"), s.known)
	if wrong != nil {
		return reply{}, wrong
	}
	var found []any
	t := s.tables[st.object]
	for _, id := range s.candidates(t, st) {
		row := t.rows[id]
		if st.where == nil || st.where(func(path string) any { return s.value(t, row, path) }) {
			found = append(found, s.render(r, t, row, st.fields))
		}
		if st.limit > 0 && len(found) == st.limit {
			break
		}
	}
	return s.page(r, found), nil
}

// candidates are all records, or the few that the indexes name.
func (s *Server) candidates(t *table, st statement) []string {
	if len(st.terms) == 0 {
		return t.ids
	}
	var out []string
	seen := map[string]bool{}
	for _, term := range st.terms {
		c := t.columns[fold(term.path)]
		var id string
		switch {
		case c.name == "Id":
			id = term.value
		case c.unique != "":
			id = t.index[c.name][fold(term.value)]
		default:
			return t.ids
		}
		if t.rows[id] != nil && !seen[id] {
			out, seen[id] = append(out, id), true
		}
	}
	return out
}

// known tells whether an object has a field, or another over a reference.
func (s *Server) known(object, path string) *refusal {
	t := s.tables[object]
	if t == nil {
		return bad("INVALID_TYPE", "sObject type '"+object+"' is not supported.")
	}
	first, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		if _, ok := t.columns[fold(path)]; !ok {
			return bad("INVALID_FIELD", "No such column '"+path+"' on entity '"+object+"'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name.")
		}
		return nil
	}
	c, ok := t.columns[fold(first+"Id")]
	if !ok || len(c.target) == 0 {
		return bad("INVALID_FIELD", "Didn't understand relationship '"+first+"' in field path.")
	}
	return s.known(c.target[0], rest)
}

func (s *Server) value(t *table, r *row, path string) any {
	first, rest, deeper := strings.Cut(path, ".")
	if !deeper {
		c := t.columns[fold(path)]
		if c.name == "UsedLicenses" || c.name == "TotalLicenses" {
			return s.seats(r, c.name)
		}
		return r.doc[c.name]
	}
	c := t.columns[fold(first+"Id")]
	other := s.tables[c.target[0]]
	if r = other.find(r.text(c.name)); r == nil {
		return nil
	}
	return s.value(other, r, rest)
}

// seats counts a licence.
func (s *Server) seats(licence *row, column string) any {
	if column == "TotalLicenses" {
		if n := s.quirks.Load().Licences; n > 0 {
			return n
		}
		return 100_000
	}
	n := 0
	users, profiles := s.tables[userObject], s.tables[profileObject]
	for _, u := range users.rows {
		if p := profiles.find(u.text("ProfileId")); u.doc["IsActive"] == true && p != nil && p.text("UserLicenseId") == licence.id {
			n++
		}
	}
	return n
}

// render is a record as a query or a read gives it.
func (s *Server) render(r request, t *table, row *row, fields []string) map[string]any {
	out := map[string]any{"attributes": s.attributes(r, t, row.id)}
	for _, path := range fields {
		first, rest, deeper := strings.Cut(path, ".")
		if !deeper {
			out[t.columns[fold(path)].name] = s.value(t, row, path)
			continue
		}
		c := t.columns[fold(first+"Id")]
		other := s.tables[c.target[0]]
		target := other.find(row.text(c.name))
		if target == nil {
			out[first] = nil
			continue
		}
		inner := s.render(r, other, target, []string{rest})
		if before, ok := out[first].(map[string]any); ok {
			for k, v := range inner {
				before[k] = v
			}
		} else {
			out[first] = inner
		}
	}
	return out
}

func (s *Server) attributes(r request, t *table, id string) map[string]string {
	version, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, dataPath), "/")
	return map[string]string{"type": t.name, "url": dataPath + version + "/sobjects/" + t.name + "/" + id}
}

const pageSize = 2000

// page gives the first part of what was found, and a place to go on for the rest.
func (s *Server) page(r request, found []any) reply {
	size := pageSize
	if r.q.PageSize > 0 {
		size = r.q.PageSize
	}
	out := map[string]any{"totalSize": len(found), "done": len(found) <= size, "records": append([]any{}, found[:min(size, len(found))]...)}
	if len(found) > size {
		s.next++
		cursor := fmt.Sprintf("01g%015s-%d", strconv.FormatUint(s.next, 36), size)
		s.cursors[cursor] = found[size:]
		version, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, dataPath), "/")
		out["nextRecordsUrl"] = r.q.NextHost + dataPath + version + "/query/" + cursor
	}
	return fakekit.Answer(http.StatusOK, out)
}
