package handlers

import (
	"context"
	"testing"
	"time"

	"usher/auth/signup"
)

// A link that chooses a password is worth nothing once the user has another address: the first may have been wrong.
func TestInvitationToAnEarlierAddress(t *testing.T) {
	f := newSignUpConsole(t, nil)
	u := f.user(t, "grace")
	must(t, f.SignUp.Invite(t.Context(), u))
	must(t, f.SignUp.Forgot(t.Context(), "grace"))
	first, second := f.link(t, "grace@example.com", 2), mailedLink.FindStringSubmatch(f.mails(t, "grace@example.com")[0].Text)[1]
	u.SetEmail("hopper@example.com")
	if _, err := f.Directory.UpdateUser(t.Context(), u, clerk); err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{first, second} {
		b := f.visitor(t)
		b.get(link).status(t, 404)
		send(b, link, "new_password", next, "new_password_again", next).status(t, 404)
	}
	if now, _ := f.find(t, "grace"); now.PasswordHash != "" {
		t.Error("the earlier address has chosen a password")
	}
}

// After a new password nothing that was begun before gives the account away: no other link to choose one, and no address
// that a stolen session entered, no token that it made. The user's own address can still be confirmed.
func TestNewPasswordEndsLinks(t *testing.T) {
	f := newSignUpConsole(t, nil)
	u := f.member(t, "grace")
	thief := f.in(t, "grace")
	thief.post("/account/email", "email", "thief@example.com").goes(t, "/account")
	thief.post("/account/tokens", "name", "script", "expires", "0").ok(t)
	must(t, f.SignUp.Invite(t.Context(), u))
	invitation := f.link(t, "grace@example.com", 1)
	must(t, f.SignUp.SendVerification(t.Context(), u, u.Email(), signup.ToVerify))
	verify := f.link(t, "grace@example.com", 2)
	must(t, f.SignUp.Forgot(t.Context(), "grace"))
	b := f.visitor(t)
	send(b, f.link(t, "grace@example.com", 3), "new_password", next, "new_password_again", next).goes(t, "/login?new-password")
	send(b, f.link(t, "thief@example.com", 1)).status(t, 404)
	if list, err := f.Server.Auth.PersonalTokens(t.Context(), u.ID); err != nil || len(list) != 0 {
		t.Errorf("tokens that can set another password: %+v, %v", list, err)
	}
	send(b, invitation, "new_password", good, "new_password_again", good).status(t, 404)
	send(b, verify).goes(t, "/login?confirmed")
	if now, _ := f.find(t, "grace"); now.Email() != "grace@example.com" {
		t.Errorf("the address is %s", now.Email())
	}
}

// A signed-in user can have a mail sent to any address, so how many is limited as on the pages before the sign-in.
func TestOwnEmailIsRateLimited(t *testing.T) {
	f := newSignUpConsole(t, nil)
	f.member(t, "grace")
	b := f.in(t, "grace")
	for range postsPerIP {
		b.post("/account/email", "email", "nothing").status(t, 422)
	}
	b.post("/account/email", "email", "somebody@example.com").status(t, 429)
}

// skips counts the mails that are not sent.
type skips struct {
	signup.Store
	n int
}

func (s *skips) SkipMail(ctx context.Context, to string, now time.Time) error {
	s.n++
	return s.Store.SkipMail(ctx, to, now)
}

// The clock must not give away who exists, either: without a mail as much is written as with one.
func TestNoMailTakesAsLong(t *testing.T) {
	f := newSignUpConsole(t, nil)
	u := f.member(t, "grace")
	must(t, f.Server.Auth.SetUserPassword(t.Context(), u, good, u.Email(), "", clerk))
	s := &skips{Store: f.SignUp.Store}
	f.SignUp.Store = s
	b := f.visitor(t)
	for i, post := range [][2]string{{"/forgot", "nobody"}, {"/forgot", "grace"}, {"/register/resend", "grace@example.com"}} {
		b.post(post[0], "user_name", post[1], "email", post[1]).ok(t)
		if want := []int{1, 1, 2}[i]; s.n != want {
			t.Errorf("%s for %s: %d mails skipped, want %d", post[0], post[1], s.n, want)
		}
	}
}
