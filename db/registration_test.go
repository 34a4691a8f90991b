package db_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"usher/auth"
	"usher/auth/signup"
	"usher/directory"
	"usher/mail"
)

func registration(token, email string) signup.Registration {
	return signup.Registration{ID: directory.NewID(), TokenHash: token, BrowserHash: "b", PasswordHash: "$h",
		Form: signup.Form{UserName: "grace", Email: email, Title: "Admiral"}, CreatedAt: at, ExpiresAt: at.Add(time.Hour)}
}

func mailTo(to string) signup.Mail {
	return signup.Mail{Message: mail.Message{To: to, Subject: "Confirm", Text: "Open this"}, Limited: true}
}

func (w *fixture) mails() int {
	w.t.Helper()
	entries, _, err := w.Outbox(ctx, "", 50)
	w.must(err)
	return len(entries)
}

func (w *fixture) pending() int {
	w.t.Helper()
	n, err := w.PendingRegistrations(ctx, at)
	w.must(err)
	return n
}

func TestRegistration(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		r := registration("t1", "Grace@Example.com")
		w.must(w.SaveRegistration(ctx, r, mailTo(r.Form.Email)))
		got, ok, err := w.Registration(ctx, "t1", at)
		w.must(err)
		same(t, "found", ok, true)
		same(t, "registration", got, r)
		same(t, "mails", w.mails(), 1)
		if _, ok, _ := w.Registration(ctx, "t1", r.ExpiresAt); ok {
			t.Error("it is found after its end")
		}
		taken, err := w.UsersLike(ctx, "grace", 1)
		w.must(err)
		same(t, "a registration takes the name", len(taken) > 0, false)

		w.must(w.RenewRegistration(ctx, "nobody@example.com", "t9", at, at.Add(time.Hour), mailTo("nobody@example.com")))
		same(t, "mails to nobody", w.mails(), 1)
		w.must(w.RenewRegistration(ctx, "grace@example.com", "t2", at, at.Add(2*time.Hour), mailTo("grace@example.com")))
		same(t, "mails after the second", w.mails(), 2)
		if _, ok, _ := w.Registration(ctx, "t1", at); ok {
			t.Error("the link of the first mail still works")
		}
		if _, ok, _ := w.Registration(ctx, "t2", at.Add(time.Hour)); !ok {
			t.Error("the link of the second mail does not work")
		}
		w.must(w.DeleteExpired(ctx, at.Add(2*time.Hour)))
		same(t, "pending after the end", w.pending(), 0)
	})
}

// The mails that strangers can cause to one address are limited, and what is dropped leaves nothing behind.
func TestMailsAreLimited(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for i := range signup.MaxMails + 3 {
			r := registration(directory.NewToken(), "Grace@example.com")
			r.CreatedAt = at.Add(time.Duration(i) * time.Second)
			w.must(w.SaveRegistration(ctx, r, mailTo("GRACE@example.com")))
		}
		same(t, "mails", w.mails(), signup.MaxMails)
		same(t, "registrations", w.pending(), signup.MaxMails)
		w.must(w.SendMail(ctx, mailTo("other@example.com"), at))
		invitation := mailTo("grace@example.com")
		invitation.Limited = false
		w.must(w.SendMail(ctx, invitation, at))
		same(t, "mails with another's and an invitation", w.mails(), signup.MaxMails+2)
		w.must(w.SendMail(ctx, mailTo("grace@example.com"), at.Add(signup.MailsSpan)))
		same(t, "mails an hour later", w.mails(), signup.MaxMails+3)
		for i := range signup.MaxMails + 3 { // what stands after a plus reaches the same person
			w.must(w.SendMail(ctx, mailTo(fmt.Sprintf("Plus+%d@example.com", i)), at))
		}
		same(t, "mails to one mailbox by many names", w.mails(), 2*signup.MaxMails+3)
	})
}

// registrant is a user who comes from the registration.
func registrant(name string, r signup.Registration) directory.User {
	u := person(name)
	u.Source, u.Arrival.Registration = directory.SignUp, r.ID
	return u
}

