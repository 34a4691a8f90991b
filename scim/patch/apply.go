// Package patch applies PATCH operations (RFC 7644 §3.5.2) to a resource in memory, and reads the looser forms that
// large clients send. It is not for storing what comes of it.
package patch

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"usher/scim"
	"usher/scim/filter"
	"usher/scim/schema"
)

// Bounds of one request. The budget counts the values of lists that are looked at, once for each comparison.
const (
	maxOperations = 1000
	maxLooks      = 500_000
)

// Apply carries out the operations in order, on a resource in the form of schema.Clean (with id, meta and whatever
// the service adds). All of them happen or none. changed says whether the resource is different now; an error is a
// *scim.Error that names the operation: invalidPath, invalidFilter, noTarget, mutability, invalidValue,
// invalidSyntax.
//
// Accepted beyond the RFC: operations in any case; no path with names such as "name.givenName",
// "urn:…:User:department", "emails[type eq \"work\"].value" or a schema's URN for an object, where what is unknown
// or read-only is ignored as in a PUT; a schema's URN as path; an add by a filter that selects nothing makes the
// value that the filter describes, when it is a conjunction of eq, and so does a replace when the filter names no more
// than a type or the primary value (see isPlace); an add of null where there is nothing; remove of a list with the entries in "value"
// removes those alone; a list of one where a single value is meant; null and "" to remove. To remove what is not
// there changes nothing.
func Apply(rt *schema.ResourceType, resource map[string]any, ops []scim.Operation) (changed bool, err error) {
	if len(ops) > maxOperations {
		return false, scim.Invalid(scim.InvalidValue, "There are %d operations; at most %d are done at once.", len(ops), maxOperations)
	}
	work := copyOf(resource).(map[string]any)
	looks := 0
	t := target{rt: rt, resource: work, lists: map[string]schema.Ref{}, looks: &looks}
	for i, op := range ops {
		if err := t.apply(op); err != nil {
			return false, inOperation(i, op, err)
		}
	}
	if err := t.finish(); err != nil {
		return false, err
	}
	if resource["schemas"] != nil {
		work["schemas"] = resource["schemas"]
	}
	if reflect.DeepEqual(work, resource) {
		return false, nil
	}
	if resource["schemas"] != nil {
		work["schemas"] = rt.Used(work)
	}
	clear(resource)
	maps.Copy(resource, work)
	return true, nil
}

// inOperation puts before the words which operation they are about.
func inOperation(i int, op scim.Operation, err error) error {
	var e *scim.Error
	if !errors.As(err, &e) {
		return err
	}
	named := *e
	named.Detail = fmt.Sprintf("Operation %d (%.20s %.80s): %s", i+1, op.Op, op.Path, e.Detail)
	if op.Path == "" {
		named.Detail = fmt.Sprintf("Operation %d (%.20s): %s", i+1, op.Op, e.Detail)
	}
	named.Detail = strings.ToValidUTF8(named.Detail, "\uFFFD")
	return &named
}

// target is a resource that is being changed.
type target struct {
	rt       *schema.ResourceType
	resource map[string]any
	lists    map[string]schema.Ref // by path, those that may hold unfinished entries
	looks    *int                  // see maxLooks
}

// finish drops the entries of lists that were left without a value. Not before: one operation says an entry's type,
// the next its value.
func (t target) finish() error {
	for _, ref := range t.lists {
		if err := t.set(ref, schema.Get(t.resource, ref)); err != nil {
			return err
		}
	}
	return t.rt.CheckRequired(t.resource)
}

func (t target) apply(op scim.Operation) error {
	kind := strings.ToLower(strings.TrimSpace(op.Op))
	if kind != scim.Add && kind != scim.Replace && kind != scim.Remove {
		return scim.Invalid(scim.InvalidSyntax, "There is no such operation; there are add, replace and remove.")
	}
	text := strings.TrimSpace(op.Path)
	if s := t.rt.Schema(text); s != nil {
		return t.applySchema(kind, s, op.Value)
	}
	if text != "" {
		path, err := filter.ParsePath(t.rt, text)
		if err != nil {
			return err
		}
		if kind == scim.Add && op.Null {
			return t.addNull(path.Ref)
		}
		return t.act(kind, path, op.Value)
	}
	if kind == scim.Remove {
		return scim.Invalid(scim.NoTarget, "A remove needs a path.")
	}
	return t.applyObject(kind, "", op.Value)
}

