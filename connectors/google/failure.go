package google

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"google.golang.org/api/googleapi"

	"usher/connectors"
)

// Codes of Google that the code itself speaks of.
const (
	reasonForbidden  = "forbidden"
	reasonConflict   = "conflict"
	codeUnauthorized = "unauthorized_client"
)

// said is an error as Google wrote it.
type said struct {
	op      string
	status  int
	reason  string // of the first error in the list, or the canonical name that newer front ends send
	message string
	text    string // reason and message in lower case
	isJSON  bool
}

func at(op string, e *connectors.Error) *connectors.Error {
	e.Op = op
	return e
}

func statusOf(err error) int {
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return e.Code
	}
	return 0
}

// failure classifies whatever Google's client returned, by status, reason and operation: Google says 403 for
// quotas and for permissions, and some front ends say it in plain text.
func (k *connector) failure(op string, err error) *connectors.Error {
	if e, ok := errors.AsType[*connectors.Error](err); ok {
		return e
	}
	if e, ok := errors.AsType[*tokenError](err); ok {
		return k.tokenFailure(op, e)
	}
	g, ok := errors.AsType[*googleapi.Error](err)
	if !ok {
		e := connectors.NoAnswer(op, err)
		e.Message = k.tokens.scrub(e.Message)
		return e
	}
	s := read(op, g)
	kind, remedy := classify(s)
	e := &connectors.Error{Kind: kind, Op: op, Status: g.Code, Elsewhere: g.Code == http.StatusNotFound && !s.isJSON, Code: k.tokens.scrub(s.reason), Remedy: remedy,
		RetryAfter: connectors.RetryAfter(g.Header, time.Now())}
	e.Message, e.More = connectors.Headline(k.tokens.scrub(s.message))
	if e.Message == "" {
		e.Message = "Google answered “" + http.StatusText(g.Code) + "” and gave no reason."
	}
	return e
}

func read(op string, g *googleapi.Error) said {
	s := said{op: op, status: g.Code, message: g.Message, isJSON: json.Valid([]byte(g.Body))}
	for _, item := range g.Errors {
		if s.reason == "" {
			s.reason = item.Reason
		}
		if s.message == "" {
			s.message = item.Message
		}
	}
	if s.reason == "" {
		s.reason = decodeStatus(g.Body)
	}
	const brief = 200
	if body := strings.TrimSpace(g.Body); s.message == "" && !s.isJSON && len(body) <= brief && !strings.HasPrefix(body, "<") {
		s.message = body
	}
	s.text = strings.ToLower(s.reason + " " + s.message)
	return s
}

// rule is one row of the table: everything that it names must hold.
type rule struct {
	ops      []string
	statuses []int
	reasons  []string
	words    []string // any of them, in the reason or the message, in lower case
	bare     bool     // no JSON: not the API spoke, but something in front of it, or elsewhere
	kind     connectors.Kind
	remedy   string
}

func (r rule) fits(s said) bool {
	return (len(r.ops) == 0 || slices.Contains(r.ops, s.op)) &&
		(len(r.statuses) == 0 || slices.Contains(r.statuses, s.status)) &&
		(len(r.reasons) == 0 || slices.Contains(r.reasons, s.reason)) &&
		(len(r.words) == 0 || slices.ContainsFunc(r.words, func(w string) bool { return strings.Contains(s.text, w) })) &&
		(!r.bare || !s.isJSON)
}

// classify finds the first row that fits.
func classify(s said) (connectors.Kind, string) {
	for _, r := range table() {
		if r.fits(s) {
			return r.kind, r.remedy
		}
	}
	switch {
	case s.status >= 500 || s.status == http.StatusRequestTimeout:
		if s.op == connectors.OpCreate {
			return connectors.Unknown, "Usher looks for the user before it sends it again."
		}
		return connectors.Temporary, remedyWait
	case s.status < http.StatusBadRequest || s.op == connectors.OpCheck:
		return connectors.Misconfigured, "Check the connector's configuration; Google did not accept the request."
	}
	return connectors.Invalid, remedyValues
}

