package salesforce

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"usher/connectors"
)

// literal writes a value as a string of SOQL. What no name holds is refused, whatever escaping could make of it.
func literal(op, s string) (string, error) {
	if strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return "", &connectors.Error{Kind: connectors.Invalid, Op: op, Message: "A value that Salesforce would be searched for holds control characters.", Remedy: "Correct the user or the attribute mapping."}
	}
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, `"`, `\"`).Replace(s) + "'", nil
}

// idList writes IDs, which need no escaping, for IN.
func idList(ids []string) string { return "('" + strings.Join(ids, "','") + "')" }

// maxPages bounds a listing that never ends.
const maxPages = 1000

// page is one answer of a query.
type page[T any] struct {
	Records []T    `json:"records"`
	Done    *bool  `json:"done"`
	Next    string `json:"nextRecordsUrl"`
}

// query reads all that a SOQL statement gives.
func query[T any](ctx context.Context, k *connector, op, soql string) (all []T, err error) {
	path := "query?q=" + url.QueryEscape(soql)
	for range maxPages {
		p, err := readPage[T](ctx, k, op, path)
		if err != nil {
			return nil, err
		}
		all = append(all, p.Records...)
		if *p.Done {
			return all, nil
		}
		if path, err = k.nextPage(op, p.Next); err != nil {
			return nil, err
		}
	}
	return nil, endless(op)
}

// endless: a part of a list must not be taken for the whole.
func endless(op string) error {
	return &connectors.Error{Kind: connectors.Temporary, Op: op, Message: fmt.Sprintf("Salesforce's list did not end after %d pages, and was given up.", maxPages), Remedy: remedyWait}
}

func readPage[T any](ctx context.Context, k *connector, op, path string) (p page[T], err error) {
	c := call{op: op}.get(path)
	a, err := k.do(ctx, c)
	if err != nil {
		return p, err
	}
	if err := k.decode(c, a, &p); err != nil {
		return p, err
	}
	if p.Records == nil || p.Done == nil || (!*p.Done && p.Next == "") { // what is no list must not be taken for an empty one
		return p, &connectors.Error{Kind: connectors.Temporary, Op: op, Status: a.status, Message: "Salesforce's answer to a query is not a whole list.", Remedy: remedyWait}
	}
	return p, nil
}

// nextPage keeps the path of where a listing goes on, whatever host it names, and only below the API's own.
func (k *connector) nextPage(op, next string) (string, error) {
	u, err := url.Parse(next)
	if err != nil || !strings.HasPrefix(u.EscapedPath(), k.root()+"query/") || strings.Contains(u.Path, "..") {
		return "", &connectors.Error{Kind: connectors.Misconfigured, Op: op, Message: "Salesforce's list goes on at an address that is not its API: " + k.login.show(next) + ". It was not called.",
			Remedy: remedyPath}
	}
	return u.EscapedPath(), nil
}
