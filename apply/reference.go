package apply

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// Source is where a document comes from, and what it may refer to there. A function that is nil refuses: what comes from
// another machine must not read this one's secrets.
type Source struct {
	Name string // as problems call the document
	Env  func(name string) (value string, ok bool)
	File func(path string) (text string, err error) // without the last line's end; the error never holds what is in it
}

// setting is a connector setting as text: a literal, {env: NAME} or {file: PATH}.
func (d *reader) setting(p place) (string, bool) {
	switch p.node.Kind {
	case yaml.ScalarNode:
		if p.node.ShortTag() == "!!bool" {
			return strings.ToLower(p.node.Value), true
		}
		return p.node.Value, true
	case yaml.MappingNode:
		return d.reference(p)
	}
	d.bad(p, "must be text, a number, true or false, {env: NAME} or {file: PATH}")
	return "", false
}

func (d *reader) reference(p place) (string, bool) {
	before := len(d.List)
	f := d.known(p, "env", "file")
	env, file := d.text(f["env"]), d.text(f["file"])
	switch {
	case len(d.List) > before:
	case (env == nil) == (file == nil):
		d.bad(p, "must be either {env: NAME} or {file: PATH}")
	case env != nil && d.Env == nil, file != nil && d.File == nil:
		d.bad(p, "a document from here cannot refer to variables or files; write the value itself")
	case env != nil:
		v, ok := d.Env(*env)
		if !ok || v == "" {
			d.bad(p, "the environment variable %s is not set", *env)
		}
		return v, ok
	default:
		v, err := d.File(*file)
		if err != nil {
			d.bad(p, "%v", err)
		}
		return v, err == nil
	}
	return "", false
}
