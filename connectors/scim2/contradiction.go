package scim2

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"usher/connectors"
	"usher/scim"
)

// contradiction is an attribute of which the service shows something else than was written.
type contradiction struct {
	key        string
	sent, kept any
}

// contradictions compares an answer that shows the account with what was written. Services keep values in forms of their
// own, drop what they do not know, and add what they please: only what cannot be true of a write that happened counts. That
// is the value from before the write; the new value beside the attribute, under its key as a literal name; another user
// name; and another active. What is not shown proves nothing.
func contradictions(body []byte, c connectors.Changes) []contradiction {
	d, err := DecodeDocument(body)
	if err != nil || Blank(d.Get("id")) {
		return nil // not the account, so that it speaks neither for nor against
	}
	var found []contradiction
	for _, key := range slices.Sorted(maps.Keys(c.Set)) {
		sent := c.Set[key]
		if key == AttrPassword || Blank(sent) {
			continue
		}
		if kept := d.Get(key); d.contradicts(key, sent, kept, c.Was[key]) {
			found = append(found, contradiction{key, sent, kept})
		}
	}
	for _, key := range c.Clear {
		if kept := d.Get(key); key != AttrUserName && !Blank(kept) && alike(kept, c.Was[key]) {
			found = append(found, contradiction{key, nil, kept})
		}
	}
	return found
}

func (d Document) contradicts(key string, sent, kept, was any) bool {
	if alike(kept, sent) {
		return false
	}
	if len(SplitKey(key)) > 1 && alike(d[d.Name(key)], sent) {
		return true
	}
	switch {
	case Blank(kept):
		return false
	case key == AttrActive:
		want, is := sent.(bool)
		said := boolean(kept)
		return is && said.Set && said.Value != want
	case key == AttrUserName && otherName(sent, kept):
		return true
	}
	return !Blank(was) && !alike(was, sent) && alike(kept, was)
}

// otherName reports that neither of two names is a form of the other, such as one without its domain.
func otherName(sent, kept any) bool {
	a, b := plain(sent), plain(kept)
	return a != "" && b != "" && !strings.Contains(a, b) && !strings.Contains(b, a)
}

func boolean(v any) (b scim.Bool) {
	text, err := json.Marshal(v)
	if err == nil {
		err = b.UnmarshalJSON(text)
	}
	if err != nil {
		return scim.Bool{}
	}
	return b
}

// alike compares values as loosely as services keep them: without case and accents' spelling, numbers and booleans as
// text, telephone numbers by their digits, and lists by their values in any order.
func alike(a, b any) bool {
	x, isList := a.([]any)
	y, both := b.([]any)
	if isList || both {
		return slices.Equal(plainList(a, x), plainList(b, y))
	}
	if Blank(a) || Blank(b) {
		return false
	}
	return plain(a) == plain(b)
}

