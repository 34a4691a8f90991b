package signup

import (
	"fmt"
	"strings"
	"time"

	"usher/directory"
	"usher/mail"
)

// newMail joins paragraphs.
func newMail(to, subject string, paragraphs ...string) Mail {
	return Mail{Message: mail.Message{To: to, Subject: subject, Text: strings.Join(paragraphs, "\n\n") + "\n"}, Limited: true}
}

const notYou = "If this was not you, do nothing: without the link nothing happens."

func confirmMail(org string, f Form, link string, life time.Duration) Mail {
	return newMail(f.Email, "Confirm your account at "+org,
		greeting(f.user()),
		fmt.Sprintf("somebody, probably you, signed up at %s with this e-mail address. Open this link to finish:", org),
		link,
		fmt.Sprintf("The link works once, for %s. Until then there is no account.", span(life)),
		notYou)
}

func existsMail(org, to, signIn, forgot string) Mail {
	return newMail(to, "You have an account at "+org+" already",
		"Hello,",
		fmt.Sprintf("somebody, probably you, tried to sign up at %s with this e-mail address. There is an account with it already, and nothing about it was changed.", org),
		"To use it, sign in:\n"+signIn,
		"If you do not know the password any more, choose a new one:\n"+forgot,
		"If this was not you, you need not do anything.")
}

func verifyMail(org string, u directory.User, to, link string, life time.Duration) Mail {
	return newMail(to, "Confirm your e-mail address at "+org,
		greeting(u),
		fmt.Sprintf("this e-mail address was entered for your account at %s. Open this link to confirm that it is yours:", org),
		link,
		fmt.Sprintf("The link works once, for %s.", span(life)),
		notYou)
}

func resetMail(org string, u directory.User, link string, life time.Duration) Mail {
	return newMail(u.Email(), "Choose a new password at "+org,
		greeting(u),
		fmt.Sprintf("somebody, probably you, asked for a new password for your account %s at %s. Open this link to choose one:", u.UserName, org),
		link,
		fmt.Sprintf("The link works once, for %s. Your password stays as it is until then.", span(life)),
		notYou)
}

func inviteMail(org string, u directory.User, link string, life time.Duration) Mail {
	l := newMail(u.Email(), "Your account at "+org,
		greeting(u),
		fmt.Sprintf("you have an account at %s. Your user name is %s. Open this link to choose your password:", org, u.UserName),
		link,
		fmt.Sprintf("The link works once, for %s.", span(life)))
	l.Limited = false
	return l
}

func changedMail(org string, u directory.User, old string) Mail {
	return newMail(old, "Your e-mail address at "+org+" was changed",
		greeting(u),
		fmt.Sprintf("your account %s at %s has another e-mail address now. Mails about it do not come to this address any more.", u.UserName, org),
		"If this was not you, tell an administrator of your organisation.")
}

// greeting leaves out what is hardly a name: a stranger could make us send their own text to somebody.
func greeting(u directory.User) string {
	if n := u.Name.GivenName; n != "" && len(n) <= 40 && !strings.ContainsAny(n, ":/.") {
		return "Hello " + n + ","
	}
	return "Hello,"
}

// span is a length of time in words, in the largest unit that is exact.
func span(d time.Duration) string {
	units := []struct {
		d    time.Duration
		word string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}}
	for _, u := range units {
		if n := int(d / u.d); d%u.d == 0 && n > 0 {
			if n == 1 {
				return "one " + u.word
			}
			return fmt.Sprintf("%d %ss", n, u.word)
		}
	}
	return d.String()
}
