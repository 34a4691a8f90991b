package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"usher/directory"
	"usher/latin"
)

func words(s string) []string {
	return strings.FieldsFunc(latin.Fold(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
}

const (
	longestTerm = 100 // characters; a longer beginning is not told apart
	mostWords   = 8   // of one search
)

func cut(term string) string {
	r := []rune(term)
	return string(r[:min(len(r), longestTerm)])
}

// termsOf are what a search for the user can begin with: user name and e-mail whole, and every word.
func termsOf(u directory.User) []string {
	all := []string{latin.Fold(strings.TrimSpace(u.UserName)), latin.Fold(u.Email())}
	for _, text := range []string{u.UserName, u.Name.GivenName, u.Name.FamilyName, u.DisplayName} {
		all = append(all, words(text)...)
	}
	return tidy(all)
}

func tidy(all []string) []string {
	for i, t := range all {
		all[i] = cut(t)
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return slices.DeleteFunc(all, func(t string) bool { return t == "" })
}

// searchTerms are the words of a search, each of which must begin a term. They are split at spaces only, so that
// a whole user name or e-mail address is one word.
func searchTerms(search string) []string {
	all := tidy(strings.Fields(latin.Fold(search)))
	return all[:min(len(all), mostWords)]
}

// after is the end of the range of texts that begin with prefix; no text has this character.
func after(prefix string) string { return prefix + "\U0010FFFF" }

func writeTerms(ctx context.Context, tx *sql.Tx, u directory.User) error {
	terms := termsOf(u)
	if len(terms) == 0 {
		return nil
	}
	var b strings.Builder
	args := []any{u.ID}
	for i, t := range terms {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "($1, $%d)", i+2)
		args = append(args, t)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO user_terms (user_id, term) VALUES `+b.String(), args...)
	return err
}

func dropTerms(ctx context.Context, tx *sql.Tx, userID string) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM user_terms WHERE user_id = $1`, userID)
	return err
}
