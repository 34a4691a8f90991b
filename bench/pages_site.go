package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"time"

	"usher/auth"
	"usher/auth/oidc"
	"usher/auth/signup"
	"usher/connectors"
	"usher/connectors/all"
	"usher/db"
	"usher/directory"
	"usher/handlers"
	"usher/imports"
	"usher/mail"
	"usher/provisioning"
)

// pagesSite is the console over a database, in this process, with an administrator who is signed in.
type pagesSite struct {
	data    *db.Store
	console *handlers.Server
	opener  *provisioning.Opener
	router  http.Handler
	cookies []*http.Cookie

	values map[string]string // what stands for a parameter of a route
	names  []string          // of the pages that are asked, with their parameters
	log    *strings.Builder  // what the console says about failures
}

func newPagesSite(ctx context.Context, store *db.Store) (*pagesSite, error) {
	base := &url.URL{Scheme: "http", Host: "127.0.0.1:8080"}
	s := &pagesSite{data: store, values: map[string]string{}, log: &strings.Builder{}}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelError}))
	kinds := all.Definitions()
	s.opener = provisioning.NewOpener(kinds)
	engine := provisioning.New(store, s.opener, provisioning.Config{}, log)
	d := &directory.Directory{Store: store, Engine: engine, Kinds: s.opener, Now: time.Now}
	a := auth.New(store, auth.Options{})
	s.console = &handlers.Server{Auth: a, Store: store, BaseURL: base, Log: log, Now: time.Now, Directory: d, Opener: s.opener, Kinds: kinds,
		SignUp: &signup.Service{Store: store, Directory: d, Auth: a, Base: base, Now: time.Now},
		OIDC: &oidc.Service{Store: store, Directory: d, BaseURL: base, Now: time.Now, Client: func(private, plain bool) *http.Client {
			return connectors.NewClient(connectors.ClientOptions{AllowPrivate: private, AllowHTTP: plain}, nil)
		}},
		Mail:    mail.NewWorker(store, mail.Sender{}, time.Now, log),
		Imports: &imports.Importer{Store: store, Directory: d, Log: log, Now: time.Now, Instance: "bench"},
		About:   handlers.About{Version: "bench", Database: store.Engine(), StartedAt: time.Now()}}
	s.router = s.console.Router()
	return s, s.signIn(ctx)
}

func (s *pagesSite) signIn(ctx context.Context) error {
	const name, password = "bench", "correct horse battery staple"
	if _, err := s.console.Auth.CreateAdmin(ctx, directory.Actor{Kind: directory.ByCLI}, name, password); err != nil {
		return err
	}
	w := s.send(ctx, http.MethodPost, "/signin", url.Values{"user_name": {name}, "password": {password}})
	if w.Code != http.StatusSeeOther {
		return fmt.Errorf("the sign-in was answered with %d", w.Code)
	}
	s.cookies = w.Result().Cookies()
	return nil
}

// send sends a request as the administrator's browser does.
func (s *pagesSite) send(ctx context.Context, method, address string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	r.Host = s.console.BaseURL.Host
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range s.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	s.router.ServeHTTP(w, r)
	return w
}

// ask opens a page and says how long it took; an answer that is not a page is an error.
func (s *pagesSite) ask(ctx context.Context, address string) (time.Duration, error) {
	began := time.Now()
	w := s.send(ctx, http.MethodGet, address, nil)
	took := time.Since(began)
	if w.Code >= http.StatusBadRequest {
		fmt.Fprint(os.Stderr, s.log)
		return took, fmt.Errorf("GET %s was answered with %d", address, w.Code)
	}
	return took, ctx.Err()
}
