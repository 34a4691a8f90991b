package imports

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// trimmed is a cell without what nobody sees at its ends: space, and the marks that programs leave there.
func trimmed(cell string) string {
	return strings.TrimFunc(cell, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\u200b' || r == '\u2060' || r == '\ufeff'
	})
}

var (
	yes = strings.Fields("true yes y 1 t x on active activated enabled provisioned current lockedout passwordexpired recovery " +
		"ja j wahr aktiv aktiviert oui o vrai actif si s verdadero activo vero attivo sim verdadeiro ativo waar actief tak prawda")
	no = strings.Fields("false no n 0 f off inactive deactivated disabled suspended archived deprovisioned staged blocked terminated retired " +
		"nein falsch inaktiv deaktiviert gesperrt non faux inactif suspendu falso inactivo inattivo nao inativo nee onwaar inactief nie")
)

// truth reads a cell of a column that says whether somebody is active.
func truth(cell string) (on, ok bool) {
	word := plain(cell)
	return slices.Contains(yes, word), slices.Contains(yes, word) || slices.Contains(no, word)
}

// untruth reads a cell of a column that says whether somebody is blocked.
func untruth(cell string) (on, ok bool) {
	blocked, ok := truth(cell)
	if word := plain(cell); word == "blocked" || word == "disabled" || word == "suspended" || word == "active" || word == "enabled" {
		return blocked, ok // such a word says itself what it means
	}
	return !blocked, ok
}

// control reads Active Directory's userAccountControl, where ACCOUNTDISABLE is the second bit:
// https://learn.microsoft.com/troubleshoot/windows-server/active-directory/useraccountcontrol-manipulate-account-properties
func control(cell string) (on, ok bool) {
	flags, err := strconv.ParseUint(cell, 0, 32)
	return flags&2 == 0, err == nil
}

var (
	scientific = regexp.MustCompile(`^[+-]?[0-9]([.,][0-9]+)?[eE]\+[0-9]{1,3}$`)
	broken     = regexp.MustCompile(`^(#{3,}|#N/A|#REF!|#NAME\?|#VALUE!|#DIV/0!|#NUM!|#NULL!)$`)
)

// spoilt says what a spreadsheet has put in the place of what was there, and the sentence that stands for all such
// cells; "" when it has not.
func spoilt(cell string) (words, cause string) {
	switch {
	case scientific.MatchString(cell):
		return "“" + cell + "” looks like a long number that a spreadsheet has shortened.", causeShortened
	case broken.MatchString(cell):
		return "“" + cell + "” is what a spreadsheet shows when it has no value.", causeBroken
	}
	return "", ""
}

const (
	causeShortened = "A cell looks like a long number that a spreadsheet has shortened, such as 1.23E+11. Format the column as text in the spreadsheet, enter the numbers again and save the file."
	causeBroken    = "A cell holds what a spreadsheet shows when it has no value, such as #N/A or ####."
)
