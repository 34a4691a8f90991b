package provisioning

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"usher/connectors"
	"usher/directory"
)

// keepPassword is how long a password waits, sealed, for a target to take it.
const keepPassword = 7 * 24 * time.Hour

// checkPassword stops an attempt whose connector was opened before its password mode changed: the older opening could
// give the account another password while the user's counts as delivered.
func (u *userRemote) checkPassword() error {
	c := u.c
	if u.want != Present || c.task.Password == "" || c.o.Policy.Password == connectors.PasswordSend {
		return nil
	}
	return &connectors.Error{Kind: connectors.Pending, Op: "password", RetryAfter: minRetryAfter,
		Message: "The connector's password setting changed a moment ago.", Remedy: "Nothing: Usher tries again by itself."}
}

// setPassword gives an account that exists the password that waits for it. again: the account was gone.
func (u *userRemote) setPassword(ctx context.Context) (again bool, err error) {
	c := u.c
	if c.task.Password == "" || c.r.PasswordDone {
		return false, nil
	}
	setter, ok := c.o.Connector.(connectors.PasswordSetter)
	if !ok { // the target takes a password with a new account only, so this one can never be delivered
		c.r.PasswordDone = true
		return false, nil
	}
	c.updates()
	err = setter.SetPassword(ctx, c.r.RemoteID, c.task.Password)
	if connectors.KindOf(err) == connectors.NotFound {
		return c.lost(err)
	}
	c.r.WritesKnown = c.task.NoWriteInDoubt // a password whose arrival is in doubt is kept and set again, so it leaves no doubt behind
	switch connectors.KindOf(err) {
	case "":
		c.r.PasswordDone = true
	case connectors.Invalid:
		c.r.PasswordDone = true
		return false, refusedPassword(err)
	}
	return false, err
}

// refusedPassword keeps the vendor's words; only another password helps.
func refusedPassword(err error) error {
	refused := connectors.Error{Kind: connectors.Invalid, Op: "password", Message: err.Error()}
	if e, ok := errors.AsType[*connectors.Error](err); ok {
		refused = *e
	}
	refused.Remedy = "The target's rules refuse the user's new password. Let the user choose another password, one that those rules allow."
	return &refused
}

const (
	inPlaceOfPassword = "[secret]"
	leastPassword     = 4 // characters; a shorter text is found in anything
)

// withoutPassword blanks the password wherever a target repeated it: what an attempt says is logged, stored and shown.
func withoutPassword(r Result) Result {
	clear := r.Task.Password.Reveal()
	if utf8.RuneCountInString(clear) < leastPassword {
		return r
	}
	blank := blanker(clear)
	if e, ok := errors.AsType[*connectors.Error](r.Err); ok {
		shown := *e
		shown.Message, shown.More, shown.Code, shown.Remedy = blank(e.Message), blank(e.More), blank(e.Code), blank(e.Remedy)
		if e.Err != nil && blank(e.Err.Error()) != e.Err.Error() {
			shown.Err = errors.New(blank(e.Err.Error()))
		}
		r.Err = &shown
	} else if r.Err != nil && blank(r.Err.Error()) != r.Err.Error() {
		r.Err = errors.New(blank(r.Err.Error()))
	}
	r.Exchanges = slices.Clone(r.Exchanges)
	for i := range r.Exchanges {
		x := &r.Exchanges[i]
		x.URL, x.Request, x.Response, x.Error = blank(x.URL), blank(x.Request), blank(x.Response), blank(x.Error)
	}
	r.Task.Password = directory.Secret("")
	return r
}

// blanker replaces a text, however a target spells it.
func blanker(clear string) func(string) string {
	var pairs []string
	for _, spelling := range append(connectors.Spellings(clear), url.QueryEscape(clear), url.PathEscape(clear)) {
		pairs = append(pairs, spelling, inPlaceOfPassword)
	}
	return strings.NewReplacer(pairs...).Replace
}
