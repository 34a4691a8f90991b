package connectors

import (
	"io"
	"net/http"
	"net/url"
	"strings"
)

// maxLeftOver is what is read of a redirect's body so that the connection can be used again, in bytes.
const maxLeftOver = 64 << 10

// follow gives the request that a redirect asks for, with method and body kept, nil when it is not to be followed. Only
// two kinds are: 307 and 308, which promise that nothing was done yet (RFC 9110 §15.4.8, §15.4.9), and whatever merely adds
// or drops the slash at the path's end, which is how frameworks correct an address. Both stay within the origin (RFC 6454 §4):
// the credentials are for nobody else. http.Client would make a GET of many of them.
func follow(req *http.Request, resp *http.Response) *http.Request {
	to := redirectTarget(req.URL, resp)
	if to == nil || to.User != nil || !SameOrigin(req.URL, to) {
		return nil
	}
	kept := resp.StatusCode == http.StatusTemporaryRedirect || resp.StatusCode == http.StatusPermanentRedirect
	if !kept && !OnlySlash(req.URL, to) {
		return nil
	}
	again := req.Clone(req.Context())
	again.URL, again.Host = to, ""
	if req.Body != nil && req.Body != http.NoBody {
		if req.GetBody == nil {
			return nil
		}
		body, err := req.GetBody()
		if err != nil {
			return nil
		}
		again.Body = body
	}
	return again
}

// redirectTarget is where an answer sends its client, nil when it does not.
func redirectTarget(from *url.URL, resp *http.Response) *url.URL {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default: // 303 means that the work is done, and where to read about it
		return nil
	}
	location := resp.Header.Get("Location")
	if location == "" {
		return nil
	}
	to, err := from.Parse(location)
	if err != nil || to.Host == "" {
		return nil
	}
	to.Fragment, to.RawFragment = "", ""
	return to
}

// SameOrigin compares scheme, host and port (RFC 6454 §4).
func SameOrigin(a, b *url.URL) bool {
	return strings.EqualFold(a.Scheme, b.Scheme) && strings.EqualFold(a.Hostname(), b.Hostname()) && portOf(a) == portOf(b)
}

func portOf(u *url.URL) string {
	switch p := u.Port(); {
	case p != "":
		return p
	case strings.EqualFold(u.Scheme, "https"):
		return "443"
	}
	return "80"
}

// OnlySlash reports whether two URLs of one origin differ by the slash at the path's end and in nothing else.
func OnlySlash(a, b *url.URL) bool {
	p, q := a.EscapedPath(), b.EscapedPath()
	return p != q && strings.TrimSuffix(p, "/") == strings.TrimSuffix(q, "/") && a.RawQuery == b.RawQuery
}

// leave lets go of an answer that is not looked at.
func leave(resp *http.Response) {
	_, _ = io.CopyN(io.Discard, resp.Body, maxLeftOver)
	resp.Body.Close()
}
