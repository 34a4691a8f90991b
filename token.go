package main

import (
	"fmt"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"usher/auth"
)

type tokenCmd struct {
	Create tokenCreateCmd `cmd:"" help:"Create an API token and print it, once."`
	List   tokenListCmd   `cmd:"" help:"List the applications' API tokens, newest first."`
	Revoke tokenRevokeCmd `cmd:"" help:"Revoke an API token at once."`
}

type tokenCreateCmd struct {
	Name    string       `required:"" env:"-" placeholder:"NAME" help:"What the token is for, such as the system that will use it. Tokens of one name are one SCIM client."`
	Scopes  []auth.Scope `required:"" env:"-" placeholder:"SCOPE" help:"What it may be used for, separated by commas. There is: scim."`
	Expires lifetime     `env:"-" placeholder:"90d" help:"How long the token works, such as 90d or 12h. By default it does not expire."`

	SkipUnknownMembers bool `env:"-" help:"Save a group without the members whom Usher does not know, instead of refusing the group."`
}

func (c tokenCreateCmd) Run(a *app) error {
	return a.within(func(k *core) error {
		var expires time.Time
		if c.Expires > 0 {
			expires = now().Add(time.Duration(c.Expires))
		}
		_, secret, err := k.auth(nil).CreateToken(a.ctx, actor(), c.Name, c.Scopes, expires, auth.SkipUnknownMembers(c.SkipUnknownMembers))
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(a.stdout, secret.Reveal())
		return err
	})
}

// lifetime is a duration that may be in days.
type lifetime time.Duration

// UnmarshalText reads "90d" and what time.ParseDuration reads; it must be more than nothing.
func (l *lifetime) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	if days, ok := strings.CutSuffix(string(text), "d"); ok {
		var n uint64
		if n, err = strconv.ParseUint(days, 10, 16); err == nil {
			d = time.Duration(n) * 24 * time.Hour
		}
	}
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is not a time such as 90d or 12h", text)
	}
	*l = lifetime(d)
	return nil
}

type tokenListCmd struct{}

func (c tokenListCmd) Run(a *app) error {
	return a.within(func(k *core) error {
		w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tSCOPES\tUNKNOWN MEMBERS\tCREATED BY\tLAST USED\tEXPIRES")
		for before := ""; ; {
			tokens, next, err := k.auth(nil).Tokens(a.ctx, before)
			if err != nil {
				return err
			}
			for _, t := range tokens {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.ID, t.Name, scopesOf(t), unknownMembersOf(t), t.CreatedBy, dayOr(t.LastUsedAt, "never"), expiryOf(t, now()))
			}
			if next == "" {
				return w.Flush()
			}
			before = next
		}
	})
}

func scopesOf(t auth.Token) string {
	words := make([]string, len(t.Scopes))
	for i, s := range t.Scopes {
		words[i] = string(s)
	}
	return strings.Join(words, ",")
}

func unknownMembersOf(t auth.Token) string {
	if t.SkipUnknownMembers {
		return "skipped"
	}
	return "refused"
}

func dayOr(t time.Time, none string) string {
	if t.IsZero() {
		return none
	}
	return t.Format(time.DateOnly)
}

func expiryOf(t auth.Token, now time.Time) string {
	if t.Expired(now) {
		return dayOr(t.ExpiresAt, "") + " (expired)"
	}
	return dayOr(t.ExpiresAt, "never")
}

type tokenRevokeCmd struct {
	ID string `arg:"" name:"ID" help:"As usher token list shows it."`
}

func (c tokenRevokeCmd) Run(a *app) error {
	return a.within(func(k *core) error { return k.auth(nil).RevokeToken(a.ctx, actor(), c.ID) })
}
