package main

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"
)

// leftOut are routes that are no pages over the data: why, by the beginning of the route.
var leftOut = map[string]string{
	"/static/":           "files",
	"/setup":             "it is there only before the first administrator",
	"/branding/logo":     "there is none",
	"/target":            "the demo's",
	"/targets":           "the demo's",
	"/login/oidc/":       "it asks another server",
	"/register":          "sign-up is off",
	"/reset":             "it needs a link that was mailed",
	"/verify":            "it needs a link that was mailed",
	"/account":           "it is for a signed-in user",
	"/users/{id}/unlink": "there is no identity",
}

// asked is what else is asked of a page: searches, filters, and a page in the middle of its list.
var asked = map[string][]string{
	"/users": {"?q=user{last}", "?q=user", "?q=given+family", "?q=user+family{last}", "?q=nobody", "?show=active", "?show=disabled", "?show=trouble",
		"?show=trouble&q=user", "?after=user{middle}", "?show=trouble&after=user{middle}"},
	"/groups":         {"?q=group+{lastgroup}", "?q=group", "?q=everybody", "?q=nothing", "?after=group+{middlegroup}"},
	"/groups/{group}": {"?q=user{last}", "?q=user", "?q=nobody", "?after=user{middle}"},
	"/log": {"?q=user{last}", "?q=user", "?q=nobody", "?outcome=failed", "?outcome=held", "?outcome=succeeded", "?operation=create", "?operation=delete", "?since=1h",
		"?since=24h&outcome=retry", "?target={connector}", "?target={connector}&outcome=failed", "?target={connector}&operation=delete", "?user={user}",
		"?before={middleline}", "?outcome=failed&before={middleline}", "?q=user&outcome=failed"},
	"/connections": {"?q=bench", "?q=nothing"},
	"/connections/{connection}/connectors/{connector}/groups": {"?after=group+{middlegroup}"},
	"/connections/{connection}/connectors/{connector}/left":   {"?after={leftafter}"},
	"/users/imports/{import}":                                 {"?show=refused", "?after=500", "?cause=The+name+is+taken."},
	"/connections/{connection}/connectors/new":                {"?kind=scim2"},
}

// others are routes whose parameters stand for something else than usually.
var others = map[string]map[string]string{
	"/log/{id}":                              {"{id}": "{line}"},
	"/settings/outbox/{id}":                  {"{id}": "{mail}"},
	"/users/{id}/accounts/{connector}/adopt": {"{id}": "{helduser}"},
	"/connections/{connection}/connectors/{connector}/groups/{group}/adopt": {"{group}": "{heldgroup}"},
	"/connections/{connection}/connectors/new":                              {"{connection}": "{spare}"},
	"/connections/{connection}/connectors/new/{draft}":                      {"{connection}": "{spare}"},
	"/connections/{connection}/connectors/new/{draft}/test":                 {"{connection}": "{spare}"},
	"/connections/{connection}/settings":                                    {"{connection}": "{provider}"},
	"/connections/{connection}/settings/test":                               {"{connection}": "{provider}"},
	"/connections/{connection}/jit":                                         {"{connection}": "{provider}"},
	"/connections/{connection}/jit/test":                                    {"{connection}": "{provider}"},
	"/connections/{connection}/groups":                                      {"{connection}": "{spare}"},
}

var parameter = regexp.MustCompile(`\{\w+\}`)

// addresses walks the router, so that no page is forgotten, and gives an address of each, in the order of names.
func (s *pagesSite) addresses() (all []string, err error) {
	var routes []string
	err = chi.Walk(s.router.(chi.Routes), func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if method == http.MethodGet {
			routes = append(routes, trimmed(route))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(routes)
	s.names = nil
	for _, route := range slices.Compact(routes) {
		if isLeftOut(route) {
			continue
		}
		for _, more := range append([]string{""}, asked[route]...) {
			address := route + more
			s.names = append(s.names, address)
			for name, other := range others[route] {
				address = strings.ReplaceAll(address, name, other)
			}
			address = parameter.ReplaceAllStringFunc(address, func(name string) string {
				value, known := s.values[name]
				if !known {
					err = fmt.Errorf("nothing stands for %s of %s: bench/pages_fill.go must make one", name, route)
				}
				return value
			})
			all = append(all, address)
		}
	}
	return all, err
}

func trimmed(route string) string {
	if route != "/" {
		route = strings.TrimSuffix(route, "/")
	}
	return route
}

func isLeftOut(route string) bool {
	for begin := range leftOut {
		if strings.HasPrefix(route, begin) {
			return true
		}
	}
	return false
}
