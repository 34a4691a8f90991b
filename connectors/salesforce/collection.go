package salesforce

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"usher/connectors"
)

// item is what became of one record of a collections request; the order is that of the request.
type item struct {
	made
}

// fault is the first error of an item, empty for none.
func (i item) fault() fault {
	if i.Success || len(i.Errors) == 0 {
		return fault{}
	}
	return i.Errors[0]
}

// itemError classifies one record of a collection as a request of its own would have been: nil when it was done, or
// needed no doing.
func (k *connector) itemError(op string, i item, object string) *connectors.Error {
	f := i.fault()
	switch {
	case i.Success:
		return nil
	case f.code() == "":
		return &connectors.Error{Kind: connectors.Temporary, Op: op, Message: "Salesforce did not change one of several records and gave no reason.", Remedy: remedyWait}
	}
	c := call{op: op, path: record(object, zeroID)}
	e := &connectors.Error{Op: op, Status: http.StatusOK, Code: k.login.show(f.code())}
	e.Message, e.More = k.words(i.Errors, "")
	if e.Message == "" {
		e.Message = "Salesforce refused one of several records."
	}
	e.Kind, e.Remedy = classify(c, http.StatusBadRequest, f)
	if f.code() == codeRequests {
		k.overLimit(e, f)
	}
	return e
}

// zeroID stands for any record.
const zeroID = "000000000000000"

// insertAll makes records of one object, at most 200 of them, each on its own: one that fails leaves the others. Objects
// are never mixed, which Salesforce forbids for users and what belongs to them.
func (k *connector) insertAll(ctx context.Context, op, object string, records []map[string]any) ([]item, error) {
	for _, r := range records {
		r["attributes"] = map[string]string{"type": object}
	}
	c := call{op: op, method: http.MethodPost, path: "composite/sobjects", body: map[string]any{"allOrNone": false, "records": records}}
	return k.collect(ctx, c, len(records))
}

// deleteAll removes records by their IDs, at most 200 of them, each on its own.
func (k *connector) deleteAll(ctx context.Context, op string, ids []string) ([]item, error) {
	c := call{op: op, method: http.MethodDelete, path: "composite/sobjects?ids=" + url.QueryEscape(strings.Join(ids, ",")) + "&allOrNone=false"}
	return k.collect(ctx, c, len(ids))
}

func (k *connector) collect(ctx context.Context, c call, n int) ([]item, error) {
	a, err := k.do(ctx, c)
	if err != nil {
		return nil, err
	}
	var items []item
	if err := k.decode(c, a, &items); err != nil {
		return nil, err
	}
	if len(items) != n {
		return nil, &connectors.Error{Kind: connectors.Temporary, Op: c.op, Status: a.status, Message: "Salesforce answered about another number of records than it was asked about.", Remedy: remedyWait}
	}
	return items, nil
}
