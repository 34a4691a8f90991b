package handlers

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"usher/views"
)

// refill writes what was typed into the form of a page that it was sent from, with a note above it that says so. A page
// that does not have the form any more gets the note alone. Passwords, secrets and files stay empty.
func (s *Server) refill(ctx context.Context, page []byte, t interruptedForm) ([]byte, error) {
	doc, err := html.ParseWithOptions(bytes.NewReader(page), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, fmt.Errorf("read the page to fill: %w", err)
	}
	form := findNode(doc, func(n *html.Node) bool { return n.DataAtom == atom.Form && s.sends(n, t.Action) })
	if form != nil {
		f := filler{fields: t.Fields, used: map[string]int{}, secret: s.secretName, form: attr(form, "id")}
		f.fill(form, true)
		f.fill(doc, false)
	}
	if main := findNode(doc, func(n *html.Node) bool { return n.DataAtom == atom.Main }); main != nil {
		if err := putFirst(ctx, main, views.FormResumed(form != nil)); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	if err := html.Render(&out, doc); err != nil {
		return nil, fmt.Errorf("write the filled page: %w", err)
	}
	return out.Bytes(), nil
}

// sends reports whether the form, or one of its buttons, sends to the path.
func (s *Server) sends(form *html.Node, path string) bool {
	to := func(url string) bool {
		url, _, _ = strings.Cut(url, "#")
		return strings.TrimSuffix(url, "/") == strings.TrimSuffix(path, "/")
	}
	return strings.EqualFold(attr(form, "method"), "post") && (to(attr(form, "action")) ||
		findNode(form, func(n *html.Node) bool {
			return n.DataAtom == atom.Button && attr(n, "formaction") != "" && to(attr(n, "formaction"))
		}) != nil)
}

func putFirst(ctx context.Context, parent *html.Node, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(ctx, &b); err != nil {
		return fmt.Errorf("render a note: %w", err)
	}
	nodes, err := html.ParseFragment(&b, parent)
	if err != nil {
		return fmt.Errorf("read a note: %w", err)
	}
	for _, n := range slices.Backward(nodes) {
		parent.InsertBefore(n, parent.FirstChild)
	}
	return nil
}

// filler writes values into the controls of one form.
type filler struct {
	fields map[string][]string
	used   map[string]int // how many values of a name are written
	secret func(name string) bool
	form   string // its ID
}

// fill walks the controls inside of the form, or outside of it those that name it.
func (f *filler) fill(n *html.Node, inside bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode && attr(c, "name") != "" && !f.secret(attr(c, "name")) &&
			(inside || f.form != "" && attr(c, "form") == f.form) {
			f.write(c)
		}
		f.fill(c, inside)
	}
}

func (f *filler) write(n *html.Node) {
	values := f.fields[attr(n, "name")]
	switch n.DataAtom {
	case atom.Textarea:
		if v, ok := f.next(n); ok {
			for n.FirstChild != nil {
				n.RemoveChild(n.FirstChild)
			}
			n.AppendChild(&html.Node{Type: html.TextNode, Data: v})
		}
	case atom.Select:
		if v, ok := f.next(n); ok {
			choose(n, v)
		}
	case atom.Input:
		switch attr(n, "type") {
		case "password", "file", "submit", "button":
		case "checkbox":
			if f.asked(n) {
				setFlag(n, "checked", slices.Contains(values, attr(n, "value")))
			}
		case "radio":
			if len(values) > 0 {
				setFlag(n, "checked", attr(n, "value") == values[0])
			}
		default:
			if v, ok := f.next(n); ok {
				setAttr(n, "value", v)
			}
		}
	}
}

// next is the value of the name that was not written yet: several controls may share one.
func (f *filler) next(n *html.Node) (string, bool) {
	name := attr(n, "name")
	i := f.used[name]
	if i >= len(f.fields[name]) {
		return "", false
	}
	f.used[name]++
	return f.fields[name][i], true
}

// asked reports whether a box could be ticked: one that scripts had hidden says nothing by its absence.
func (f *filler) asked(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		key := attr(p, "data-when-key")
		if key == "" {
			continue
		}
		values := f.fields[key]
		if len(values) == 0 || !slices.Contains(strings.Split(attr(p, "data-when-value"), "|"), values[0]) {
			return false
		}
	}
	return true
}

func choose(sel *html.Node, value string) {
	for c := sel.FirstChild; c != nil; c = c.NextSibling {
		if c.DataAtom == atom.Option {
			setFlag(c, "selected", attr(c, "value") == value)
		}
		choose(c, value)
	}
}

func findNode(n *html.Node, ok func(*html.Node) bool) *html.Node {
	if n.Type == html.ElementNode && ok(n) {
		return n
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if found := findNode(c, ok); found != nil {
			return found
		}
	}
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func setAttr(n *html.Node, key, value string) {
	setFlag(n, key, false)
	n.Attr = append(n.Attr, html.Attribute{Key: key, Val: value})
}

func setFlag(n *html.Node, key string, on bool) {
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
	if on {
		n.Attr = append(n.Attr, html.Attribute{Key: key})
	}
}
