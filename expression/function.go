package expression

import (
	"slices"
	"strings"
	"unicode"
)

// Function is something that expressions can do, with an example that holds. The reference of the language is made of
// these.
type Function struct {
	Name      string // as CEL knows it; an operator has _ where its values stand
	Signature string // how it is written; the words stand for kinds of values
	About     string // one sentence
	Example   string // an expression that needs no subject
	Result    string // what the example gives, as JSON; "null" for nothing
}

// Section is what functions have in common.
type Section struct {
	Title     string
	About     string // a sentence or two; "" for none
	Functions []Function
}

// Reference has every function and operator, by what they are for. What is left out of it works all the same:
// function_test.go says why.
func Reference() []Section {
	return []Section{
		{"Texts", "Positions are counted from 0, in characters. Letters that are no ASCII stay as they are in lowerAscii() and upperAscii().", texts()},
		{"Lists and objects", "In all(…), map(…) and their like the first argument is a name for the value that is looked at.", lists()},
		{"Values that may be missing", "A list can be too short, and an object need not have a value. Taking what is not there is an error; with ? it is not.", missing()},
		{"Comparing and choosing", "", choices()},
		{"Numbers and kinds", "", kinds()},
	}
}

// Functions are those of all sections.
func Functions() (all []Function) {
	for _, s := range Reference() {
		all = append(all, s.Functions...)
	}
	return all
}

// operator reports whether it is written with signs, and not with a name and parentheses.
func (f Function) operator() bool { return !unicode.IsLetter(rune(f.Name[0])) }

// usage says how a function is written; "" for operators, and what is not in the reference.
func usage(name string) string {
	var ways []string
	for _, f := range Functions() {
		if f.Name == name && !f.operator() && !slices.Contains(ways, f.Signature) {
			ways = append(ways, f.Signature)
		}
	}
	if len(ways) == 0 {
		return ""
	}
	return " Write " + strings.Join(ways, ", or ") + "."
}

func texts() []Function {
	return []Function{
		{"_+_", "text + text", "Joins texts.", `"Ada" + " " + "Lovelace"`, `"Ada Lovelace"`},
		{"first", "text.first(number)", "At most so many characters, from the beginning.", `"Lovelace".first(4)`, `"Love"`},
		{"ascii", "text.ascii()", "The text in plain letters: accents are dropped, and what has no Latin form is left out.", `"Søren Łódź".ascii()`, `"Soren Lodz"`},
		{"localPart", "text.localPart()", "What is before the last @; all of a text without one.", `"ada@example.com".localPart()`, `"ada"`},
		{"domain", "text.domain()", "What is after the last @; nothing of a text without one.", `"ada@example.com".domain()`, `"example.com"`},
		{"lowerAscii", "text.lowerAscii()", "The text in small letters.", `"Ada".lowerAscii()`, `"ada"`},
		{"upperAscii", "text.upperAscii()", "The text in capital letters.", `"Ada".upperAscii()`, `"ADA"`},
		{"trim", "text.trim()", "The text without spaces at its ends.", `"  Ada ".trim()`, `"Ada"`},
		{"replace", "text.replace(text, text)", "Puts the second text wherever the first one stands.", `"Ada-Maria".replace("-", " ")`, `"Ada Maria"`},
		{"replace", "text.replace(text, text, number)", "The same, at most so many times.", `"a-b-c".replace("-", "", 1)`, `"ab-c"`},
		{"split", "text.split(text)", "The list of the parts between the separators.", `"Sales/North".split("/")`, `["Sales","North"]`},
		{"split", "text.split(text, number)", "The same, in at most so many parts.", `"a/b/c".split("/", 2)`, `["a","b/c"]`},
		{"join", "list.join(text)", "The texts of a list, with a separator between them.", `["Sales", "North"].join(", ")`, `"Sales, North"`},
		{"join", "list.join()", "The texts of a list, one after the other.", `["a", "b"].join()`, `"ab"`},
		{"substring", "text.substring(number)", "The text from a position on.", `"Lovelace".substring(4)`, `"lace"`},
		{"substring", "text.substring(number, number)", "The text from a position up to another, which must be there.", `"Lovelace".substring(0, 4)`, `"Love"`},
		{"charAt", "text.charAt(number)", "The character at a position.", `"Ada".charAt(0)`, `"A"`},
		{"indexOf", "text.indexOf(text)", "The position of a text in another; -1 when it is not in it.", `"ada@example.com".indexOf("@")`, `3`},
		{"indexOf", "text.indexOf(text, number)", "The same, looked for from a position on.", `"a.b.c".indexOf(".", 2)`, `3`},
		{"lastIndexOf", "text.lastIndexOf(text)", "The position where a text stands last; -1 when it is not there.", `"a.b.c".lastIndexOf(".")`, `3`},
		{"lastIndexOf", "text.lastIndexOf(text, number)", "The same, up to a position.", `"a.b.c".lastIndexOf(".", 2)`, `1`},
		{"reverse", "text.reverse()", "The characters from the last to the first.", `"abc".reverse()`, `"cba"`},
		{"size", "text.size()", "The number of characters.", `"Søren".size()`, `5`},
		{"contains", "text.contains(text)", "Whether a text is in another.", `"Head of Sales".contains("Sales")`, `true`},
		{"startsWith", "text.startsWith(text)", "Whether a text begins with another.", `"App Wiki".startsWith("App ")`, `true`},
		{"endsWith", "text.endsWith(text)", "Whether a text ends with another.", `"ada@example.com".endsWith("@example.com")`, `true`},
		{"matches", "text.matches(text)", "Whether a pattern (RE2) is found in a text; ^ and $ stand for its ends.", `"E-4711".matches("^E-[0-9]+$")`, `true`},
		{"format", "text.format(list)", "Puts values where %s (anything) and %d (a number) stand.", `"%s has %d".format(["Ada", 2])`, `"Ada has 2"`},
		{"strings.quote", "strings.quote(text)", "The text in quotation marks, its own marked with \\.", `strings.quote("a \"b\"")`, `"\"a \\\"b\\\"\""`},
	}
}