func plainList(v any, list []any) []string {
	if list == nil && !Blank(v) {
		list = []any{v} // one entry, sent without its list
	}
	var out []string
	for _, x := range list {
		if s := plain(x); s != "" {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// plain is a value as text to compare; of an entry with a value that, of any other object all that is in it.
func plain(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return plainText(v)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case json.Number:
		return v.String()
	case map[string]any:
		if value := Document(v).Get("value"); !Blank(value) {
			return plain(value)
		}
		var parts []string
		for key, x := range v {
			if s := plain(x); s != "" && !strings.EqualFold(key, "primary") && !strings.EqualFold(key, "type") {
				parts = append(parts, strings.ToLower(key)+"="+s)
			}
		}
		slices.Sort(parts)
		return strings.Join(parts, ";")
	}
	return fmt.Sprint(v)
}

func plainText(s string) string {
	s = strings.ToLower(norm.NFC.String(strings.Join(strings.Fields(s), " ")))
	s = strings.TrimPrefix(s, "tel:")
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
	const telephone = 5
	if len(digits) >= telephone && strings.Trim(s, "0123456789+-./() ") == "" {
		return digits
	}
	return s
}

// settled looks at what the service made of a PATCH that it took. Where it shows that it did something else, the account is
// read, for the answer may be older than the write; then it is written in the other dialect, and then by PUT. The way that
// works is kept to. Where the first way worked nothing is sent besides.
func (k *connector) settled(ctx context.Context, p Call, ops []scim.Operation, c connectors.Changes, a Answer) (Answer, error) {
	a, lost, err := k.verdict(ctx, a, c, false)
	if err != nil || len(lost) == 0 {
		return a, err
	}
	if k.learned.neverKept(lost) {
		return a, notKept(a, lost)
	}
	if other := k.otherStyle(); other != "" {
		if p.Body, err = patchBody(other, ops); err != nil {
			return a, unwritable(p.Op, err)
		}
		b, err := k.versioned(ctx, p)
		if err != nil {
			return b, err
		}
		if b.OK() {
			var still []contradiction
			if b, still, err = k.verdict(ctx, b, c, true); err != nil {
				return b, err
			}
			if len(still) == 0 {
				k.learned.objectPatch.Store(true)
				return b, nil
			}
		}
	}
	if k.updateMode != usePatch {
		b, err := k.replace(ctx, p, c)
		switch kind := connectors.KindOf(err); {
		case err == nil:
			k.learned.noPatch.Store(true)
			return b, nil
		case kind != connectors.Invalid && kind != connectors.Misconfigured: // a PUT that is not there says nothing new
			return b, err
		}
	}
	k.learned.keepsNot(lost)
	return a, notKept(a, lost)
}

// verdict gives what an answer contradicts, after a look at the account itself. With sure, an answer that shows nothing is
// looked into, too.
func (k *connector) verdict(ctx context.Context, a Answer, c connectors.Changes, sure bool) (Answer, []contradiction, error) {
	if k.traits.unconfirmed {
		if err := k.applied(ctx, a, c); err != nil {
			return a, nil, err
		}
	}
	lost := contradictions(a.Body, c)
	if (len(lost) == 0 && (!sure || len(a.Body) > 0)) || a.Status == http.StatusAccepted {
		return a, nil, nil
	}
	now, err := k.send(ctx, Call{Op: a.Op, Method: http.MethodGet, URL: a.URL, Secrets: a.Secrets})
	if err != nil {
		return a, nil, err
	}
	if !now.OK() {
		return a, lost, nil
	}
	return now, contradictions(now.Body, c), nil
}

// codeNotKept is Error.Code of a write that the service took and did not do. Stored: never rename.
const codeNotKept = "notKept"

// notKept says attribute by attribute what was sent and what the service shows.
func notKept(a Answer, lost []contradiction) error {
	e := &connectors.Error{Kind: connectors.Invalid, Op: a.Op, Status: a.Status, Code: codeNotKept}
	if len(lost) == 1 && lost[0].key == AttrActive {
		state := "active"
		if lost[0].sent == true {
			state = "inactive"
		}
		e.Message = "The target said yes, but the account is still " + state + ": it ignores the attribute active."
		e.Remedy = "Change the account by hand at the target, and choose another policy for leavers, such as Remove the account."
		return e
	}
	words := make([]string, len(lost))
	for i, l := range lost {
		words[i] = l.key + ": sent " + shownValue(l.sent) + ", kept " + shownValue(l.kept)
	}
	e.Message = "The target took the change and did not apply all of it. " + strings.Join(words, "; ") + "."
	e.Remedy = "Look at the account at the target: something there may set these attributes, or they can only be read. Where the target never takes them, send nothing to them on the mapping page."
	return e
}

// shownValue is a value for people to read, cut to a length.
func shownValue(v any) string {
	if Blank(v) {
		return "nothing"
	}
	text, ok := v.(string)
	if !ok {
		b, err := scim.AppendValue(nil, v)
		if err != nil {
			return "a value"
		}
		text = string(b)
	}
	const enough = 80
	if r := []rune(text); len(r) > enough {
		text = string(r[:enough]) + "…"
	}
	return "“" + text + "”"
}

// keepsNot remembers attributes that the service never takes, whatever way they are written.
func (l *learned) keepsNot(lost []contradiction) {
	for _, c := range lost {
		if c.key != AttrUserName && c.key != AttrActive {
			l.unkept.Store(c.key, true)
		}
	}
}

func (l *learned) neverKept(lost []contradiction) bool {
	return !slices.ContainsFunc(lost, func(c contradiction) bool { _, known := l.unkept.Load(c.key); return !known })
}