func table() []rule {
	create, writes := []string{connectors.OpCreate}, []string{connectors.OpCreate, connectors.OpUpdate}
	changes := []string{connectors.OpUpdate, connectors.OpDeprovision}
	onUser := []string{connectors.OpFind, connectors.OpRead, connectors.OpUpdate, connectors.OpDeprovision}
	return []rule{
		{reasons: []string{"userRateLimitExceeded", "quotaExceeded", "rateLimitExceeded", "RESOURCE_EXHAUSTED"}, kind: connectors.RateLimited, remedy: remedyQuota},
		{statuses: []int{429}, kind: connectors.RateLimited, remedy: remedyQuota},
		{statuses: []int{403, 503}, words: []string{"quota exceeded for", "request rate higher than"}, kind: connectors.RateLimited, remedy: remedyQuota},
		{statuses: []int{401}, kind: connectors.Denied, remedy: remedyDenied},
		{reasons: []string{"limitExceeded"}, ops: writes, kind: connectors.Limit, remedy: remedyLicence},
		{reasons: []string{"limitExceeded"}, kind: connectors.Misconfigured, remedy: remedyLicence},
		{reasons: []string{"dailyLimitExceeded"}, kind: connectors.Misconfigured, remedy: remedyDaily},
		{reasons: []string{"accessNotConfigured"}, kind: connectors.Misconfigured, remedy: remedyEnable},
		{reasons: []string{"domainCannotUseApis"}, kind: connectors.Misconfigured, remedy: remedyAPIs},
		{statuses: []int{403}, words: []string{"scope", "insufficientpermissions", "permission_denied"}, kind: connectors.Misconfigured, remedy: remedyForbidden},
		{statuses: []int{403}, ops: create, kind: connectors.Misconfigured, remedy: remedyCreate},
		{statuses: []int{403}, ops: changes, kind: connectors.Refused, remedy: remedyForbidden},
		{statuses: []int{403}, kind: connectors.Misconfigured, remedy: remedyForbidden},

		{statuses: []int{404}, bare: true, kind: connectors.Misconfigured, remedy: remedyElsewhere},
		{statuses: []int{404}, words: []string{"domain not found"}, kind: connectors.Misconfigured, remedy: remedyDomain},
		{statuses: []int{404}, words: []string{"customer"}, kind: connectors.Misconfigured, remedy: remedyCustomer},
		{statuses: []int{404}, ops: onUser, kind: connectors.NotFound, remedy: remedyGone},
		{statuses: []int{404}, kind: connectors.Misconfigured, remedy: remedyDomain},

		{statuses: []int{409}, reasons: []string{"conflict", "ABORTED"}, kind: connectors.Temporary, remedy: remedyWait},
		{statuses: []int{409}, words: []string{"aborted"}, kind: connectors.Temporary, remedy: remedyWait},
		{statuses: []int{409}, ops: writes, kind: connectors.Conflict, remedy: remedyTaken},
		{statuses: []int{409}, kind: connectors.Temporary, remedy: remedyWait},

		{statuses: []int{412}, words: []string{"creation is not complete"}, kind: connectors.Temporary, remedy: remedyUnfinished},
		{statuses: []int{412}, reasons: []string{"adminCannotUnsuspend"}, kind: connectors.Invalid, remedy: remedyAbuse},
		{statuses: []int{412}, words: []string{"suspended for abuse"}, kind: connectors.Invalid, remedy: remedyAbuse},
		{statuses: []int{412}, words: []string{"archived user licen"}, kind: connectors.Misconfigured, remedy: remedyArchive},
		{statuses: []int{412}, ops: create, kind: connectors.Temporary, remedy: remedyWait},

		{statuses: []int{400}, words: []string{"invalid_ou", "orgunit", "org_unit", "org unit"}, kind: connectors.Misconfigured, remedy: remedyUnit},
		{statuses: []int{400}, words: []string{"custom_schema", "customschema"}, kind: connectors.Misconfigured, remedy: remedySchema},
	}
}

// tokenFailure classifies a token that could not be had. Nothing was sent to the API, so that nothing is in doubt.
func (k *connector) tokenFailure(op string, t *tokenError) *connectors.Error {
	if t.status == 0 {
		e := connectors.NoAnswer(op, t.err)
		if e.Kind == connectors.Unknown {
			e.Kind = connectors.Temporary
		}
		return e
	}
	e := &connectors.Error{Kind: connectors.Denied, Op: op, Status: t.status, Code: t.code, Message: t.description, RetryAfter: connectors.RetryAfter(t.header, time.Now())}
	if e.Message == "" {
		e.Message = "Google gave no access token, and no reason."
	}
	text := strings.ToLower(t.description)
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	switch {
	case t.status == http.StatusTooManyRequests:
		e.Kind, e.Remedy = connectors.RateLimited, remedyQuota
	case t.code == "internal_failure", t.status >= 500:
		e.Kind, e.Remedy = connectors.Temporary, remedyWait
	case t.code == codeUnauthorized:
		e.Remedy = k.delegateRemedy()
	case t.code == "access_denied":
		e.Remedy = "Google's API controls block the service account. In the Admin console under Security → API controls, trust the client ID " + k.key.ClientID + "."
	case has("short-lived", "timeframe", "iat", "clock"):
		e.Remedy = "Check the clock of the machine that Usher runs on: Google takes only assertions that were signed just now."
	case has("verifier", "signature"):
		e.Remedy = "The service account or its key was deleted. Make a new key and paste it into the connector's configuration."
	case has("email", "user id", "deleted"):
		e.Remedy = "Google does not know " + k.subject + ", the administrator to act as. Enter an administrator who exists and is not suspended."
	default:
		e.Remedy = "Check the service account key and the administrator to act as in the connector's configuration."
	}
	return e
}

func (k *connector) delegateRemedy() string {
	return "In the Admin console under Security → Access and data control → API controls → Domain-wide delegation, give the client ID " + k.key.ClientID +
		" these scopes: " + strings.Join(k.scopes(), ",")
}
