package apply

import (
	"fmt"
	"slices"
	"strings"
)

// Problem is something in a document that keeps all of it from being done.
type Problem struct {
	Line int    // from 1
	Path string // of keys, such as connections[0].connectors[1].config.token; "" for the document
	Text string // what is wrong; of several lines where it shows a place in an expression
}

// Problems are all of a document, as an error. None of them holds a secret.
type Problems struct {
	Document string // its name
	List     []Problem
}

// Error has a line for each, in the order of the document.
func (p *Problems) Error() string {
	var b strings.Builder
	b.WriteString("nothing was applied:")
	for _, q := range p.List {
		fmt.Fprintf(&b, "\n%s:%d: ", p.Document, q.Line)
		if q.Path != "" {
			b.WriteString(q.Path + ": ")
		}
		b.WriteString(strings.ReplaceAll(q.Text, "\n", "\n  "))
	}
	return b.String()
}

func (p *Problems) bad(at place, format string, args ...any) {
	p.List = append(p.List, Problem{at.line, at.path, fmt.Sprintf(format, args...)})
}

// err is nil when nothing is wrong, else all problems in the order of the document.
func (p *Problems) err() error {
	if len(p.List) == 0 {
		return nil
	}
	slices.SortStableFunc(p.List, func(a, b Problem) int { return a.Line - b.Line })
	return p
}
