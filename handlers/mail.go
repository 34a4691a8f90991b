package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"usher/directory"
	"usher/mail"
	"usher/views"
	"usher/views/ui"
)

// mailStore is what the E-mail and Outbox pages are read from.
type mailStore interface {
	MailServer(ctx context.Context) (mail.Server, error)
	Outbox(ctx context.Context, before string, limit int) (entries []mail.Entry, next string, err error)
	OutboxEntry(ctx context.Context, id string) (mail.Entry, error)
}

// Mailer sets the mail server and tries it; *mail.Worker is one.
type Mailer interface {
	Configured() bool
	SaveServer(ctx context.Context, s mail.Server, by directory.Actor) error
	Try(ctx context.Context, s mail.Server, to string) error
}

// mailGoesOut: without a mail server nobody may be told that a mail was sent. In the demo the outbox stands in for one.
func (s *Server) mailGoesOut() bool { return s.Mail == nil || s.Demo != nil || s.Mail.Configured() }

// outboxInSidebar: where nothing is sent, the outbox is where people look.
func (s *Server) outboxInSidebar() bool {
	return s.Mail != nil && (s.Demo != nil || !s.Mail.Configured())
}

func (s *Server) showMail(w http.ResponseWriter, r *http.Request) error {
	saved, err := s.Store.MailServer(r.Context())
	if err != nil {
		return err
	}
	return s.renderMail(w, r, http.StatusOK, views.MailView{Saved: saved, Form: mailForm(saved), Revised: s.mailRevised(saved).open()})
}

func (s *Server) mailRevised(m mail.Server) revisedForm {
	fields := views.MailView{Saved: m, Form: mailForm(m)}.Fields()
	entries := views.Entries(fields...)
	for _, f := range fields {
		if f.Type == ui.Password {
			entries = append(entries, views.SecretEntry(f, s.Store.MarkSecret("mail", m.Password)))
		}
	}
	return revisedForm{noun: "page", revision: m.Revision, entries: entries, actions: []string{mail.ActionServerUpdate}, reload: views.SettingsMail}
}

func (s *Server) renderMail(w http.ResponseWriter, r *http.Request, status int, v views.MailView) error {
	v.Shell = s.shell(r, views.NavSettings, "E-mail", settingsCrumb())
	return s.render(w, r, status, views.Mail(v))
}

func mailForm(m mail.Server) views.MailForm {
	f := views.MailForm{Host: m.Host, Security: string(m.Security), UserName: m.UserName, From: m.From, FromName: m.FromName}
	if m.Port != 0 {
		f.Port = strconv.Itoa(m.Port)
	}
	return f
}

func (s *Server) updateMail(w http.ResponseWriter, r *http.Request) error {
	f, lost, err := s.secretForm(r, "mail")
	if err != nil {
		return err
	}
	saved, err := s.Store.MailServer(r.Context())
	if err != nil {
		return err
	}
	m, err := s.merge(r, f, s.mailRevised(saved))
	if err != nil {
		return err
	}
	v := views.MailView{Saved: saved, Form: typedMail(m.form), Revised: m.revised, Errors: lost, Kept: s.keepSecret(r, "mail", "password", m.form.Get("password"))}
	if len(lost) > 0 {
		return s.renderMail(w, r, http.StatusUnprocessableEntity, v)
	}
	if m.stale {
		return s.renderMail(w, r, http.StatusConflict, v)
	}
	server := readMail(m.form)
	server.Revision = m.revision
	err = s.Mail.SaveServer(r.Context(), server, actor(r))
	if e, status, ok := formError(err); ok && !changedMeanwhile(e) {
		if v.Errors = e.Fields; v.Errors["password"] != "" {
			v.Kept = ""
		}
		return s.renderMail(w, r, status, v)
	}
	if err != nil {
		return mergeAgain(w, r, s.updateMail, err)
	}
	flash(r, ui.Flash{Title: "The mail server was updated", Text: "Send a test message to see that it works."})
	return s.redirect(w, r, views.SettingsMail)
}

func typedMail(f url.Values) views.MailForm {
	return views.MailForm{Host: f.Get("host"), Port: f.Get("port"), Security: f.Get("security"), UserName: f.Get("user_name"),
		From: f.Get("from"), FromName: f.Get("from_name")}
}

// readMail never gives the zero value, which would remove the server: a form without a security is not ours.
func readMail(f url.Values) mail.Server {
	m := mail.Server{Host: f.Get("host"), Security: mail.Security(f.Get("security")), UserName: strings.TrimSpace(f.Get("user_name")),
		Password: directory.Secret(f.Get("password")), From: f.Get("from"), FromName: f.Get("from_name")}
	m.Port = mail.DefaultPort(m.Security)
	if port := strings.TrimSpace(f.Get("port")); port != "" {
		m.Port, _ = strconv.Atoi(port) // 0 is refused by the check
	}
	return m
}

func (s *Server) removeMail(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	revision, err := readRevision(f)
	if err != nil {
		return err
	}
	if err := s.Mail.SaveServer(r.Context(), mail.Server{Revision: revision}, actor(r)); err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "The mail server was removed", Text: "Messages wait in the outbox."})
	return s.redirect(w, r, views.SettingsMail)
}

func (s *Server) testMail(w http.ResponseWriter, r *http.Request) error {
	f, err := form(r)
	if err != nil {
		return err
	}
	saved, err := s.Store.MailServer(r.Context())
	if err != nil {
		return err
	}
	if !saved.Set() {
		return s.redirect(w, r, views.SettingsMail)
	}
	v := views.MailView{Saved: saved, Form: mailForm(saved), Revised: s.mailRevised(saved).open(), To: strings.TrimSpace(f.Get("to"))}
	err = s.Mail.Try(r.Context(), saved, v.To)
	if refused, ok := errors.AsType[*mail.Error](err); ok {
		v.Problem = refused.Words
		return s.renderMail(w, r, http.StatusUnprocessableEntity, v)
	}
	if e, status, ok := formError(err); ok {
		v.ToError = e.Fields["to"]
		return s.renderMail(w, r, status, v)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "The mail server took the message", Text: "Look into the mailbox of " + v.To + ", its spam folder included."})
	return s.redirect(w, r, views.SettingsMail)
}
