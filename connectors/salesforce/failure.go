package salesforce

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"usher/connectors"
	"usher/directory"
)

// Codes of Salesforce that the code itself speaks of.
const (
	codeSession        = "INVALID_SESSION_ID"
	codeUsername       = "DUPLICATE_USERNAME"
	codeNickname       = "DUPLICATE_COMM_NICKNAME"
	codeDuplicate      = "DUPLICATE_VALUE"
	codeRequests       = "REQUEST_LIMIT_EXCEEDED"
	codeCrossReference = "INVALID_CROSS_REFERENCE_KEY"
	codeNotFound       = "NOT_FOUND"
	codeDeleted        = "ENTITY_IS_DELETED"
)

// fault is one error as Salesforce writes it; inside of collections the code is called statusCode.
type fault struct {
	Message    string   `json:"message"`
	ErrorCode  string   `json:"errorCode"`
	StatusCode string   `json:"statusCode"`
	Fields     []string `json:"fields"`
}

func (f fault) code() string {
	if f.ErrorCode != "" {
		return f.ErrorCode
	}
	return f.StatusCode
}

// readFaults reads an error body: a list as a rule, one bare object now and then, a page when something else answered.
func readFaults(body []byte) []fault {
	var list []fault
	if json.Unmarshal(body, &list) == nil {
		return list
	}
	var one fault
	if json.Unmarshal(body, &one) == nil && (one.code() != "" || one.Message != "") {
		return []fault{one}
	}
	return nil
}

// refusedInside reports a list of errors under a status line that says yes. What became of one of several records is told
// otherwise: by success and statusCode.
func refusedInside(body []byte) bool {
	if !bytes.Contains(body, []byte(`"errorCode"`)) {
		return false
	}
	faults := readFaults(body)
	return len(faults) > 0 && faults[0].ErrorCode != ""
}

// failure classifies an answer that is no success.
func (k *connector) failure(c call, resp *http.Response, body []byte) *connectors.Error {
	if resp.StatusCode == http.StatusMultipleChoices {
		return k.several(c.op, body)
	}
	faults := readFaults(body)
	var f fault
	if len(faults) > 0 {
		f = faults[0]
	}
	e := &connectors.Error{Op: c.op, Status: resp.StatusCode, Code: k.login.show(f.code(), c.secret.Reveal()), RetryAfter: connectors.RetryAfter(resp.Header, k.now())}
	e.Message, e.More = k.words(faults, c.secret)
	if e.Message == "" {
		e.Message = "Salesforce answered “" + http.StatusText(resp.StatusCode) + "” and gave no reason."
	}
	e.Kind, e.Remedy = classify(c, resp.StatusCode, f)
	e.Elsewhere = f.code() == "" && (resp.StatusCode == http.StatusNotFound || resp.StatusCode == http.StatusMethodNotAllowed) && !json.Valid(body)
	if f.code() == codeRequests {
		k.overLimit(e, f)
	}
	return e
}

// overLimit tells the day's requests from too many at one moment.
func (k *connector) overLimit(e *connectors.Error, f fault) {
	if strings.Contains(strings.ToLower(f.Message), "concurrent") {
		e.Remedy = remedyBusy
		return
	}
	k.budget.exhausted(k.now())
	e.Guessed = e.RetryAfter < lookAgain
	e.RetryAfter, e.Remedy = max(e.RetryAfter, lookAgain), remedyDaily
}

// words are what Salesforce said, as text, with the fields that it named; more are the traces of Apex in it.
func (k *connector) words(faults []fault, secret directory.Secret) (text, more string) {
	var out, traces []string
	const enough = 5
	for _, f := range faults[:min(len(faults), enough)] {
		line, trace := connectors.Headline(k.login.scrub(f.Message, secret.Reveal()))
		if trace != "" {
			traces = append(traces, trace)
		}
		text := plainText(line)
		if fields := k.login.show(strings.Join(f.Fields, ", "), secret.Reveal()); fields != "" && !strings.Contains(text, fields) {
			text += " (" + fields + ")"
		}
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, text)
		}
	}
	return strings.Join(out, " "), strings.Join(traces, "\n")
}

