package imports

import (
	"cmp"
	"slices"
	"strings"
)

// guess is an attribute that a column may hold. Of two columns for one attribute the smaller rank has it, of two
// attributes for one column, too.
type guess struct {
	key  string
	rank int
}

const (
	rankNamed   = 0  // the template itself says the attribute's name
	rankOwn     = 1  // the attribute's name or label
	rankSynonym = 10 // one of the names that files give it, the usual ones first
	rankSecond  = 500
)

// Guess says what each column probably is, by its name, and where a name can mean two things by what the first rows
// have there. No attribute is guessed twice.
func Guess(header []string, first ...[]string) Mapping {
	known := spellings()
	headings, has := make([]heading, len(header)), map[string]bool{}
	for i, name := range header {
		headings[i] = headingOf(name)
		for _, n := range []string{headings[i].said, headings[i].named} {
			if key := best(known[n]); n != "state" {
				has[key] = true
			}
		}
	}
	address := has["addresses.locality"] || has["addresses.postalCode"] || has["addresses.streetAddress"]
	type claim struct {
		column int
		guess
	}
	var claims []claim
	for i, name := range header {
		if isSecret(name) {
			continue
		}
		for _, g := range guessesFor(headings[i], known, address) {
			if fits(g.key, headings[i], cellsOf(first, i), address) {
				claims = append(claims, claim{i, g})
			}
		}
	}
	slices.SortStableFunc(claims, func(a, b claim) int { return cmp.Compare(a.rank, b.rank) })
	m, taken := make(Mapping, len(header)), map[string]bool{}
	for _, c := range claims {
		if m[c.column] == Ignore && !taken[c.key] {
			m[c.column], taken[c.key] = c.key, true
		}
	}
	if m.has(keyActive) {
		m.forget(keyBlocked, keyControl)
	} else if m.has(keyBlocked) {
		m.forget(keyControl)
	}
	return m
}

func (m Mapping) forget(keys ...string) {
	for i, key := range m {
		if slices.Contains(keys, key) {
			m[i] = Ignore
		}
	}
}

func best(all []guess) string {
	if len(all) == 0 {
		return Ignore
	}
	return all[0].key
}

// guessesFor are what a heading can mean. An attribute's own name in brackets counts more than the words before it,
// but Entra calls the opposite by it: Block sign in (Yes/No) [accountEnabled].
func guessesFor(h heading, known map[string][]guess, address bool) []guess {
	var all []guess
	said := known[h.said]
	if h.named == "accountenabled" && best(said) != keyActive {
		return []guess{{keyBlocked, rankNamed}}
	}
	for _, g := range known[h.named] {
		all = append(all, guess{g.key, rankNamed + g.rank/rankSynonym})
	}
	all = append(all, said...)
	all = append(all, known[h.whole]...)
	if h.said == "state" || h.named == "state" {
		all = append(all, guess{keyActive, rankSecond})
		if address {
			all = append(all, guess{"addresses.region", rankOwn})
		}
	}
	return all
}

// fits says whether the first rows have what the attribute takes.
func fits(key string, h heading, cells []string, address bool) bool {
	var understood func(string) (bool, bool)
	switch key {
	case keyActive:
		if !strings.HasSuffix(h.said, "status") && !strings.HasSuffix(h.said, "state") && h.named != "state" {
			return true // the name leaves no doubt; a cell that is none of the words is refused by itself
		}
		understood = truth
	case keyBlocked:
		understood = untruth
	case keyControl:
		understood = control
	case keyGroups: // groups by their names, not by where they stand in a directory
		return !slices.ContainsFunc(cells, func(c string) bool { return strings.HasPrefix(strings.ToUpper(c), "CN=") })
	case "addresses.region":
		return !lifeWords(cells)
	default:
		return true
	}
	if (h.said == "state" || h.named == "state") && address {
		return lifeWords(cells)
	}
	for _, c := range cells {
		if _, ok := understood(c); !ok {
			return false
		}
	}
	return true
}

// lifeWords reports cells that all say whether somebody is active. Two letters are rather a region: ON is Ontario.
func lifeWords(cells []string) bool {
	for _, c := range cells {
		if _, ok := truth(c); !ok || len(plain(c)) == 2 {
			return false
		}
	}
	return len(cells) > 0
}

// cellsOf are what the rows have in a column, what is empty left out.
func cellsOf(rows [][]string, column int) (cells []string) {
	for _, row := range rows {
		if column < len(row) {
			if c := trimmed(row[column]); c != "" {
				cells = append(cells, c)
			}
		}
	}
	return cells
}

// spellings maps every known name to its attributes, the likelier first.
func spellings() map[string][]guess {
	known := map[string][]guess{}
	add := func(name string, g guess) {
		if name != "" {
			known[name] = append(known[name], g)
		}
	}
	all := Attributes()
	for _, a := range all {
		add(plain(a.Key), guess{a.Key, rankOwn})
		if plain(a.Label) != plain(a.Key) {
			add(plain(a.Label), guess{a.Key, rankOwn})
		}
		if of, part, ok := strings.Cut(a.Key, "."); ok && (of == "name" || of == "addresses") && plain(part) != plain(a.Label) {
			add(plain(part), guess{a.Key, rankOwn + 1})
		}
	}
	for _, a := range all {
		for i, name := range strings.Fields(a.also) {
			add(name, guess{a.Key, rankSynonym + i})
		}
	}
	for name := range known {
		slices.SortStableFunc(known[name], func(a, b guess) int { return cmp.Compare(a.rank, b.rank) })
	}
	return known
}
