package salesforcefake

import (
	"strconv"
	"strings"
)

// statement is a parsed query.
type statement struct {
	fields []string
	object string
	where  condition // nil is all
	limit  int       // 0 is none
	// terms are the equalities of a WHERE that is nothing but ORs of them, for a look into the indexes.
	terms []term
}

// condition tells whether a record belongs to the answer.
type condition func(value func(path string) any) bool

type term struct{ path, value string }

// parser reads SOQL, as much of it as provisioning needs, and refuses the rest.
type parser struct {
	tokens []token
	at     int
	known  func(object, path string) *refusal
	object string
	terms  []term
	plain  bool // terms still say all
}

type token struct {
	text    string
	literal bool // a string between quotes
}

func malformed(what string) *refusal { return bad("MALFORMED_QUERY", what) }

// scan splits a query into tokens; what a backslash may stand before is known (SOQL and SOSL Reference, Quoted String
// Escape Sequences).
func scan(q string) ([]token, *refusal) {
	var out []token
	for i := 0; i < len(q); {
		c := q[i]
		switch {
		case c == ' ':
			i++
		case c < ' ':
			return nil, malformed("unexpected character")
		case c == '\'':
			text, n, wrong := scanString(q[i:])
			if wrong != nil {
				return nil, wrong
			}
			out = append(out, token{text, true})
			i += n
		case strings.IndexByte("(),=", c) >= 0:
			out = append(out, token{string(c), false})
			i++
		case c == '!' && i+1 < len(q) && q[i+1] == '=':
			out = append(out, token{"!=", false})
			i += 2
		default:
			n := i
			for n < len(q) && (q[n] == '_' || q[n] == '.' || q[n] >= '0' && q[n] <= '9' || q[n]|0x20 >= 'a' && q[n]|0x20 <= 'z') {
				n++
			}
			if n == i {
				return nil, malformed("unexpected token: '" + string(c) + "'")
			}
			out = append(out, token{q[i:n], false})
			i = n
		}
	}
	return out, nil
}

