package wire

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"usher/connectors"
	"usher/scim"
)

// Failure classifies an answer that is no success, by status, code and operation: services answer 400 and
// 500 for duplicates, and 403 for throttling. Its Remedy is empty where it depends on what the request was about, which is
// so for the Kinds Conflict, NotFound, Limit, Refused and Invalid.
func (c *Client) Failure(a Answer) *connectors.Error {
	said, more := c.words(a.Body, a.Secrets...)
	e := &connectors.Error{Op: a.Op, Status: a.Status, Code: said.ScimType, Message: said.Detail, More: more,
		RetryAfter: connectors.RetryAfter(a.Header, time.Now())}
	e.Kind = kind(a, said)
	e.Elsewhere = elsewhere(a)
	if a.Status >= 300 && a.Status < 400 {
		e.Message, e.Remedy = c.redirected(a)
	}
	if e.Message == "" {
		e.Message = "The target answered “" + strings.TrimSpace(http.StatusText(a.Status)) + "” and gave no reason."
	}
	if e.Remedy == "" {
		e.Remedy = c.remedy(a, e.Kind)
	}
	return e
}

// Said is the SCIM error message in an answer (RFC 7644 §3.12), without secrets; zero when there is none.
func (c *Client) Said(a Answer) scim.Error {
	said, _ := c.words(a.Body, a.Secrets...)
	return said
}

// words are what a service said, without secrets and without a stack trace, which is more. Secrets are taken out before the
// words are cut to a length, or the first part of one would be left, and after, for they may have been escaped.
func (c *Client) words(body []byte, secrets ...string) (said scim.Error, more string) {
	body = []byte(c.scrub(string(body), secrets...))
	said, _ = scim.ParseError(body)
	said.ScimType, said.Detail = c.scrub(said.ScimType, secrets...), c.scrub(said.Detail, secrets...)
	line, more := connectors.Headline(c.scrub(scim.ErrorText(body), secrets...))
	if more != "" {
		said.Detail = scim.Words(line)
	}
	return said, more
}

// elsewhere knows what a load balancer, or the page of somebody else's server, answers in place of a service.
func elsewhere(a Answer) bool {
	switch a.Status {
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusGone, http.StatusNotImplemented:
		_, conforms := scim.ParseError(a.Body)
		return !conforms && !json.Valid(a.Body)
	}
	return false
}

func kind(a Answer, said scim.Error) connectors.Kind {
	onItem := a.Method != http.MethodPost && (a.Op == connectors.OpRead || a.Op == connectors.OpUpdate || a.Op == connectors.OpDeprovision)
	writes := a.Op == connectors.OpCreate || a.Op == connectors.OpUpdate
	text := strings.ToLower(said.ScimType + " " + said.Detail)
	switch s := a.Status; {
	case s == http.StatusTooManyRequests,
		s == http.StatusForbidden && (a.Header.Get("Retry-After") != "" || strings.Contains(text, "rate limit")):
		return connectors.RateLimited
	case s == http.StatusUnauthorized:
		return connectors.Denied
	case writes && s >= 400 && s < 500 && full(text), s == http.StatusPaymentRequired && a.Op == connectors.OpCreate:
		return connectors.Limit
	case s == http.StatusConflict && (clash(text) || !writes),
		s == http.StatusPreconditionFailed, s == http.StatusLocked, s == http.StatusTooEarly,
		strings.Contains(text, "resource_locked"):
		return connectors.Temporary
	case s == http.StatusConflict && writes,
		writes && duplicate(text) && (s == http.StatusBadRequest || s == http.StatusUnprocessableEntity || s == http.StatusInternalServerError):
		return connectors.Conflict
	case (s == http.StatusNotFound || s == http.StatusGone) && onItem:
		return connectors.NotFound
	case s == http.StatusForbidden && containsAny(text, "cannot_modify_owner", "modify the owner", "owner cannot be"):
		return connectors.Invalid // about this one account
	case s == http.StatusBadRequest && containsAny(text, "has not enabled", "is not enabled for"):
		return connectors.Misconfigured // about every account
	case s == http.StatusForbidden && (writes || onItem) && !ofUs(a, text):
		return connectors.Refused
	case s < 400, s == http.StatusPaymentRequired, s == http.StatusForbidden, s == http.StatusNotFound, s == http.StatusGone,
		s == http.StatusMethodNotAllowed, s == http.StatusNotAcceptable, s == http.StatusProxyAuthRequired,
		s == http.StatusUnsupportedMediaType, s == http.StatusPreconditionRequired, s == http.StatusNotImplemented:
		return connectors.Misconfigured
	case s == http.StatusRequestTimeout, s >= 500:
		if a.Op == connectors.OpCreate {
			return connectors.Unknown
		}
		return connectors.Temporary
	}
	return connectors.Invalid
}

func (c *Client) remedy(a Answer, kind connectors.Kind) string {
	switch kind {
	case connectors.Denied:
		return c.signInRemedy()
	case connectors.RateLimited:
		return "Usher waits as long as the target asked. If this happens often, lower Requests per second."
	case connectors.Misconfigured:
		return c.configRemedy(a)
	case connectors.Conflict, connectors.NotFound, connectors.Limit, connectors.Refused, connectors.Invalid:
		return ""
	}
	return "Usher tries again by itself. If this lasts, ask whoever runs the target, and quote its words."
}

func (c *Client) configRemedy(a Answer) string {
	switch a.Status {
	case http.StatusForbidden:
		return "The credentials are valid but may not do this. Give them the right to manage users at the target, and check that provisioning is switched on there."
	case http.StatusNotFound, http.StatusGone:
		return "There is no SCIM service at " + c.Users + ". Correct the base URL."
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return "The target does not offer " + a.Method + " here. Check the base URL and the update method."
	}
	return "Check the connector's configuration against the target's documentation."
}

func cannotOpen(message, remedy string) error {
	return &connectors.Error{Kind: connectors.Misconfigured, Op: "open", Message: message, Remedy: remedy}
}