// applySchema is an operation on all that a schema describes.
func (t target) applySchema(kind string, s *schema.Schema, v any) error {
	if kind != scim.Remove {
		return t.applyObject(kind, s.URN+":", v)
	}
	if s == t.rt.Core {
		return scim.Invalid(scim.NoTarget, "A remove needs the path of an attribute.")
	}
	delete(t.resource, s.URN)
	return nil
}

// applyObject is an operation without a path: each name in the value is one. Names begin with prefix.
func (t target) applyObject(kind, prefix string, v any) error {
	m, ok := v.(map[string]any)
	if !ok {
		return scim.Invalid(scim.InvalidValue, "Without the path of an attribute, the value must be an object with attributes.")
	}
	for _, key := range slices.Sorted(maps.Keys(m)) {
		var err error
		if s := t.rt.Schema(key); s == nil {
			err = t.applyKey(kind, prefix+key, m[key])
		} else if m[key] != nil {
			err = t.applyObject(kind, s.URN+":", m[key])
		} else if kind == scim.Replace {
			err = t.applySchema(scim.Remove, s, nil)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t target) applyKey(kind, key string, v any) error {
	path, err := filter.ParsePath(t.rt, key)
	if key == "" || filter.Unknown(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if readOnly(path.Ref) {
		if path.Ref.Attr.Name == "id" && v != t.resource["id"] {
			return scim.Invalid(scim.Mutability, "id cannot be changed.")
		}
		return nil
	}
	if v == nil && kind == scim.Add {
		return nil
	}
	return t.act(kind, path, v)
}

func readOnly(r schema.Ref) bool {
	return r.Attr.Mutability == schema.ReadOnly || r.Leaf().Mutability == schema.ReadOnly
}

// act is an operation on one attribute, sub-attribute or selection of values.
func (t target) act(kind string, path filter.Path, v any) error {
	ref := path.Ref
	switch {
	case readOnly(ref):
		return scim.Invalid(scim.Mutability, "%s is read-only.", ref.Path())
	case v == nil && kind == scim.Add:
		return scim.Invalid(scim.InvalidValue, "An add needs a value.")
	case kind == scim.Remove && ref.Leaf().Required:
		return scim.Invalid(scim.Mutability, "%s is required and cannot be removed.", ref.Path())
	case (kind == scim.Remove || v == nil) && ref.Leaf().Mutability == schema.Immutable:
		return scim.Invalid(scim.Mutability, "%s cannot be changed.", ref.Path())
	case kind == scim.Remove || v == nil:
		return t.remove(kind, path, v)
	case path.Where != nil, ref.Attr.Multi && ref.Sub != nil:
		return t.change(kind, path, v)
	case ref.Attr.Multi && kind == scim.Add:
		return t.extend(ref, v)
	case ref.Attr.Multi:
		return t.set(ref, v)
	case ref.Sub != nil:
		return t.merge(ref, map[string]any{ref.Sub.Name: alone(ref.Leaf(), v)})
	case ref.Attr.Type == schema.Complex:
		return t.merge(ref, alone(ref.Leaf(), v))
	}
	return t.set(ref, alone(ref.Leaf(), v))
}

// addNull is an add of null, which says that the attribute has no value (RFC 7643 §2.5). That changes nothing in a list,
// nor where there is no value; to take one away by an add is no plain wish.
func (t target) addNull(ref schema.Ref) error {
	if readOnly(ref) {
		return scim.Invalid(scim.Mutability, "%s is read-only.", ref.Path())
	}
	if ref.Attr.Multi || len(filter.Values(ref, t.resource)) == 0 {
		return nil
	}
	return scim.Invalid(scim.InvalidValue, "An add of null does not say whether %s should stay or go: send a remove, or a replace by null, to take it away.", ref.Path())
}

// alone is the value in a list of one, which older clients send for a single value: [{"value": "x"}] for "x".
func alone(a *schema.Attribute, v any) any {
	if l, ok := v.([]any); ok && len(l) == 1 {
		v = l[0]
	}
	if m, ok := v.(map[string]any); ok && a.Type != schema.Complex && m["value"] != nil {
		v = m["value"]
	}
	return v
}
