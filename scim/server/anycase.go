package server

import (
	"net/http"
	"strings"
)

// endpoints are the first parts of the paths below Prefix.
var endpoints = []string{"Users", "Groups", "Me", "Bulk", "Schemas", "ResourceTypes", "ServiceProviderConfig"}

// anyCase finds an endpoint whatever the case of its name: some clients write /users.
func anyCase(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rest, _ := strings.CutPrefix(r.URL.Path, Prefix+"/")
		name, _, _ := strings.Cut(rest, "/")
		for _, known := range endpoints {
			if name != known && strings.EqualFold(name, known) {
				r = renamed(r, Prefix+"/"+name, Prefix+"/"+known)
				break
			}
		}
		next.ServeHTTP(w, r)
	})
}

// renamed is the request to a path that begins otherwise.
func renamed(r *http.Request, old, begin string) *http.Request {
	u := *r.URL
	u.Path = begin + strings.TrimPrefix(u.Path, old)
	if u.RawPath != "" {
		u.RawPath = begin + strings.TrimPrefix(u.RawPath, old)
	}
	other := *r
	other.URL = &u
	return &other
}