func scanString(q string) (text string, n int, wrong *refusal) {
	var b strings.Builder
	for i := 1; i < len(q); i++ {
		switch c := q[i]; {
		case c == '\'':
			return b.String(), i + 1, nil
		case c < ' ':
			return "", 0, malformed("a line ends within a string")
		case c == '\\':
			i++
			at := -1
			if i < len(q) {
				at = strings.IndexByte(`nrtbf"'\`, q[i])
			}
			if at < 0 {
				return "", 0, malformed("Illegal string literal: invalid string escape")
			}
			b.WriteByte("\n\r\t\b\f\"'\\"[at])
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, malformed("a string does not end")
}

func (p *parser) peek() string {
	if p.at >= len(p.tokens) || p.tokens[p.at].literal {
		return ""
	}
	return strings.ToUpper(p.tokens[p.at].text)
}

func (p *parser) word(w string) bool {
	if p.peek() == w {
		p.at++
		return true
	}
	return false
}

func (p *parser) name() (string, *refusal) {
	if p.at >= len(p.tokens) || p.tokens[p.at].literal || strings.ContainsAny(p.tokens[p.at].text, "(),=!") {
		return "", malformed("unexpected end or token")
	}
	p.at++
	return p.tokens[p.at-1].text, nil
}

// parse reads a whole statement. known tells whether an object has a field.
func parse(q string, known func(object, path string) *refusal) (st statement, wrong *refusal) {
	p := &parser{known: known, plain: true}
	if p.tokens, wrong = scan(q); wrong != nil {
		return st, wrong
	}
	if !p.word("SELECT") {
		return st, malformed("unexpected token: the query must begin with SELECT")
	}
	for {
		f, wrong := p.name()
		if wrong != nil {
			return st, wrong
		}
		st.fields = append(st.fields, f)
		if !p.word(",") {
			break
		}
	}
	if !p.word("FROM") {
		return st, malformed("unexpected token: FROM is missing")
	}
	if st.object, wrong = p.name(); wrong != nil {
		return st, wrong
	}
	p.object = st.object
	for _, f := range st.fields {
		if wrong := known(st.object, f); wrong != nil {
			return st, wrong
		}
	}
	return st, p.rest(&st)
}

func (p *parser) rest(st *statement) (wrong *refusal) {
	if p.word("WHERE") {
		if st.where, wrong = p.either(); wrong != nil {
			return wrong
		}
		if p.plain {
			st.terms = p.terms
		}
	}
	if p.word("LIMIT") {
		n, wrong := p.name()
		if st.limit, _ = strconv.Atoi(n); wrong != nil || st.limit < 1 {
			return malformed("LIMIT takes a number")
		}
	}
	if p.at < len(p.tokens) {
		return malformed("unexpected token: '" + p.tokens[p.at].text + "'")
	}
	return nil
}

// either reads conditions joined by AND, or by OR; mixing them needs brackets.
func (p *parser) either() (condition, *refusal) {
	first, wrong := p.one()
	if wrong != nil {
		return nil, wrong
	}
	all, joined := []condition{first}, ""
	for p.peek() == "AND" || p.peek() == "OR" {
		if joined != "" && joined != p.peek() {
			return nil, malformed("unexpected token: AND and OR need brackets")
		}
		joined = p.peek()
		p.at++
		next, wrong := p.one()
		if wrong != nil {
			return nil, wrong
		}
		all = append(all, next)
	}
	p.plain = p.plain && joined != "AND"
	return func(v func(string) any) bool {
		for _, c := range all {
			if c(v) != (joined == "AND") {
				return joined != "AND"
			}
		}
		return joined == "AND" || (joined == "" && first(v))
	}, nil
}

func (p *parser) one() (condition, *refusal) {
	if p.word("(") {
		p.plain = false
		c, wrong := p.either()
		if wrong == nil && !p.word(")") {
			wrong = malformed("a bracket is not closed")
		}
		return c, wrong
	}
	path, wrong := p.name()
	if wrong != nil {
		return nil, wrong
	}
	if wrong := p.known(p.object, path); wrong != nil {
		return nil, wrong
	}
	switch {
	case p.word("IN"):
		p.plain = false
		return p.in(path)
	case p.word("!="):
		p.plain = false
		c, wrong := p.equal(path)
		return func(v func(string) any) bool { return !c(v) }, wrong
	case p.word("="):
		return p.equal(path)
	}
	return nil, malformed("unexpected token after " + path)
}

func (p *parser) in(path string) (condition, *refusal) {
	if !p.word("(") {
		return nil, malformed("IN needs a list")
	}
	var all []condition
	for {
		c, wrong := p.equal(path)
		if wrong != nil {
			return nil, wrong
		}
		all = append(all, c)
		if p.word(")") {
			break
		}
		if !p.word(",") {
			return nil, malformed("a list is not closed")
		}
	}
	return func(v func(string) any) bool {
		for _, c := range all {
			if c(v) {
				return true
			}
		}
		return false
	}, nil
}

// equal compares as the service does: text without regard to case, IDs of either length.
func (p *parser) equal(path string) (condition, *refusal) {
	if p.at >= len(p.tokens) {
		return nil, malformed("unexpected end of the query")
	}
	t := p.tokens[p.at]
	p.at++
	if !t.literal {
		want, err := strconv.ParseBool(strings.ToLower(t.text))
		if err != nil {
			return nil, malformed("unexpected token: '" + t.text + "'")
		}
		p.plain = false
		return func(v func(string) any) bool { return v(path) == want }, nil
	}
	if strings.HasSuffix(path, "Id") && !looksLikeID(t.text) {
		return nil, bad("INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: "+t.text)
	}
	want := t.text
	if strings.HasSuffix(path, "Id") {
		want = checked(want)
	}
	p.terms = append(p.terms, term{path, want})
	return func(v func(string) any) bool {
		s, ok := v(path).(string)
		return ok && strings.EqualFold(s, want)
	}, nil
}
