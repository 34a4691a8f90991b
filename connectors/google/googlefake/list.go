package googlefake

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"usher/connectors/fakekit"
)

const (
	defaultPage = 100
	largestPage = 500
)

// list is GET /users. The member users is absent when no user is found, as Google has it.
func (s *Server) list(r request) (reply, *refusal) {
	q := r.URL.Query()
	for key := range q {
		if !slices.Contains([]string{"alt", "prettyPrint", "customer", "domain", "maxResults", "pageToken", "query", "showDeleted", "projection", "viewType", "orderBy"}, key) {
			return reply{}, invalid("Unknown parameter: " + key)
		}
	}
	if q.Get("customer") == "" && q.Get("domain") == "" {
		return reply{}, refuse(http.StatusBadRequest, "badRequest", "Bad Request")
	}
	if c := q.Get("customer"); c != "" && c != "my_customer" && c != "C01fake00" {
		return reply{}, refuse(http.StatusNotFound, "notFound", "Resource Not Found: customerId")
	}
	size, err := pageSize(q, r.q)
	if err != nil {
		return reply{}, err
	}
	from, err := offset(q.Get("pageToken"))
	if err != nil {
		return reply{}, err
	}
	match, err := parseQuery(q.Get("query"))
	if err != nil {
		return reply{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	var found []any
	for _, u := range s.order {
		deleted := q.Get("showDeleted") == "true"
		if deleted != s.restorable(u) || (!deleted && !u.deletedAt.IsZero()) || !match(u) || s.young(u, max(r.q.Hidden, r.q.IndexLag)) {
			continue
		}
		found = append(found, s.render(u, s.young(u, r.q.Bare)))
	}
	out := map[string]any{"kind": "admin#directory#users"}
	if from < len(found) {
		out["users"] = found[from:min(from+size, len(found))]
	}
	if from+size < len(found) {
		out["nextPageToken"] = base64.RawURLEncoding.EncodeToString([]byte("page-" + strconv.Itoa(from+size)))
	}
	return fakekit.Answer(http.StatusOK, out), nil
}

func pageSize(v url.Values, q *Quirks) (int, *refusal) {
	size := defaultPage
	if text := v.Get("maxResults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > largestPage {
			return 0, invalid("Invalid value for maxResults. Values must be within the range: [1, 500]")
		}
		size = n
	}
	if q.PageCap > 0 {
		size = min(size, q.PageCap)
	}
	return size, nil
}

func offset(token string) (int, *refusal) {
	if token == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		if digits, ok := strings.CutPrefix(string(b), "page-"); ok {
			if n, err := strconv.Atoi(digits); err == nil {
				return n, nil
			}
		}
	}
	return 0, invalid("Invalid Input: pageToken")
}

// parseTerm understands what the client needs of the search language: one term, field=value or field='value' with \'
// for a quote.
func parseTerm(q string) (field, value string, bad *refusal) {
	field, value, ok := strings.Cut(q, "=")
	bad = badQuery(q)
	if rest, quoted := strings.CutPrefix(value, "'"); quoted {
		var closed bool
		value, closed = strings.CutSuffix(rest, "'")
		if !closed || strings.Contains(strings.ReplaceAll(value, `\'`, ""), "'") {
			return "", "", bad
		}
		value = strings.ReplaceAll(value, `\'`, "'")
	} else if strings.ContainsAny(value, " '") {
		return "", "", bad
	}
	if !ok || value == "" {
		return "", "", bad
	}
	return field, value, nil
}

func badQuery(q string) *refusal { return invalid("Invalid Input: Bad request for query: " + q) }

func parseQuery(q string) (func(*user) bool, *refusal) {
	if q == "" {
		return func(*user) bool { return true }, nil
	}
	field, value, bad := parseTerm(q)
	if bad != nil {
		return nil, bad
	}
	switch field {
	case "email":
		return func(u *user) bool {
			return fold(u.email()) == fold(value) || slices.ContainsFunc(u.aliases, func(a string) bool { return fold(a) == fold(value) })
		}, nil
	case "externalId":
		return func(u *user) bool {
			return slices.ContainsFunc(items(u.doc["externalIds"]), func(m map[string]any) bool { return fold(text(m, "value")) == fold(value) })
		}, nil
	}
	return nil, badQuery(q)
}

// orgUnit is GET /customer/{customer}/orgunits/{path}, the path without its first slash.
func (s *Server) orgUnit(g grant, parts []string) (reply, *refusal) {
	if !g.has(OrgUnitScope) {
		return reply{}, refuse(http.StatusForbidden, "insufficientPermissions", "Request had insufficient authentication scopes.")
	}
	path, err := url.PathUnescape(strings.Join(parts, "/"))
	if err != nil || !slices.Contains(s.options.OrgUnits, "/"+path) {
		return reply{}, refuse(http.StatusNotFound, "notFound", "Org unit not found")
	}
	return fakekit.Answer(http.StatusOK, map[string]any{"kind": "admin#directory#orgUnit", "orgUnitPath": "/" + path}), nil
}
