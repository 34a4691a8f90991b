package salesforcefake

import (
	"encoding/json"
	"maps"
	"net/mail"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// decodeBody reads a record that a client sends.
func decodeBody(body []byte) (map[string]any, *refusal) {
	var doc map[string]any
	if err := json.Unmarshal(body, &doc); err != nil || doc == nil {
		return nil, bad("JSON_PARSER_ERROR", "The HTTP entity body is required, but this request has no entity body.")
	}
	delete(doc, "attributes")
	return doc, nil
}

// checkAll checks every value that a client sends, and writes the names as the object has them.
func (s *Server) checkAll(t *table, doc map[string]any, creating bool) (map[string]any, *refusal) {
	out := map[string]any{}
	for _, key := range slices.Sorted(maps.Keys(doc)) {
		c, known := t.columns[fold(key)]
		verb, write := "update", "u"
		if creating {
			verb, write = "create", "c"
		}
		switch {
		case !known:
			return nil, bad("INVALID_FIELD", "No such column '"+key+"' on sobject of type "+t.name)
		case !strings.Contains(c.write, write):
			return nil, bad("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to "+verb+" fields: "+c.name+". Please check the security settings of this field and verify that it is read/write for your profile or permission set.", c.name)
		}
		v, wrong := s.check(c, doc[key])
		if wrong != nil {
			return nil, wrong
		}
		out[c.name] = v
	}
	return out, nil
}

func (s *Server) check(c column, v any) (any, *refusal) {
	if v == nil || v == "" {
		if !c.nillable {
			return nil, missing(c.name)
		}
		return nil, nil
	}
	if _, isBool := v.(bool); isBool != (c.kind == "boolean") {
		return nil, bad("JSON_PARSER_ERROR", "Cannot deserialize instance of "+c.kind+" from the value of "+c.name)
	}
	text, isText := v.(string)
	if c.kind == "boolean" {
		return v, nil
	}
	if !isText {
		return nil, bad("JSON_PARSER_ERROR", "Cannot deserialize instance of "+c.kind+" from the value of "+c.name)
	}
	switch {
	case c.length > 0 && utf8.RuneCountInString(text) > c.length:
		return nil, bad("STRING_TOO_LONG", c.name+": data value too large: "+text+" (max length="+strconv.Itoa(c.length)+")", c.name)
	case c.kind == "email" && !isAddress(text):
		return nil, bad("INVALID_EMAIL_ADDRESS", c.name+": invalid email address: "+text, c.name)
	case c.restricted && !slices.Contains(c.picks, text):
		return nil, bad("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", c.name+": bad value for restricted picklist field: "+text, c.name)
	case c.kind == "reference":
		return s.reference(c, text)
	}
	return text, nil
}

func isAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && strings.Contains(s[strings.LastIndexByte(s, '@'):], ".")
}

func (s *Server) reference(c column, id string) (any, *refusal) {
	fits := false
	for _, object := range c.target {
		t := s.tables[object]
		if t == nil {
			continue
		}
		fits = fits || strings.HasPrefix(id, t.prefix)
		if r := t.find(id); r != nil {
			return r.id, nil
		}
	}
	if !looksLikeID(id) || !fits {
		return nil, bad("MALFORMED_ID", c.name+": id value of incorrect type: "+id, c.name)
	}
	return nil, bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
}

func missing(fields ...string) *refusal {
	return bad("REQUIRED_FIELD_MISSING", "Required fields are missing: ["+strings.Join(fields, ", ")+"]", fields...)
}

// complete checks that a new record has what it must have.
func (t *table) complete(doc map[string]any) *refusal {
	var none []string
	for _, name := range t.order {
		c := t.columns[fold(name)]
		if strings.Contains(c.write, "c") && !c.nillable && !c.defaulted && doc[name] == nil {
			none = append(none, name)
		}
	}
	if len(none) > 0 {
		return missing(none...)
	}
	return nil
}

// collide checks that no other record has a value that must be unique. Usernames are so among all organizations.
func (s *Server) collide(t *table, doc map[string]any, self string) *refusal {
	for _, name := range t.order {
		c := t.columns[fold(name)]
		v, _ := doc[name].(string)
		if c.unique == "" || v == "" {
			continue
		}
		elsewhere := name == "Username" && slices.ContainsFunc(s.options.Elsewhere, func(u string) bool { return fold(u) == fold(v) })
		if other := t.index[name][fold(v)]; !elsewhere && (other == "" || other == self) {
			continue
		}
		if c.unique == "DUPLICATE_USERNAME" {
			return bad(c.unique, "Duplicate Username.<br>The username already exists in this or another Salesforce organization. Usernames must be unique across all Salesforce organizations. To resolve, use a different username (it doesn't need to match the user's email address).", name)
		}
		return bad(c.unique, "duplicate value found: "+name+" duplicates value on record with id: "+t.index[name][fold(v)], name)
	}
	return nil
}
