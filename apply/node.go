package apply

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// place is a value in a document and the way to it.
type place struct {
	node *yaml.Node
	line int
	path string // connections[0].connectors[1].config.token
}

// reader reads one YAML document and collects everything that is wrong with it, so that it is mended in one go.
type reader struct {
	Source
	Problems
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// root parses the text; ok is false when there is nothing to look into.
func (d *reader) root(text []byte) (root place, ok bool) {
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	var n, more yaml.Node
	err := decoder.Decode(&n)
	if err == nil && len(n.Content) == 1 {
		root, ok = place{node: n.Content[0], line: n.Content[0].Line}, true
		if err = decoder.Decode(&more); err == nil {
			d.bad(place{line: more.Line}, "a second YAML document; put everything into one")
		}
	} else if err == nil || errors.Is(err, io.EOF) {
		d.bad(place{line: 1}, "the file is empty")
		return root, false
	}
	if err != nil && !errors.Is(err, io.EOF) {
		m := yamlLine.FindStringSubmatch(err.Error())
		line := 1
		if m != nil {
			line, _ = strconv.Atoi(m[1])
		}
		d.bad(place{line: max(line, 1)}, "this is not YAML: %s", yamlLine.ReplaceAllString(err.Error(), ""))
	}
	return root, ok
}

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// pairs are the values of a mapping by key. A key without a value is as if it were not there.
func (d *reader) pairs(p place) map[string]place {
	out := map[string]place{}
	n := resolve(p.node)
	if n.Kind != yaml.MappingNode {
		d.bad(p, "must be a mapping of keys to values")
		return out
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], resolve(n.Content[i+1])
		at := place{value, key.Line, join(p.path, key.Value)}
		switch {
		case key.Kind != yaml.ScalarNode:
			d.bad(place{line: key.Line, path: p.path}, "a key must be a word")
		case seen[key.Value]:
			d.bad(at, "this key is given twice")
		case value.ShortTag() != "!!null":
			out[key.Value] = at
		}
		seen[key.Value] = true
	}
	return out
}

// known is pairs without unknown keys.
func (d *reader) known(p place, keys ...string) map[string]place {
	all := d.pairs(p)
	n := resolve(p.node)
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind == yaml.ScalarNode && !slices.Contains(keys, key.Value) {
			d.bad(place{line: key.Line, path: join(p.path, key.Value)}, "there is no such key; there are %s", strings.Join(keys, ", "))
			delete(all, key.Value)
		}
	}
	return all
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// items are the elements of a list; a missing list has none.
func (d *reader) items(p place) []place {
	if p.node == nil {
		return nil
	}
	if p.node.Kind != yaml.SequenceNode {
		d.bad(p, "must be a list")
		return nil
	}
	var out []place
	for i, n := range p.node.Content {
		out = append(out, place{resolve(n), n.Line, fmt.Sprintf("%s[%d]", p.path, i)})
	}
	return out
}

// text is a string; nil when it is missing or something else.
func (d *reader) text(p place) *string {
	if p.node == nil {
		return nil
	}
	if p.node.Kind != yaml.ScalarNode || p.node.ShortTag() != "!!str" {
		d.bad(p, "must be text; put it in quotes if it looks like a number, a date or true")
		return nil
	}
	return &p.node.Value
}

// required is text that must be there, under key of in.
func (d *reader) required(in place, fields map[string]place, key string) string {
	p, ok := fields[key]
	if !ok {
		if in.node.Kind == yaml.MappingNode {
			d.bad(place{line: in.line, path: join(in.path, key)}, "is required")
		}
		return ""
	}
	if v := d.text(p); v != nil {
		return *v
	}
	return ""
}

// flag is true or false; nil when it is missing or something else.
func (d *reader) flag(p place) *bool {
	if p.node == nil {
		return nil
	}
	var v bool
	if p.node.ShortTag() != "!!bool" || p.node.Decode(&v) != nil {
		d.bad(p, "must be true or false")
		return nil
	}
	return &v
}
