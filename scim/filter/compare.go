package filter

import (
	"slices"
	"strings"
	"time"

	"usher/scim/schema"
)

// comparison reads the operator and the value that follow the attribute's name.
func (p *parser) comparison(ref schema.Ref) (Expr, error) {
	if p.terms++; p.terms > maxTerms {
		return nil, p.fail("A filter has at most %d comparisons", maxTerms)
	}
	ref, err := p.leaf(ref)
	if err != nil {
		return nil, err
	}
	if !p.space() {
		return nil, p.fail("An operator is missing after %s", ref.Path())
	}
	start := p.pos
	op := Op(strings.ToLower(p.word()))
	switch {
	case op == "":
		return nil, p.fail("An operator is missing after %s", ref.Path())
	case op == Present:
		return Compare{Ref: ref, Op: op}, p.nothingFollows(op)
	case !slices.Contains([]Op{Equal, NotEqual, Contains, StartsWith, EndsWith, Greater, GreaterOrEqual, Less, LessOrEqual}, op):
		return nil, p.failAt(start, "%q is no operator; there are eq, ne, co, sw, ew, pr, gt, ge, lt and le", clip(string(op)))
	case !p.space():
		return nil, p.fail("A value is missing after %s", op)
	case !fits(ref.Leaf().Type, op):
		return nil, p.failAt(start, "%s is %s, which %q does not compare", ref.Path(), ref.Leaf().Type, op)
	}
	start = p.pos
	lit, err := p.literal()
	if err != nil {
		return nil, err
	}
	v, why := value(ref, op, lit)
	if why != "" {
		return nil, p.failAt(start, "%s", why)
	}
	return Compare{Ref: ref, Op: op, Value: v}, nil
}

// nothingFollows is for an operator that has no value.
func (p *parser) nothingFollows(op Op) error {
	before := p.pos
	p.space()
	at := p.pos
	word := p.word()
	p.pos = before
	if at == before || word == "" || strings.EqualFold(word, "and") || strings.EqualFold(word, "or") {
		return nil // what else follows is refused by whoever reads on
	}
	return p.failAt(at, "%q is not expected: %s takes no value", clip(word), op)
}

// leaf makes a complex attribute its value, and refuses what must not be searched.
func (p *parser) leaf(ref schema.Ref) (schema.Ref, error) {
	if ref.Leaf().Returned == schema.Never {
		return ref, p.fail("%s cannot be used in a filter", ref.Path())
	}
	if ref.Sub == nil && ref.Attr.Type == schema.Complex {
		ref.Sub = ref.Attr.Part("value")
	}
	return ref, nil
}

// fits says which operators mean something for a type (RFC 7644 §3.4.2.2).
func fits(t schema.Type, op Op) bool {
	switch op {
	case Present:
		return true
	case Equal, NotEqual:
		return t != schema.Complex
	case Contains, StartsWith, EndsWith:
		return t == schema.String || t == schema.Reference || t == schema.Binary
	default:
		return t == schema.String || t == schema.Reference || t == schema.DateTime
	}
}

// value makes of the literal what Compare holds; why not, is in words.
func value(ref schema.Ref, op Op, l literal) (v any, why string) {
	if l.kind == 'n' {
		if op != Equal && op != NotEqual {
			return nil, "null can be compared by eq and ne only"
		}
		return nil, ""
	}
	switch ref.Leaf().Type {
	case schema.Boolean:
		b := strings.ToLower(l.text)
		if b != "true" && b != "false" {
			return nil, ref.Path() + " is true or false"
		}
		return b == "true", ""
	case schema.DateTime:
		t, err := parseTime(l.text)
		if l.kind != '"' || err != nil {
			return nil, ref.Path() + ` is a time such as "2026-05-13T04:42:34Z"`
		}
		return t, ""
	}
	if l.kind == 't' {
		return nil, ref.Path() + " is text, and text goes between double quotes"
	}
	return l.text, ""
}

// compare says whether one value compares so with another of the same type.
func compare(op Op, got, want any, caseExact bool) bool {
	switch want := want.(type) {
	case string:
		s, ok := got.(string)
		if !ok {
			return false
		}
		if !caseExact {
			s, want = Fold(s), Fold(want)
		}
		return compareText(op, s, want)
	case bool:
		return op == Equal && got == want
	case time.Time:
		t, ok := got.(time.Time)
		if s, text := got.(string); text {
			var err error
			t, err = parseTime(s)
			ok = err == nil
		}
		return ok && ordered(op, t.Compare(want))
	}
	return false
}

func compareText(op Op, s, want string) bool {
	switch op {
	case Contains:
		return strings.Contains(s, want)
	case StartsWith:
		return strings.HasPrefix(s, want)
	case EndsWith:
		return strings.HasSuffix(s, want)
	}
	return ordered(op, strings.Compare(s, want))
}

func ordered(op Op, c int) bool {
	switch op {
	case Equal:
		return c == 0
	case Greater:
		return c > 0
	case GreaterOrEqual:
		return c >= 0
	case Less:
		return c < 0
	case LessOrEqual:
		return c <= 0
	}
	return false
}

// parseTime reads an xsd:dateTime (RFC 7643 §2.3.5). One without a zone is taken as UTC.
func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05.999999999", s)
	}
	return t.UTC(), err
}
