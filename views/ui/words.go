package ui

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Ago says how long before (or after) now t is: "just now", "5 min ago", "in a moment", "in 3 h", "12 Mar 2026".
func Ago(t, now time.Time) string {
	d := now.Sub(t)
	future := d < 0
	if future {
		d = -d
	}
	var words string
	switch {
	case d < 5*time.Second && future:
		return "in a moment"
	case d < 5*time.Second:
		return "just now"
	case d < time.Minute:
		words = strconv.Itoa(int(d/time.Second)) + " s"
	case d < time.Hour:
		words = strconv.Itoa(int(d/time.Minute)) + " min"
	case d < 24*time.Hour:
		words = strconv.Itoa(int(d/time.Hour)) + " h"
	case d < 48*time.Hour:
		words = "1 day"
	case d < 14*24*time.Hour:
		words = strconv.Itoa(int(d/(24*time.Hour))) + " days"
	default:
		return t.UTC().Format("2 Jan 2006")
	}
	if future {
		return "in " + words
	}
	return words + " ago"
}

// Initials takes the first letters of the first and the last word of a name.
func Initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' })
	if len(words) == 0 {
		return "?"
	}
	first := firstUpper(words[0])
	if len(words) == 1 {
		return first
	}
	return first + firstUpper(words[len(words)-1])
}

func firstUpper(s string) string {
	r, _ := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r))
}

// Count writes a number with thousands separators: 12,345.
func Count(n int) string {
	s := strconv.Itoa(n)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}
