package wire

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	"usher/connectors"
	"usher/scim"
)

// FilterBy is the part of a query that asks for the resources of which the attribute has the value (RFC 7644 §3.4.2.2).
func FilterBy(path, value string) string {
	return "filter=" + escapeQuery(path+" eq "+scim.Quote(value))
}

// FirstPage is the query of the first page, of a service that pages by cursor or by index. Without a cursor one begins.
func FirstPage(byCursor bool, count int) string {
	if byCursor {
		return fmt.Sprintf("count=%d", count)
	}
	return PageByIndex(1, count)
}

// PageByIndex is the query of a page (RFC 7644 §3.4.2.4). The first resource of a list has the start 1.
func PageByIndex(start, count int) string {
	return fmt.Sprintf("startIndex=%d&count=%d", start, count)
}

// PageByCursor is the query of the page that a cursor stands for (RFC 9865 §2); "" stands for the first one.
func PageByCursor(cursor string, count int) string {
	return fmt.Sprintf("cursor=%s&count=%d", escapeQuery(cursor), count)
}

// escapeQuery escapes like url.QueryEscape, with %20 for a space: not every server reads + as one.
func escapeQuery(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }

// DecodeList reads a ListResponse (RFC 7644 §3.4.2). The error is a connectors.Error; it knows a page for people, which is
// what a wrong base URL leads to.
func DecodeList(a Answer) (scim.List, error) {
	var l scim.List
	err := scim.Decode(a.Body, &l)
	if err == nil {
		return l, nil
	}
	e := &connectors.Error{Kind: connectors.Temporary, Op: a.Op, Status: a.Status, Err: err,
		Message: "The target's answer is not a SCIM list.", Remedy: "Usher tries again by itself. If this lasts, check the base URL."}
	if t := bytes.TrimSpace(a.Body); len(t) > 0 && t[0] == '<' {
		e.Kind, e.Elsewhere, e.Message = connectors.Misconfigured, true, "The target answered with a web page instead of a SCIM list."
		e.Remedy = "Check the base URL; it seems to point to a page for people."
	}
	return l, e
}
