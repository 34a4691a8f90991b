package main

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"usher/directory"
)

// attributeOrder is that of the flags and of what user show prints; attributes that it lacks follow.
func attributeOrder() []string {
	return []string{"name.givenName", "name.familyName", "displayName", "nickName", "emails", "phoneNumbers", "title", "department", "externalId"}
}

// noFlag says why an attribute that people write by hand is not among attributeFlags.
func noFlag() map[string]string {
	return map[string]string{"userName": "create needs it and update is told whom to rename, so each has a --user-name of its own"}
}

func flagAttributes() []directory.Attribute { return directory.InForms(attributeOrder(), noFlag()) }

// attributeFlags are what both create and update take: a flag for each attribute, and the password.
type attributeFlags struct {
	kong.Plugins // one structure with a *string for each of flagAttributes; nil leaves the attribute as it is

	PasswordStdin bool `env:"-" help:"Read the password from standard input (never from the command line, which others can see)."`
}

// newAttributeFlags makes the flags from the table of attributes.
func newAttributeFlags() attributeFlags {
	var fields []reflect.StructField
	for i, a := range flagAttributes() {
		fields = append(fields, reflect.StructField{Name: "Flag" + strconv.Itoa(i), Type: reflect.TypeFor[*string](), Tag: flagTag(a)})
	}
	return attributeFlags{Plugins: kong.Plugins{reflect.New(reflect.StructOf(fields)).Interface()}}
}

func flagTag(a directory.Attribute) reflect.StructTag {
	value, help := "TEXT", a.About
	switch a.Path {
	case "displayName":
		help = "Name to show, when it is not given and family name."
	case "emails":
		value, help = "ADDRESS", "Primary e-mail address."
	case "phoneNumbers":
		value, help = "NUMBER", "Primary phone number."
	case "externalId":
		value, help = "ID", "The ID that the system which the user comes from has for them."
	}
	name := strings.ReplaceAll(a.Field, "_", "-")
	return reflect.StructTag(`name:` + strconv.Quote(name) + ` env:"-" placeholder:` + strconv.Quote(value) + ` help:` + strconv.Quote(help))
}

// value is what the flag of the attribute with this number says; nil when it was not given.
func (f attributeFlags) value(i int) *string {
	v, _ := reflect.ValueOf(f.Plugins[0]).Elem().Field(i).Interface().(*string)
	return v
}

// given reports whether there is a flag of any attribute.
func (f attributeFlags) given() bool {
	for i := range flagAttributes() {
		if f.value(i) != nil {
			return true
		}
	}
	return false
}

// apply writes what was given into u.
func (f attributeFlags) apply(u *directory.User) {
	u.Arrival.Typed = true
	for i, a := range flagAttributes() {
		if v := f.value(i); v != nil {
			a.Set(u, *v)
		}
	}
}