var tag = regexp.MustCompile(`<[^>]{0,200}>`)

// plainText turns Salesforce's markup, mostly <br>, into text.
func plainText(s string) string {
	const enough = 1000
	s = strings.Join(strings.Fields(tag.ReplaceAllString(s, " ")), " ")
	return printable(cutTo(s, enough))
}

// printable leaves out what is no character to read.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// several is a 300: more than one record has the external ID; the body lists their URLs.
func (k *connector) several(op string, body []byte) *connectors.Error {
	var urls []string
	_ = json.Unmarshal(body, &urls) // what cannot be read is told without IDs
	const enough = 10
	var ids []string
	for _, u := range urls[:min(len(urls), enough)] {
		ids = append(ids, k.login.show(u[strings.LastIndexByte(u, '/')+1:]))
	}
	return &connectors.Error{Kind: connectors.Invalid, Op: op, Status: http.StatusMultipleChoices,
		Message: fmt.Sprintf("Salesforce has %d users with this external ID: %s.", len(urls), strings.Join(ids, " and ")),
		Remedy:  "Clear the correlation field of all but one in Setup, then retry."}
}

// classify says what kind of error an answer is: by status, code and what was asked for.
func classify(c call, status int, f fault) (connectors.Kind, string) {
	if m, ok := meanings()[f.code()]; ok {
		if m.doubtful && c.creates {
			return connectors.Unknown, remedyDoubt
		}
		if m.kind == connectors.NotFound && !c.onRecord() {
			return connectors.Misconfigured, remedyPath
		}
		return m.kind, m.remedy
	}
	switch {
	case strings.HasPrefix(f.code(), "INSUFFICIENT_ACCESS") && c.onUser():
		return connectors.Refused, remedyRights
	case strings.HasPrefix(f.code(), "INSUFFICIENT_ACCESS"):
		return connectors.Misconfigured, remedyRights
	case status == http.StatusTooManyRequests:
		return connectors.RateLimited, remedyBusy
	case status == http.StatusUnauthorized:
		return connectors.Denied, remedyCredentials
	case status == http.StatusGone:
		return connectors.Misconfigured, remedyVersion
	case status >= http.StatusInternalServerError || status == http.StatusRequestTimeout:
		if c.creates {
			return connectors.Unknown, remedyDoubt
		}
		return connectors.Temporary, remedyWait
	case status == http.StatusForbidden && f.code() != "" && c.onUser():
		return connectors.Refused, remedyRights
	case status == http.StatusForbidden:
		return connectors.Misconfigured, remedyRights
	case status == http.StatusNotFound, status == http.StatusMethodNotAllowed, status < http.StatusBadRequest, f.code() == "":
		return connectors.Misconfigured, remedyPath // Salesforce has a code for everything, and what is in front of it has none
	case c.op == connectors.OpCheck:
		return connectors.Misconfigured, "Check the connector's configuration; Salesforce did not accept the request."
	}
	return connectors.Invalid, remedyValues
}

// onUser reports whether the request writes a user, so that a refusal may be about that one.
func (c call) onUser() bool {
	return c.method != http.MethodGet && (strings.HasPrefix(c.path, "sobjects/User/") || c.path == "sobjects/User" || strings.HasPrefix(c.path, "sobjects/UserLogin/"))
}

// onRecord reports whether the request is about one record by its ID, so that 404 speaks of that record.
func (c call) onRecord() bool {
	rest, ok := strings.CutPrefix(c.path, "sobjects/")
	_, id, found := strings.Cut(rest, "/")
	if i := strings.IndexAny(id, "/?"); i >= 0 {
		id = id[:i]
	}
	return ok && found && isID(id, "")
}
