package scim2

import (
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"

	"usher/connectors"
)

// pathEnd is how the paths of one sort of URL end at this service, as its redirects taught.
type pathEnd struct{ atomic.Int32 }

const (
	endAsConfigured int32 = iota
	endSlash
	endBare
)

func (e *pathEnd) fit(u string) string {
	path, query, asks := strings.Cut(u, "?")
	switch e.Load() {
	case endSlash:
		path = strings.TrimRight(path, "/") + "/"
	case endBare:
		path = strings.TrimRight(path, "/")
	}
	if asks {
		return path + "?" + query
	}
	return path
}

// endOf is the pathEnd that counts for a URL, nil where none does.
func (k *connector) endOf(u string) *pathEnd {
	path, _, _ := strings.Cut(u, "?")
	for _, c := range []string{k.users, k.groups} {
		switch {
		case path == c:
			return &k.learned.listEnd
		case strings.HasPrefix(path, strings.TrimRight(c, "/")+"/"):
			return &k.learned.itemEnd
		}
	}
	return nil
}

// address is a URL in the form to which the service redirected before, so that the redirect is not paid for each time.
func (k *connector) address(u string) string {
	if e := k.endOf(u); e != nil {
		return e.fit(u)
	}
	return u
}

// noteMove learns from a redirect that was followed. asked is a URL as configured, last the request that was answered.
func (k *connector) noteMove(asked string, last *http.Request) {
	from, err := url.Parse(k.address(asked))
	e := k.endOf(asked)
	if err != nil || e == nil || last == nil || last.URL.String() == from.String() {
		return
	}
	if connectors.OnlySlash(from, last.URL) {
		if strings.HasSuffix(last.URL.EscapedPath(), "/") {
			e.Store(endSlash)
		} else {
			e.Store(endBare)
		}
	}
	if e == &k.learned.listEnd {
		collection, _, _ := strings.Cut(asked, "?")
		to, _, _ := strings.Cut(last.URL.String(), "?")
		k.learned.movedTo.Store(collection, to)
	}
}

// movedTo is where the service wants to be asked in place of a collection's URL, "" when that is right.
func (k *connector) movedTo(collection string) string {
	if to, ok := k.learned.movedTo.Load(collection); ok {
		return to.(string)
	}
	if to := k.address(collection); to != collection {
		return to
	}
	return ""
}
