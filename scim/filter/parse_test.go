package filter

import (
	"errors"
	"strings"
	"testing"
	"time"

	"usher/scim"
	"usher/scim/schema"
)

const enterprise = scim.EnterpriseURN

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		`userName eq "bjensen"`:                  `userName eq "bjensen"`,
		`USERNAME Eq "bjensen"`:                  `userName eq "bjensen"`,
		`name.familyName co "O'Mal"`:             `name.familyName co "O'Mal"`,
		`title pr`:                               `title pr`,
		` title  pr `:                            `title pr`,
		`emails co "x"`:                          `emails.value co "x"`,
		`emails pr`:                              `emails.value pr`,
		`name pr`:                                `name pr`,
		`active eq True`:                         `active eq true`,
		`active eq "False"`:                      `active eq false`,
		`active ne null`:                         `active ne null`,
		`title eq "a\"b\\c\u00e4\/é"`:            `title eq "a\"b\\cä/é"`,
		enterprise + `:employeeNumber eq 701984`: enterprise + `:employeeNumber eq "701984"`,
		strings.ToUpper(enterprise) + `:manager eq "m"`:                enterprise + `:manager.value eq "m"`,
		`department eq "x" and manager pr`:                             `(` + enterprise + `:department eq "x" and ` + enterprise + `:manager.value pr)`,
		`manager.displayName sw "x"`:                                   enterprise + `:manager.displayName sw "x"`,
		scim.UserURN + `:userName sw "J"`:                              `userName sw "J"`,
		`schemas eq "` + enterprise + `"`:                              `schemas eq "` + enterprise + `"`,
		`a pr`:                                                         ``,
		`title pr or title pr and active eq true`:                      `(title pr or (title pr and active eq true))`,
		`title pr and title pr and title pr`:                           `((title pr and title pr) and title pr)`,
		`not (title pr) and nickName pr`:                               `(not (title pr) and nickName pr)`,
		`NOT(title pr)OR(nickName pr)`:                                 `(not (title pr) or nickName pr)`,
		`NOT(title pr) OR (nickName pr)`:                               `(not (title pr) or nickName pr)`,
		`emails[type eq "work" and not (value co "@x" or primary pr)]`: `emails[(type eq "work" and not ((value co "@x" or primary pr)))]`,
		`emails[type eq "work"].value eq "x" and title pr`:             `(emails[(type eq "work" and value eq "x")] and title pr)`,
		`name[familyName eq "x" and givenName pr]`:                     `(name.familyName eq "x" and name.givenName pr)`,
		`meta.lastModified gt "2011-05-13T04:42:34Z"`:                  `meta.lastModified gt "2011-05-13T04:42:34Z"`,
		`meta.lastModified le "2011-05-13T06:42:34.5+02:00"`:           `meta.lastModified le "2011-05-13T04:42:34.5Z"`,
		`members.value eq "1"`:                                         ``,
		`addresses.$ref eq "1"`:                                        ``,
		`groups.$ref eq "https://x/y"`:                                 `groups.$ref eq "https://x/y"`,
		`x509Certificates.value sw "MII"`:                              `x509Certificates.value sw "MII"`,
		strings.Repeat("(", 30) + "title pr" + strings.Repeat(")", 30): `title pr`,
		"title pr" + strings.Repeat(" or title pr", 3):                 `(((title pr or title pr) or title pr) or title pr)`,
	} {
		e, err := Parse(schema.User(), text)
		if want == "" {
			if err == nil {
				t.Errorf("%s was read as %s", text, print(e))
			}
			continue
		}
		if err != nil || print(e) != want {
			t.Errorf("%s\n got %s, %v\nwant %s", text, print(e), err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for text, words := range map[string]string{
		``:                                  "empty",
		`   `:                               "empty",
		`userName`:                          "operator is missing",
		`userName `:                         "operator is missing",
		`userName eq`:                       "value is missing",
		`userName eq `:                      "value is missing",
		`userName xx "a"`:                   `"xx" is no operator`,
		`userName eq bob`:                   "double quotes",
		`userName eq 'bob'`:                 "'bob' has the wrong quotation marks",
		`userName eq 'bob smith'`:           "wrong quotation marks",
		`userName eq “bob”`:                 "“bob” has the wrong quotation marks; text goes between straight double quotes",
		`userName eq ‘bob’`:                 "wrong quotation marks",
		`userName eq „bob“`:                 "wrong quotation marks",
		`userName eq «bob»`:                 "wrong quotation marks",
		"userName eq `bob`":                 "wrong quotation marks",
		`emails[type eq 'work']`:            "wrong quotation marks",
		`title pr foo`:                      `"foo" is not expected: pr takes no value (at character 10)`,
		`title pr 5`:                        "pr takes no value",
		`title pr true`:                     "pr takes no value",
		`title pr 'x'`:                      "pr takes no value",
		`title pr andx`:                     "pr takes no value",
		`title pr "foo"`:                    "not expected",
		`title pr"foo"`:                     "not expected",
		`title pr (nickName pr)`:            "not expected",
		`emails[type pr x]`:                 "pr takes no value",
		`title pr;`:                         `"pr;" is no operator`,
		`title pr ;`:                        "pr takes no value",
		`title eq "a";`:                     "not expected",
		`title eq "a" "b"`:                  "not expected",
		`title eq "a" b`:                    "not expected",
		`title eq "a"]`:                     "not expected",
		`title eq "a")`:                     "not expected",
		`active eq true false`:              "not expected",
		`emails[type eq "work"] x`:          "not expected",
		`emails[type eq "work"]x`:           "not expected",
		`emails[type eq "work"].value pr x`: "pr takes no value",
		`userName eq 01`:                    "no value",
		`userName eq "a`:                    "closing quote",
		`userName eq "a\"`:                  "closing quote",
		`userName eq "\x"`:                  "not a JSON string",
		`userName eq "\u0000"`:              "NUL",
		`userName eq"a"`:                    "value is missing",
		`userName eq true`:                  "is text",
		`userName eq "a" title pr`:          "not expected",
		`userName eq "a" and`:               "name of an attribute is missing",
		`userName eq "a"and title pr`:       "not expected",
		`userName eq "a" and and title pr`:  "no attribute",
		`and`:                               "no attribute",
		`(userName pr`:                      `')' is missing`,
		`userName pr)`:                      "not expected",
		`()`:                                "name of an attribute",
		`not userName pr`:                   "no attribute",
		`shoeSize eq "1"`:                   `no attribute "shoeSize"`,
		`emails.shoe eq "1"`:                "no attribute",
		`emails[shoe eq "1"]`:               "no sub-attribute",
		`emails[type eq "work"`:             `']' is missing`,
		`emails[type eq "work")`:            `']' is missing`,
		`emails[]`:                          "sub-attribute is missing",
		`emails[type[value pr]]`:            "sub-attributes to choose by",
		`emails[type eq "work"].shoe pr`:    "no sub-attribute",
		`emails.type[value pr]`:             "no sub-attributes to choose by",
		`userName[value pr]`:                "no sub-attributes to choose by",
		`name eq "x"`:                       "complex",
		`active gt true`:                    "boolean",
		`active co "t"`:                     "boolean",
		`active eq "yes"`:                   "true or false",
		`active eq 1`:                       "true or false",
		`emails.primary le false`:           "boolean",
		`x509Certificates.value gt "MI"`:    "binary",
		`meta.created co "2011"`:            "dateTime",
		`meta.created gt "yesterday"`:       "a time such as",
		`meta.created gt 5`:                 "a time such as",
		`title gt null`:                     "eq and ne only",
		`password eq "secret"`:              "cannot be used",
		`password pr`:                       "cannot be used",
		"userName eq \"\xff\"":              "UTF-8",
		strings.Repeat("(", 31) + "title pr" + strings.Repeat(")", 31): "at most 30",
		strings.Repeat("not (", 31) + "title pr":                       "at most 30",
		"title pr" + strings.Repeat(" or title pr", 200):               "at most 200",
		`title eq "` + strings.Repeat("x", MaxLength) + `"`:            "at most 8192",
	} {
		_, err := Parse(schema.User(), text)
		var e *scim.Error
		if !errors.As(err, &e) || e.Status != "400" || e.ScimType != scim.InvalidFilter || !strings.Contains(e.Detail, words) {
			t.Errorf("%.80s: %v, want %q", text, err, words)
		}
	}
	_, err := Parse(schema.User(), `title eq "ä" und nickName pr`)
	if err == nil || !strings.Contains(err.Error(), `"und nickName pr" is not expected (at character 14)`) {
		t.Errorf("where: %v", err)
	}
}

func TestParsePath(t *testing.T) {
	for text, want := range map[string]string{
		`members`:                   ``,
		`userName`:                  `userName`,
		` NAME.familyname `:         `name.familyName`,
		`emails`:                    `emails`,
		`emails.value`:              `emails.value`,
		`addresses[type eq "work"]`: `addresses[type eq "work"]`,
		`addresses[type eq "work"].streetAddress`:     `addresses[type eq "work"].streetAddress`,
		`emails[ type eq "work" and value ew "x.y" ]`: `emails[(type eq "work" and value ew "x.y")]`,
		enterprise + `:department`:                    enterprise + `:department`,
		enterprise + `:manager.value`:                 enterprise + `:manager.value`,
		enterprise + `:manager`:                       enterprise + `:manager`,
		scim.UserURN + `:emails[value eq "]"].type`:   `emails[value eq "]"].type`,
		`password`:                       `password`,
		``:                               scim.InvalidPath,
		`shoe`:                           scim.InvalidPath,
		`emails.`:                        scim.InvalidPath,
		`emails.shoe`:                    scim.InvalidPath,
		`emails[type eq "work"].shoe`:    scim.InvalidPath,
		`emails[type eq "work"]value`:    scim.InvalidPath,
		`emails[type eq "work"].`:        scim.InvalidPath,
		`emails[type eq "work"] `:        `emails[type eq "work"]`,
		`emails[type eq "work"] x`:       scim.InvalidPath,
		`emails[type eq "work"]x`:        scim.InvalidPath,
		`emails[type eq "work"]]`:        scim.InvalidPath,
		`emails[type eq "work"].value x`: scim.InvalidPath,
		`emails[type eq "work"].value.x`: scim.InvalidPath,
		`emails[type eq "work"][x]`:      scim.InvalidPath,
		`emails[type eq "work" x]`:       scim.InvalidFilter,
		`emails[type pr x]`:              scim.InvalidFilter,
		`emails[type eq 'work']`:         scim.InvalidFilter,
		`userName x`:                     scim.InvalidPath,
		`userName;`:                      scim.InvalidPath,
		`userName/x`:                     scim.InvalidPath,
		`userName"x"`:                    scim.InvalidPath,
		`name.familyName x`:              scim.InvalidPath,
		enterprise + `:manager x`:        scim.InvalidPath,
		`manager`:                        enterprise + `:manager`,
		`Manager.value`:                  enterprise + `:manager.value`,
		`department`:                     enterprise + `:department`,
		`emails.type[value pr]`:          scim.InvalidPath,
		`name[familyName pr]`:            scim.InvalidPath,
		`userName[value pr]`:             scim.InvalidPath,
		`userName eq "x"`:                scim.InvalidPath,
		`emails[type]`:                   scim.InvalidFilter,
		`emails[`:                        scim.InvalidFilter,
		`emails[]`:                       scim.InvalidFilter,
		`emails[primary gt true]`:        scim.InvalidFilter,
		`emails[type eq "work"`:          scim.InvalidFilter,
		strings.Repeat("x", MaxLength+1): scim.InvalidPath,
	} {
		p, err := ParsePath(schema.User(), text)
		got := printPath(p)
		var e *scim.Error
		if errors.As(err, &e) {
			got = e.ScimType
		}
		if want == "" {
			want = scim.InvalidPath
		}
		if got != want {
			t.Errorf("%.80q: %s, %v, want %s", text, got, err, want)
		}
	}
}

// print writes a tree as a filter that reads as the same tree.
func print(e Expr) string { return printIn(e, "") }

// printIn leaves out the prefix of names: within brackets, the attribute's.
func printIn(e Expr, prefix string) string {
	switch e := e.(type) {
	case And:
		return "(" + printIn(e.Left, prefix) + " and " + printIn(e.Right, prefix) + ")"
	case Or:
		return "(" + printIn(e.Left, prefix) + " or " + printIn(e.Right, prefix) + ")"
	case Not:
		return "not (" + printIn(e.Expr, prefix) + ")"
	case Where:
		return e.Ref.Path() + "[" + printIn(e.Expr, e.Ref.Path()+".") + "]"
	case Compare:
		text := strings.TrimPrefix(e.Ref.Path(), prefix) + " " + string(e.Op)
		switch v := e.Value.(type) {
		case string:
			text += " " + scim.Quote(v)
		case bool:
			text += map[bool]string{true: " true", false: " false"}[v]
		case time.Time:
			text += " " + scim.Quote(v.Format(time.RFC3339Nano))
		case nil:
			if e.Op != Present {
				text += " null"
			}
		}
		return text
	}
	return ""
}

func tooDeep(err error) bool { return strings.Contains(err.Error(), "at most 30 times") }

func printPath(p Path) string {
	if p.Where == nil {
		if p.Ref.Attr == nil {
			return ""
		}
		return p.Ref.Path()
	}
	all := p.Ref
	all.Sub = nil
	text := print(Where{Ref: all, Expr: p.Where})
	if p.Ref.Sub != nil {
		text += "." + p.Ref.Sub.Name
	}
	return text
}
