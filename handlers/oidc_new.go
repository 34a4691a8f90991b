package handlers

import (
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"usher/auth/oidc"
	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showOIDCNew(w http.ResponseWriter, r *http.Request) error {
	in := oidc.SignIn{Scopes: oidc.DefaultScopes, Settings: oidc.NewSettings()}
	// The ID is made here, because the redirect URL has it in it and the provider wants that before it gives a client ID.
	return s.renderOIDCNew(w, r, http.StatusOK, directory.Connection{ID: directory.NewID()}, views.OIDCForm{SignIn: in})
}

func (s *Server) renderOIDCNew(w http.ResponseWriter, r *http.Request, status int, n directory.Connection, f views.OIDCForm) error {
	sh := s.shell(r, views.NavConnections, "Standard-Based IdP (OpenID Connect)", connectionsCrumb(), newConnectionCrumb())
	sh.Narrow = true
	f.RedirectURL = s.OIDC.RedirectURL(n.ID)
	f.SignIn.ClientSecret = ""
	return s.render(w, r, status, views.OIDCNew(views.OIDCNewView{Shell: sh, Connection: n, Form: f}))
}

func (s *Server) createOIDC(w http.ResponseWriter, r *http.Request) error {
	f, lost, err := s.secretForm(r, oidcScope(""))
	if err != nil {
		return err
	}
	n := directory.Connection{ID: f.Get("id"), Name: f.Get("name"), Description: f.Get("description"), Type: oidc.ConnectionType}
	if _, err := uuid.Parse(n.ID); err != nil {
		n.ID = directory.NewID() // the form was damaged; the page shows another redirect URL
	}
	in := readOIDC(oidc.SignIn{Settings: oidc.NewSettings()}, f)
	in.lost, in.kept = lost, s.keepSecret(r, oidcScope(""), "client_secret", f.Get("client_secret"))
	wrong := in.errors(n)
	if len(wrong) == 0 {
		_, err = s.OIDC.Create(r.Context(), n, in.signIn, actor(r))
		if e, _, ok := formError(err); ok {
			wrong, err = e.Fields, nil
		}
		if err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return s.renderOIDCNew(w, r, http.StatusUnprocessableEntity, n, in.form(wrong))
	}
	flash(r, ui.Flash{Title: "Successfully created the connection.", Text: "Test it, then look at Just-in-Time Provisioning: it decides who gets an account."})
	return s.redirect(w, r, views.OIDCSettingsURL(n.ID))
}

// oidcScope is the form that a kept secret belongs to: that of a connection, or of a new one.
func oidcScope(connectionID string) string { return "sign-in " + connectionID }

// oidcInput is a connection to a provider as a form wants it.
type oidcInput struct {
	signIn oidc.SignIn
	public bool
	typed  bool                  // a secret was typed
	saved  bool                  // one was stored before
	kept   string                // what was typed, sealed
	lost   directory.FieldErrors // what was kept and does not open any more
	moved  bool                  // the provider has another host than before
}

// readOIDC writes what was typed over old. A secret that is not typed stays; without client authentication it goes.
func readOIDC(old oidc.SignIn, f url.Values) oidcInput {
	in := oidcInput{signIn: old, public: f.Get("client_auth") == views.ClientPublic, typed: f.Get("client_secret") != "", saved: old.ClientSecret != ""}
	v := &in.signIn
	v.Issuer, v.ClientID, v.Scopes = f.Get("issuer"), f.Get("client_id"), f.Get("scopes")
	v.Settings.AllowPrivate = f.Get("allow_private") == "true"
	switch {
	case in.public:
		v.ClientSecret = ""
	case in.typed:
		v.ClientSecret = directory.Secret(f.Get("client_secret"))
	}
	in.moved = in.saved && old.Host() != v.Host()
	return in
}

// errors are what is wrong with all fields together, so that nobody corrects one only to hear of the next.
func (in *oidcInput) errors(n directory.Connection) directory.FieldErrors {
	wrong := in.signIn.Check()
	for field, words := range n.Check() {
		wrong.Add(field, words)
	}
	switch {
	case in.public:
	case in.lost["client_secret"] != "":
		wrong.Add("client_secret", in.lost["client_secret"])
	case in.signIn.ClientSecret == "":
		wrong.Add("client_secret", "Enter the client secret, or choose None above if the provider gave you none.")
	case in.moved && !in.typed:
		wrong.Add("client_secret", "The issuer has another host now. Enter the secret for it: the stored one is not sent to another host.")
	}
	return wrong
}

// form shows again what was typed, without the secret.
func (in oidcInput) form(wrong map[string]string) views.OIDCForm {
	f := views.OIDCForm{SignIn: in.signIn, Public: in.public, SavedSecret: in.saved && !in.public, Errors: wrong}
	if in.typed && wrong["client_secret"] == "" {
		f.Kept = in.kept
	}
	f.SignIn.ClientSecret = ""
	return f
}
