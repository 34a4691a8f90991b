package filter

import (
	"errors"
	"strings"

	"usher/scim"
	"usher/scim/schema"
)

// Bounds of a filter and of a path, checked before anything is built.
const (
	MaxLength = 8 << 10 // bytes
	maxDepth  = 30      // parentheses and brackets within each other
	maxTerms  = 200     // comparisons in one filter
)

// Parse reads a filter (RFC 7644 §3.4.2.2). Operators and attribute names may be in any case; "not" binds closer
// than "and", and that closer than "or". An error is a *scim.Error with invalidFilter.
//
// In the tree every Ref names a leaf: "emails" has become emails.value. Only Present may name a complex attribute
// that has no value (name, addresses). A Value fits the leaf's type: a boolean's is a bool, a dateTime's a time.Time,
// every other a string as it was written (see Fold); with Equal and NotEqual it may be nil.
func Parse(rt *schema.ResourceType, text string) (Expr, error) {
	p := &parser{scanner: scanner{text: text, scimType: scim.InvalidFilter}, rt: rt}
	if err := p.check(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.space(); !p.end() {
		return nil, p.fail("%q is not expected", p.rest())
	}
	return e, nil
}

// ParsePath reads the path of a PATCH operation (RFC 7644 §3.5.2, figure 7). An error is a *scim.Error with
// invalidPath, or with invalidFilter when it is in the brackets.
func ParsePath(rt *schema.ResourceType, text string) (Path, error) {
	p := &parser{scanner: scanner{text: strings.TrimSpace(text), scimType: scim.InvalidPath}, rt: rt}
	if err := p.check(); err != nil {
		return Path{}, err
	}
	ref, err := p.attribute()
	if err != nil {
		return Path{}, err
	}
	path := Path{Ref: ref}
	if p.take('[') {
		if path, err = p.selection(ref); err != nil {
			return Path{}, err
		}
	}
	if !p.end() {
		return Path{}, p.fail("%q is not expected", p.rest())
	}
	return path, nil
}

type parser struct {
	scanner
	rt     *schema.ResourceType
	within *schema.Ref // the attribute in whose brackets we are
	depth  int
	terms  int
}

func (p *parser) or() (Expr, error) {
	left, err := p.and()
	for err == nil && p.keyword("or") {
		var right Expr
		right, err = p.and()
		left = Or{left, right}
	}
	return left, err
}

func (p *parser) and() (Expr, error) {
	left, err := p.term()
	for err == nil && p.keyword("and") {
		var right Expr
		right, err = p.term()
		left = And{left, right}
	}
	return left, err
}

func (p *parser) term() (Expr, error) {
	p.space()
	if p.take('(') {
		return p.group(')')
	}
	if p.negation() {
		e, err := p.group(')')
		return Not{e}, err
	}
	ref, err := p.attribute()
	if err != nil {
		return nil, err
	}
	if p.take('[') {
		return p.valuePath(ref)
	}
	return p.comparison(ref)
}

// group reads to the parenthesis or bracket that closes what has just been opened.
func (p *parser) group(closing byte) (Expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail("Parentheses and brackets may be within each other at most %d times", maxDepth)
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.space(); !p.take(closing) {
		return nil, p.fail("A %q is missing", closing)
	}
	p.depth--
	return e, nil
}

// brackets reads a filter over the sub-attributes of ref, of which "[" has been read.
func (p *parser) brackets(ref schema.Ref) (Expr, error) {
	p.within = &ref // nothing has brackets in here: sub-attributes are not complex
	e, err := p.group(']')
	p.within = nil
	return e, err
}

// valuePath reads attr[filter]. What some clients write after it, as in emails[type eq "work"].value eq "x", is one
// more condition on the same value. The brackets of an attribute with one value only group.
func (p *parser) valuePath(ref schema.Ref) (Expr, error) {
	if ref.Sub != nil || ref.Attr.Type != schema.Complex {
		return nil, p.fail("%s has no sub-attributes to choose by", ref.Path())
	}
	e, err := p.brackets(ref)
	if err != nil {
		return nil, err
	}
	if p.take('.') {
		sub, err := p.part(ref)
		if err != nil {
			return nil, err
		}
		c, err := p.comparison(sub)
		if err != nil {
			return nil, err
		}
		e = And{e, c}
	}
	if !ref.Attr.Multi {
		return e, nil
	}
	return Where{Ref: ref, Expr: e}, nil
}

// selection is the rest of a path after the "[".
func (p *parser) selection(ref schema.Ref) (Path, error) {
	if ref.Sub != nil || ref.Attr.Type != schema.Complex || !ref.Attr.Multi {
		return Path{}, p.fail("%s has no values to choose from", ref.Path())
	}
	p.scimType = scim.InvalidFilter
	where, err := p.brackets(ref)
	if err != nil {
		return Path{}, err
	}
	p.scimType = scim.InvalidPath
	if p.take('.') {
		if ref, err = p.part(ref); err != nil {
			return Path{}, err
		}
	}
	return Path{Ref: ref, Where: where}, nil
}

// attribute reads a name and finds what it means here.
func (p *parser) attribute() (schema.Ref, error) {
	if p.within != nil {
		return p.part(*p.within)
	}
	start := p.pos
	name := p.name()
	if name == "" {
		return schema.Ref{}, &unknown{p.failAt(start, "The name of an attribute is missing")}
	}
	ref, ok := p.rt.Find(name)
	if !ok {
		return schema.Ref{}, &unknown{p.failAt(start, "A %s has no attribute %q", p.rt.Name, clip(name))}
	}
	return ref, nil
}

// unknown is the error of a text that begins with what is no attribute of the resource type, whatever follows.
type unknown struct{ error }

func (u *unknown) Unwrap() error { return u.error }

// Unknown reports whether an error of ParsePath says that there is no such attribute, rather than that the path of one
// that there is was written wrongly.
func Unknown(err error) bool {
	_, ok := errors.AsType[*unknown](err)
	return ok
}

// part reads the name of a sub-attribute of ref.
func (p *parser) part(ref schema.Ref) (schema.Ref, error) {
	start := p.pos
	name := p.name()
	if name == "" {
		return ref, p.failAt(start, "The name of a sub-attribute is missing")
	}
	sub := ref.Attr.Part(name)
	if sub == nil {
		return ref, &unknown{p.failAt(start, "%s has no sub-attribute %q", ref.Path(), clip(name))}
	}
	ref.Sub = sub
	return ref, nil
}