func TestRegistrationIsUsedOnce(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		r, other := registration("t1", "grace@example.com"), registration("t2", "grace@example.com")
		w.must(w.SaveRegistration(ctx, r, mailTo(r.Form.Email)))
		w.must(w.SaveRegistration(ctx, other, mailTo(r.Form.Email)))
		w.must(w.SaveRegistration(ctx, registration("t3", "bob@example.com"), mailTo("bob@example.com")))
		var made atomic.Int32
		var wg sync.WaitGroup
		for _, name := range []string{"a", "b", "c", "d"} {
			wg.Go(func() {
				switch err := w.CreateUser(ctx, registrant(name, r), change(at), time.Time{}); {
				case err == nil:
					made.Add(1)
				case directory.CodeOf(err) != directory.Conflict:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		same(t, "users of one registration", made.Load(), 1)
		same(t, "registrations left: only those of other addresses", w.pending(), 1)
	})
}

// A target that refuses, or a process that dies while a user is staged, leaves the registration as it was.
func TestRegistrationOfAStagedUser(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		r := registration("t1", "grace@example.com")
		w.must(w.SaveRegistration(ctx, r, mailTo(r.Form.Email)))
		u := registrant("grace", r)
		w.must(w.CreateUser(ctx, u, change(at), at.Add(time.Minute)))
		wantCode(t, w.CreateUser(ctx, registrant("grace2", r), change(at), at.Add(time.Minute)), directory.Conflict)
		w.must(w.DeleteExpired(ctx, r.ExpiresAt.Add(time.Hour)))
		same(t, "registrations while staged", w.pending(), 1)
		if _, err := w.TakeBackStaged(ctx, at.Add(2*time.Minute)); err != nil {
			t.Fatal(err)
		}
		if _, ok, _ := w.Registration(ctx, "t1", at); !ok {
			t.Fatal("the registration is gone with the user who was taken back")
		}
		u = registrant("grace", r)
		w.must(w.CreateUser(ctx, u, change(at), at.Add(time.Minute)))
		w.must(w.GoLive(ctx, u.ID, change(at)))
		same(t, "registrations after going live", w.pending(), 0)
	})
}

func TestUserLinks(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		u := w.user("grace")
		link := func(token string, p signup.Purpose) signup.Link {
			return signup.Link{TokenHash: token, UserID: u.ID, Purpose: p, Email: "grace@example.com", CreatedAt: at, ExpiresAt: at.Add(time.Hour)}
		}
		w.must(w.SaveUserLink(ctx, link("old", signup.ToReset), mailTo("grace@example.com")))
		w.must(w.SaveUserLink(ctx, link("new", signup.ToReset), mailTo("grace@example.com")))
		w.must(w.SaveUserLink(ctx, link("verify", signup.ToVerify), mailTo("grace@example.com")))
		for token, want := range map[string]bool{"old": false, "new": true, "verify": true} {
			_, ok, err := w.UserLink(ctx, token, at)
			w.must(err)
			same(t, token, ok, want)
		}
		if _, ok, _ := w.TakeUserLink(ctx, "new", at.Add(time.Hour)); ok {
			t.Error("taken after its end")
		}
		var taken atomic.Int32
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				if _, ok, err := w.TakeUserLink(ctx, "new", at); err != nil {
					t.Error(err)
				} else if ok {
					taken.Add(1)
				}
			})
		}
		wg.Wait()
		same(t, "takers", taken.Load(), 1)
		passwordEndsLinks(t, w, u, link)
		w.must(w.DeleteUser(ctx, u.ID, change(at)))
		if _, ok, _ := w.UserLink(ctx, "verify", at); ok {
			t.Error("a deleted user's link works")
		}
	})
}

// passwordEndsLinks: a new password, and being disabled, leave only the link that confirms the address.
func passwordEndsLinks(t *testing.T, w *fixture, u directory.User, link func(string, signup.Purpose) signup.Link) {
	t.Helper()
	edit := func(f func(*directory.User)) error {
		now, err := w.User(ctx, u.ID)
		w.must(err)
		f(&now)
		_, err = w.UpdateUser(ctx, now, change(at))
		return err
	}
	for what, act := range map[string]func() error{
		"their own":  func() error { return w.SetUserPassword(ctx, u.ID, auth.NewPassword{Hash: "$2"}, "", change(at)) },
		"by the API": func() error { return edit(func(u *directory.User) { u.PasswordHash = "$3" }) },
		"disabled":   func() error { return edit(func(u *directory.User) { u.Active = !u.Active }) },
	} {
		for _, p := range []signup.Purpose{signup.ToReset, signup.ToInvite, signup.ToEmail} {
			l := signup.Mail{Message: mailTo("grace@example.com").Message}
			w.must(w.SaveUserLink(ctx, link(string(p), p), l))
		}
		w.must(act())
		for _, token := range []string{"reset", "invite", "email", "verify"} {
			_, ok, err := w.UserLink(ctx, token, at)
			w.must(err)
			same(t, token+" after a password, "+what, ok, token == "verify")
		}
		w.must(edit(func(u *directory.User) { u.Active = true }))
	}
}

// A mail that is skipped costs a write as one that is sent, and takes nothing from the address's share.
func TestSkippedMail(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		for range signup.MaxMails + 1 {
			w.must(w.SkipMail(ctx, "Grace@example.com", at))
		}
		same(t, "mails skipped", w.mails(), 0)
		w.must(w.SendMail(ctx, mailTo("grace@example.com"), at))
		same(t, "mails after that", w.mails(), 1)
	})
}
