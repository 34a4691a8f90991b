package patch

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"usher/scim"
	"usher/scim/schema"
)

// model is a user as a plain struct: what a list of operations should leave.
type model struct {
	title, given, department string
	emails                   []email
}

type email struct {
	value, kind string
	primary     bool
	secondary   bool // was said not to be primary
}

func (m *model) resource() map[string]any {
	r := map[string]any{"id": "1", "userName": "ada"}
	if m.title != "" {
		r["title"] = m.title
	}
	if m.given != "" {
		r["name"] = map[string]any{"givenName": m.given}
	}
	if m.department != "" {
		r[enterprise] = map[string]any{"department": m.department}
	}
	var list []any
	for _, e := range m.emails {
		entry := map[string]any{"value": e.value, "type": e.kind}
		if e.primary {
			entry["primary"] = true
		} else if e.secondary {
			entry["primary"] = false
		}
		list = append(list, entry)
	}
	if list != nil {
		r["emails"] = list
	}
	return r
}

// add appends what is not there and moves the primary mark.
func (m *model) add(added email) {
	i := slices.IndexFunc(m.emails, func(e email) bool { return e.value == added.value && e.kind == added.kind })
	if i < 0 {
		m.emails = append(m.emails, added)
		i = len(m.emails) - 1
	}
	if added.primary {
		m.prefer(i)
	} else {
		m.emails[i].primary, m.emails[i].secondary = false, true
	}
}

func (m *model) prefer(i int) {
	for j := range m.emails {
		m.emails[j].primary = i == j
	}
	m.emails[i].secondary = false
}

// once drops a later email with the value and type of an earlier one, which takes over its mark.
func (m *model) once() {
	var kept []email
	for _, e := range m.emails {
		i := slices.IndexFunc(kept, func(k email) bool { return k.value == e.value && k.kind == e.kind })
		if i < 0 {
			kept = append(kept, e)
		} else if e.primary && !kept[i].secondary {
			kept[i].primary = true
		} else if e.secondary && !kept[i].primary {
			kept[i].secondary = true
		}
	}
	m.emails = kept
}

// step draws an operation and does it to the model.
func (m *model) step(t *rapid.T) scim.Operation {
	word := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "word")
	kind := rapid.SampledFrom([]string{"work", "home"}).Draw(t, "type")
	op := rapid.SampledFrom([]string{"add", "Replace"}).Draw(t, "op")
	ofKind := func(e email) bool { return e.kind == kind }
	switch rapid.IntRange(0, 9).Draw(t, "step") {
	case 0:
		m.title = word
		return scim.Operation{Op: op, Path: "title", Value: word}
	case 1:
		m.title = ""
		return scim.Operation{Op: "remove", Path: "TITLE"}
	case 2:
		m.given, m.department = word, ""
		return scim.Operation{Op: op, Value: map[string]any{"name.givenName": word, enterprise: map[string]any{"department": ""}}}
	case 3:
		m.department = word
		return scim.Operation{Op: op, Path: enterprise + ":department", Value: word}
	case 4:
		primary := rapid.Bool().Draw(t, "primary")
		m.add(email{word, kind, primary, !primary})
		return scim.Operation{Op: "add", Path: "emails", Value: []any{map[string]any{"value": word, "type": kind, "primary": primary}}}
	case 5:
		m.emails = []email{{word, kind, false, false}}
		return scim.Operation{Op: "replace", Path: "emails", Value: map[string]any{"value": word, "type": kind}}
	case 6:
		if !slices.ContainsFunc(m.emails, ofKind) {
			m.emails = append(m.emails, email{word, kind, false, false})
		}
		for i := range m.emails {
			if m.emails[i].kind == kind {
				m.emails[i].value = word
			}
		}
		return scim.Operation{Op: op, Path: `emails[type eq "` + kind + `"].value`, Value: word}
	case 7:
		m.emails = slices.DeleteFunc(m.emails, ofKind)
		return scim.Operation{Op: "remove", Path: `emails[type eq "` + kind + `"]`}
	case 8:
		m.emails = slices.DeleteFunc(m.emails, func(e email) bool { return e.value == word })
		return scim.Operation{Op: "Remove", Path: "emails", Value: []any{map[string]any{"value": word}}}
	default:
		i := slices.IndexFunc(m.emails, func(e email) bool { return e.value == word && e.kind == kind })
		if i < 0 {
			op = "add" // a replace needs a value to replace
			m.emails = append(m.emails, email{word, kind, true, false})
			i = len(m.emails) - 1
		}
		m.prefer(i)
		return scim.Operation{Op: op, Path: `emails[type eq "` + kind + `" and value eq "` + word + `"].primary`, Value: "True"}
	}
}

func TestApplyAgreesWithModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m model
		got := m.resource()
		for range rapid.IntRange(1, 4).Draw(t, "requests") {
			var ops []scim.Operation
			for range rapid.IntRange(1, 3).Draw(t, "operations") {
				ops = append(ops, m.step(t))
				m.once()
			}
			before := copyOf(got)
			changed, err := Apply(schema.User(), got, ops)
			if want := m.resource(); err != nil || !reflect.DeepEqual(got, want) || changed == reflect.DeepEqual(before, got) {
				t.Fatalf("%v:\n got %s, %v, %v\nwant %s", ops, text(got), changed, err, text(want))
			}
		}
	})
}

// TestSplitMembersAgreesWithApply: what the operations do to a group in memory, the delta does without knowing it.
func TestSplitMembersAgreesWithApply(t *testing.T) {
	ids := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 3)
	list := func(ids []string) []any {
		all := []any{}
		for _, id := range ids {
			all = append(all, map[string]any{"value": id})
		}
		return all
	}
	rapid.Check(t, func(t *rapid.T) {
		before := ids.Draw(t, "before")
		var ops []scim.Operation
		for range rapid.IntRange(1, 4).Draw(t, "operations") {
			named := ids.Draw(t, "ids")
			ops = append(ops, rapid.SampledFrom([]scim.Operation{
				{Op: "add", Path: "members", Value: list(named)},
				{Op: "add", Value: map[string]any{"members": list(named), "displayName": "N"}},
				{Op: "Remove", Path: "members", Value: list(named)},
				{Op: "remove", Path: "members"},
				{Op: "remove", Path: `members[value eq "a" or value eq "b"]`},
				{Op: "replace", Path: "members", Value: list(named)},
				{Op: "replace", Value: map[string]any{"Members": list(named)}},
			}).Draw(t, "op"))
		}
		group := map[string]any{"displayName": "G", "members": list(before)}
		if _, err := Apply(schema.Group(), group, ops); err != nil {
			t.Fatal(err)
		}
		d, rest, err := SplitMembers(ops)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range rest {
			if op.Path != "" || len(op.Value.(map[string]any)) != 1 {
				t.Fatalf("%v is left", op)
			}
		}
		if d.Set || d.Clear {
			before = nil
		}
		after := slices.DeleteFunc(append(slices.Clone(before), d.Add...), func(id string) bool { return slices.Contains(d.Remove, id) })
		var want []string
		members, _ := group["members"].([]any)
		for _, m := range members {
			want = append(want, m.(map[string]any)["value"].(string))
		}
		slices.Sort(after)
		slices.Sort(want)
		if !slices.Equal(slices.Compact(after), slices.Compact(want)) {
			t.Fatalf("%v on %v: %+v makes %v, want %v", ops, before, d, after, want)
		}
	})
}

func FuzzApply(f *testing.F) {
	for _, ops := range []string{
		`[{"op":"Replace","path":"emails[type eq \"work\" and primary eq true].value","value":"x"},{"op":"remove","path":"name"}]`,
		`[{"op":"add","value":{"name.givenName":"A","` + enterprise + `":{"manager":"m"},"emails":["a",{"value":"b","primary":"True"}]}}]`,
		`[{"op":"remove","path":"members","value":[{"value":"a"}]},{"op":"add","path":"members","value":{"members":["b"]}},{"op":"replace","path":"displayName","value":"N"}]`,
		`[{"op":"replace","path":"` + enterprise + `:manager","value":[{"$ref":null,"value":"x"}]},{"op":"add","path":"addresses[type eq \"work\"].country","value":"FR"}]`,
		`[{"op":"replace","path":"members[value eq \"a\"]","value":{"display":"x"}}]`,
	} {
		f.Add([]byte(ops))
	}
	const people = `{` + base + `,"active":true,"title":"T","name":{"givenName":"A","familyName":"B"},"emails":[` + work + `,` + home + `],
		"addresses":[{"type":"work","country":"DE"}],"groups":[{"value":"g"}],"` + enterprise + `":{"manager":{"value":"m","displayName":"M"},"division":"D"}}`
	const club = `{"schemas":["` + scim.GroupURN + `"],"id":"g","displayName":"G","members":[{"value":"a","display":"A"},{"value":"b"}]}`
	f.Fuzz(func(t *testing.T, b []byte) {
		var ops []scim.Operation
		if json.Unmarshal(b, &ops) != nil {
			return
		}
		if _, _, err := SplitMembers(ops); err != nil {
			_ = err.Error()
		}
		for rt, body := range map[*schema.ResourceType]string{schema.User(): people, schema.Group(): club} {
			m, before := object(t, body), object(t, body)
			changed, err := Apply(rt, m, ops)
			if (err != nil || !changed) && !reflect.DeepEqual(m, before) {
				t.Fatalf("%s: %v, but now %s", b, err, text(m))
			}
			if err := schema.Clean(rt, m); err != nil {
				t.Fatalf("%s leaves what is not clean: %v", b, err)
			}
		}
	})
}
