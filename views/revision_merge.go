package views

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"usher/views/ui"
)

const (
	unchangedWords = "not changed"
	unknownWords   = "not known"
	keptTheirs     = "what was saved"
	keptYours      = "yours"
)

// Merge puts a form that was filled from base together with what is stored now. Only what the form changed counts as
// its own: everything else becomes what is stored. seen says that the form showed what is stored now, so that all of it
// is meant. Merge gives the values to save or to show, and a row for each entry that is stored differently or was
// changed; the last result reports whether anybody else changed an entry of this form at all.
func Merge(base string, theirs []Entry, yours url.Values, seen bool) (merged url.Values, rows []EditConflictRow, changed bool) {
	merged = url.Values{}
	for name, values := range yours {
		merged[name] = slices.Clone(values)
	}
	var was map[string][]string
	known := json.Unmarshal([]byte(base), &was) == nil && was != nil
	for _, e := range theirs {
		m := entryMerge{e: e, known: known, seen: seen, base: was[e.Name]}
		m.typedSecret = e.Secret && yours.Get(e.Name) != ""
		if m.yours = e.typed(yours, m.base); !known {
			m.yours = e.typed(yours, e.Values)
		}
		changed = changed || m.changedThere()
		row, value, shown := m.merge(yours.Get(takePrefix + e.Name))
		if value == nil {
			merged.Del(e.Name)
		} else {
			merged[e.Name] = value
		}
		if shown {
			rows = append(rows, row)
		}
	}
	return merged, rows, changed
}

// typed is what the form says about the entry. One that was not there to be filled is as it was.
func (e Entry) typed(f url.Values, base []string) []string {
	asked := e.whenKey == "" || slices.Contains(strings.Split(e.whenValue, "|"), f.Get(e.whenKey))
	switch {
	case e.Secret && f.Get(e.Name) == "", !asked, !e.toggle && !f.Has(e.Name):
		return base
	case e.toggle && !e.Several && f.Has(e.Name):
		return []string{"true"}
	}
	return f[e.Name]
}

// entryMerge is one entry of which two people have a value.
type entryMerge struct {
	e     Entry
	known bool // base is
	seen  bool // the form showed theirs
	base  []string
	yours []string

	typedSecret bool
}

func (m entryMerge) changedThere() bool { return !m.known || !m.e.same(m.base, m.e.Values) }
func (m entryMerge) changedHere() bool  { return !m.known || !m.e.same(m.base, m.yours) }

// merge gives the value that is to be saved or shown; nil: none is sent. A row is shown when anybody changed anything.
func (m entryMerge) merge(take string) (row EditConflictRow, value []string, shown bool) {
	e := m.e
	row = EditConflictRow{Name: e.Name, Label: e.Label, Base: m.words(m.base), Theirs: m.words(e.Values), Yours: m.words(m.yours)}
	if !m.known {
		row.Base = unknownWords
	}
	if e.Secret {
		return m.mergeSecret(row, take)
	}
	switch {
	case e.same(m.yours, e.Values):
		row.Kept = "the same for both"
		return row, m.yours, m.known && m.changedThere()
	case !m.changedHere() && !m.seen:
		row.Yours, row.Kept = unchangedWords, keptTheirs
		return row, e.Values, true
	case !m.changedThere():
		row.Theirs, row.Kept = unchangedWords, keptYours
		return row, m.yours, true
	case m.seen && (e.Several || !m.changedHere()):
		row.Kept = keptYours
		return row, m.yours, true
	case e.Several:
		both := joinedSets(m.base, e.Values, m.yours)
		row.Kept = m.words(both)
		return row, both, true
	}
	row.Conflicting, row.Take = true, choiceOf(take)
	if row.Take == TakeTheirs {
		return row, e.Values, true
	}
	return row, m.yours, true
}

// mergeSecret keeps a secret that was typed, and else leaves the stored one alone.
func (m entryMerge) mergeSecret(row EditConflictRow, take string) (EditConflictRow, []string, bool) {
	here, there := m.typedSecret, m.known && m.changedThere()
	row.Base, row.Theirs, row.Yours = m.secretWords(m.base), unchangedWords, unchangedWords
	if there {
		row.Theirs = "another one"
	}
	if here {
		row.Yours = "what you typed"
	}
	switch {
	case here && there:
		row.Conflicting, row.Take = true, choiceOf(take)
		if row.Take == TakeTheirs {
			return row, nil, true
		}
		return row, m.yours, true
	case here:
		row.Kept = keptYours
		return row, m.yours, true
	}
	row.Kept = keptTheirs
	return row, nil, there
}

func (m entryMerge) secretWords(mark []string) string {
	switch {
	case !m.known:
		return unknownWords
	case len(mark) == 0 || mark[0] == "":
		return "none"
	}
	return "a stored one"
}

func choiceOf(take string) string {
	if take == TakeTheirs || take == TakeYours {
		return take
	}
	return ""
}

// same compares as the server reads: line ends and surrounding space do not count, nor does the order of a set.
func (e Entry) same(a, b []string) bool { return slices.Equal(e.plain(a), e.plain(b)) }

func (e Entry) plain(values []string) []string {
	out := []string{}
	for _, v := range values {
		if v = strings.TrimSpace(strings.ReplaceAll(v, "\r\n", "\n")); v != "" {
			out = append(out, v)
		}
	}
	if e.Several {
		slices.Sort(out)
		out = slices.Compact(out)
	}
	return out
}

// joinedSets adds to theirs what yours added to base, and takes from it what yours took.
func joinedSets(base, theirs, yours []string) []string {
	out := slices.DeleteFunc(slices.Clone(theirs), func(v string) bool { return slices.Contains(base, v) && !slices.Contains(yours, v) })
	for _, v := range yours {
		if !slices.Contains(base, v) && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

const mostWords = 300 // of a value, in characters

func (m entryMerge) words(values []string) string {
	if m.e.toggle && !m.e.Several {
		if len(values) > 0 {
			return "On"
		}
		return "Off"
	}
	var out []string
	for _, v := range m.e.plain(values) {
		if i := slices.IndexFunc(m.e.options, func(o ui.Option) bool { return o.Value == v }); i >= 0 {
			v = m.e.options[i].Label
		}
		out = append(out, v)
	}
	text := []rune(strings.Join(out, ", "))
	switch {
	case len(text) == 0 && m.e.Several:
		return "none"
	case len(text) == 0:
		return "empty"
	case len(text) > mostWords:
		return string(text[:mostWords]) + "…"
	}
	return string(text)
}
