package connectors

import (
	"regexp"
	"strings"
)

// frame knows the lines of which stack traces are made: Java, .NET, JavaScript, Python, Ruby, PHP, Go and Apex.
var frame = regexp.MustCompile(`^\s*(?:` + strings.Join([]string{
	`at \S.*\(.*\)(?: in .*)?`, // Java, .NET
	`at \S.*:\d+:\d+\)?`,       // JavaScript
	`\.{3} \d+ (?:more|common frames omitted)`,
	`-+> .*|--- End of .*`, // .NET
	`Traceback \(most recent call last\):?`,
	`File ".*", line \d+.*`,
	`(?:from )?\S+\.rb:\d+:in .*`,
	`Stack trace:|#\d+ .*`, // PHP
	`goroutine \d+ \[.*|\S+\.go:\d+ \+0x.*`,
	`(?:Class|Trigger|AnonymousBlock)[\w.]*: line \d+, column \d+.*`, // Apex
}, "|") + `)\s*$`)

// flatFrame is where a Java or .NET trace begins in a text that lost its line breaks.
var flatFrame = regexp.MustCompile(`\s+at [\w$.<>` + "`" + `]+\([^()]*(?::\d+|Native Method|Unknown Source)\)|\s+at [\w$.<>` + "`" + `]+\([^()]*\) in \S+:line \d+`)

// Headline parts what a service said, in which a stack trace stands, into its first line that says something and the rest,
// which is for whoever can read it and is cut to a size that can be kept. Without a trace all of it is the line, and more
// is "". Secrets must be out of the text already: of one that straddles the cut a part would be left.
func Headline(text string) (line, more string) {
	line, more = headline(text)
	return line, cut(more)
}

func headline(text string) (line, more string) {
	lines := strings.Split(strings.ReplaceAll(text, "\r", "\n"), "\n")
	first := -1
	for i, l := range lines {
		if frame.MatchString(l) {
			first = i
			break
		}
	}
	if first < 0 {
		if at := flatFrame.FindStringIndex(text); at != nil && strings.TrimSpace(text[:at[0]]) != "" {
			return strings.TrimSpace(text[:at[0]]), strings.TrimSpace(text[at[0]:])
		}
		return text, ""
	}
	if said := joined(lines[:first]); said != "" {
		return said, strings.TrimRight(strings.Join(lines[first:], "\n"), "\n ")
	}
	// Python ends with what others begin with; its frames are followed by a line of source, which is indented.
	for i := len(lines) - 1; i > first; i-- {
		if l := lines[i]; strings.TrimSpace(l) != "" && !frame.MatchString(l) && !strings.HasPrefix(l, " ") && !strings.HasPrefix(l, "\t") {
			return strings.TrimSpace(l), strings.TrimRight(text, "\n ")
		}
	}
	return strings.TrimSpace(lines[first]), strings.TrimRight(text, "\n ")
}

// joined is the lines as one, without the empty ones.
func joined(lines []string) string {
	var out []string
	for _, l := range lines {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, " ")
}
