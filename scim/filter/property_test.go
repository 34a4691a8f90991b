package filter

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"usher/scim/schema"
)

var names = []string{"userName", "title", "name.familyName", "name", "addresses", "emails.value", "emails.type", "emails.primary",
	"active", "meta.created", "schemas", "externalId", "x509Certificates.value", enterprise + ":department", enterprise + ":manager.value"}

func genExpr(rt *schema.ResourceType, refs []schema.Ref, depth int) *rapid.Generator[Expr] {
	return rapid.Custom(func(t *rapid.T) Expr {
		kind := 0
		if depth > 0 {
			kind = rapid.IntRange(0, 6).Draw(t, "kind")
		}
		next := func() Expr { return genExpr(rt, refs, depth-1).Draw(t, "e") }
		switch kind {
		case 1, 2:
			return And{next(), next()}
		case 3, 4:
			return Or{next(), next()}
		case 5:
			return Not{next()}
		case 6:
			if refs[0].Sub == nil { // not within brackets
				list, _ := rt.Find(rapid.SampledFrom([]string{"emails", "addresses", "ims"}).Draw(t, "list"))
				return Where{Ref: list, Expr: genExpr(rt, parts(list), depth-1).Draw(t, "where")}
			}
		}
		return genCompare(refs).Draw(t, "compare")
	})
}

func parts(list schema.Ref) []schema.Ref {
	var subs []schema.Ref
	for i := range list.Attr.Sub {
		subs = append(subs, schema.Ref{URN: list.URN, Attr: list.Attr, Sub: &list.Attr.Sub[i]})
	}
	return subs
}

func genCompare(refs []schema.Ref) *rapid.Generator[Expr] {
	all := []Op{Equal, NotEqual, Contains, StartsWith, EndsWith, Present, Greater, GreaterOrEqual, Less, LessOrEqual}
	return rapid.Custom(func(t *rapid.T) Expr {
		ref := rapid.SampledFrom(refs).Draw(t, "ref")
		op := rapid.SampledFrom(all).Filter(func(op Op) bool { return fits(ref.Leaf().Type, op) }).Draw(t, "op")
		c := Compare{Ref: ref, Op: op}
		null := (op == Equal || op == NotEqual) && rapid.IntRange(0, 9).Draw(t, "null") == 0
		switch {
		case op == Present || null:
		case ref.Leaf().Type == schema.Boolean:
			c.Value = rapid.Bool().Draw(t, "bool")
		case ref.Leaf().Type == schema.DateTime:
			c.Value = time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "time")).UTC()
		default:
			c.Value = rapid.StringOf(rapid.RuneFrom([]rune{'a', 'Ä', '"', '\\', '\n', ' ', ')', ']', '😀', '.', 0x7f})).Draw(t, "text")
		}
		return c
	})
}

func refsOf(t rapid.TB, rt *schema.ResourceType) []schema.Ref {
	var refs []schema.Ref
	for _, n := range names {
		r, ok := rt.Find(n)
		if !ok {
			t.Fatalf("no %s", n)
		}
		refs = append(refs, r)
	}
	return refs
}

func TestPrintedReadsTheSame(t *testing.T) {
	rt := schema.User()
	refs := refsOf(t, rt)
	rapid.Check(t, func(t *rapid.T) {
		e := genExpr(rt, refs, 5).Draw(t, "filter")
		text := print(e)
		got, err := Parse(rt, text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !reflect.DeepEqual(got, e) {
			t.Fatalf("%s reads as %s", text, print(got))
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`userName eq "a\"\u00e4"`, `emails[type eq "work" and not (value co "@x")].value pr or active eq true`, `((a`, enterprise + `:manager ne null`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := Parse(schema.User(), text)
		if err != nil {
			return
		}
		Match(e, map[string]any{"userName": "a", "emails": []any{map[string]any{"value": "x"}}})
		printed := print(e)
		if again, err := Parse(schema.User(), printed); len(printed) < MaxLength && (err != nil && !tooDeep(err) || err == nil && print(again) != printed) {
			t.Fatalf("%s → %s: %v", text, printed, err)
		}
	})
}

func FuzzParsePath(f *testing.F) {
	for _, s := range []string{`userName`, `emails[type eq "work"].value`, enterprise + `:manager.value`, `members[value eq "x"]`, `emails[`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, rt := range schema.ResourceTypes() {
			p, err := ParsePath(rt, text)
			if err != nil {
				continue
			}
			printed := printPath(p)
			if again, err := ParsePath(rt, printed); len(printed) < MaxLength && (err != nil && !tooDeep(err) || err == nil && printPath(again) != printed) {
				t.Fatalf("%s → %s: %v", text, printed, err)
			}
		}
	})
}
