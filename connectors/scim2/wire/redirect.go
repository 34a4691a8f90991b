package wire

import (
	"net/http"
	"net/url"
	"path"
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
func (c *Client) endOf(u string) *pathEnd {
	path, _, _ := strings.Cut(u, "?")
	for _, collection := range []string{c.Users, c.Groups} {
		switch {
		case path == collection:
			return &c.listEnd
		case strings.HasPrefix(path, strings.TrimRight(collection, "/")+"/"):
			return &c.itemEnd
		}
	}
	return nil
}

// address is a URL in the form to which the service redirected before, so that the redirect is not paid for each time.
func (c *Client) address(u string) string {
	if e := c.endOf(u); e != nil {
		return e.fit(u)
	}
	return u
}

// noteMove learns from a redirect that was followed. asked is a URL as configured, last the request that was answered.
func (c *Client) noteMove(asked string, last *http.Request) {
	from, err := url.Parse(c.address(asked))
	e := c.endOf(asked)
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
	if e == &c.listEnd {
		collection, _, _ := strings.Cut(asked, "?")
		to, _, _ := strings.Cut(last.URL.String(), "?")
		c.moved.Store(collection, to)
	}
}

// movedTo is where the service wants to be asked in place of a collection's URL, "" when that is right.
func (c *Client) movedTo(collection string) string {
	if to, ok := c.moved.Load(collection); ok {
		return to.(string)
	}
	if to := c.address(collection); to != collection {
		return to
	}
	return ""
}

// redirected says where the service sent us, and which setting follows from it. What keeps the origin and the method was
// followed once before (connectors.NewClient); the rest would turn a POST into a GET, or give another host the credentials.
func (c *Client) redirected(a Answer) (message, remedy string) {
	to, err := url.Parse(a.Header.Get("Location"))
	from, _ := url.Parse(a.URL)
	if err != nil || to.String() == "" {
		return "The target redirected the request, without saying where.", "Check the base URL."
	}
	to = from.ResolveReference(to)
	to.RawQuery, to.Fragment, to.User = "", "", nil
	message = "The target redirected the request to " + to.String() + ", and Usher did not follow: it takes one step within the same host at most, so that nobody else gets the credentials."
	asked, _, _ := strings.Cut(a.URL, "?")
	for _, at := range []struct{ url, setting, last string }{{c.Users, "Users endpoint", "/Users"}, {c.Groups, "Groups endpoint", "/Groups"}} {
		list := to.String()
		switch {
		case asked == at.url:
		case strings.HasPrefix(asked, strings.TrimRight(at.url, "/")+"/"):
			list = strings.TrimRight(list, "/")
			list = strings.TrimSuffix(list, "/"+path.Base(list))
		default:
			continue
		}
		base, usual := strings.CutSuffix(strings.TrimRight(list, "/"), at.last)
		switch {
		case usual && at.url == c.Base+at.last:
			return message, "Use " + base + " as the base URL, if you trust that address."
		case usual || (connectors.SameOrigin(from, to) && at.url != c.Base+at.last):
			return message, "Enter " + list + " as the " + at.setting + ", if you trust that address."
		}
	}
	return message, "Check the base URL; it may lack a part of its path, or point to a sign-in page."
}
