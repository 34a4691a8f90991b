package main

import (
	"net/http"
	"strings"

	"usher/scim/server"
)

// scimFlags bound what programs may ask of the SCIM API.
type scimFlags struct {
	SCIMRate  float64 `name:"scim-rate" default:"50" placeholder:"N" help:"Operations a second that each API token may make on the SCIM API in the long run."`
	SCIMBurst int     `name:"scim-burst" default:"200" placeholder:"N" help:"Operations that each API token may make at once on the SCIM API."`
}

// handler puts the SCIM API beside the console. They share an address and nothing else: the API takes no cookies, so
// it needs no protection from other sites' pages.
func (s *site) handler(k *core, console http.Handler) http.Handler {
	api := (&server.Server{Store: k.store, Directory: k.directory, Tokens: s.auth, HashPassword: s.auth.Passwords.Hash, BaseURL: s.base,
		Log: s.log, TrustedProxies: s.proxies, Rate: s.scim.SCIMRate, Burst: s.scim.SCIMBurst}).Handler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == server.Prefix || strings.HasPrefix(r.URL.Path, server.Prefix+"/") {
			api.ServeHTTP(w, r)
			return
		}
		console.ServeHTTP(w, r)
	})
}
