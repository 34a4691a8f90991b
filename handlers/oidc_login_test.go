package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"usher/demo/idp"
	"usher/directory"
)

// enter signs somebody in from the button to the redirect at the end.
func (o *oidcConsole) enter(t *testing.T, b *browser, who idp.Person) answer {
	t.Helper()
	to, err := url.Parse(o.begin(t, b))
	must(t, err)
	return b.get(o.back(to, "code", o.provider.Grant(who, to.Query())))
}

func (o *oidcConsole) begin(t *testing.T, b *browser) string {
	t.Helper()
	res := b.get("/login/oidc/" + o.id)
	if res.code != http.StatusSeeOther || !strings.HasPrefix(res.header.Get("Location"), o.issuer+"/authorize?") {
		t.Fatalf("answered %d to %q: %s", res.code, res.header.Get("Location"), words(res))
	}
	return res.header.Get("Location")
}

func (o *oidcConsole) back(to *url.URL, pairs ...string) string {
	q := url.Values{"state": {to.Query().Get("state")}, "iss": {o.issuer}}
	for i := 0; i < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	return "/login/oidc/" + o.id + "/callback?" + q.Encode()
}

// outsider is a browser without any session; what it is given by other sites is a navigation.
func (o *oidcConsole) outsider(t *testing.T) *browser {
	t.Helper()
	b := o.memoryConsole.browser(t)
	b.header = http.Header{"Sec-Fetch-Site": {"cross-site"}}
	return b
}

func TestOIDCSignIn(t *testing.T) {
	o := newOIDCConsole(t)
	b := o.outsider(t)
	b.get("/login").ok(t).says(t, "Sign in with Company login")
	res := o.enter(t, b, mary)
	if res.code != http.StatusSeeOther || res.header.Get("Location") != accountURL {
		t.Fatalf("answered %d to %q: %s", res.code, res.header.Get("Location"), words(res))
	}
	b.get(accountURL).ok(t).says(t, "mary@example.com")
	if b.get("/").code != http.StatusSeeOther {
		t.Error("a user's session opens the console")
	}
	u, err := o.store.UserByName(t.Context(), "mary")
	must(t, err)
	page := o.get("/users/" + u.ID).ok(t)
	page.says(t, "s-mary")
	page.says(t, "sign-in (just-in-time)")
	unlinked := o.led(t, o.post("/users/"+u.ID+"/unlink", "connection", o.id, "issuer", o.issuer, "subject", "s-mary"), "/users/"+u.ID)
	unlinked.says(t, "Successfully removed the link.")
	again := o.enter(t, o.outsider(t), mary)
	again.has(t, http.StatusConflict, "Your user name is taken")
}

func TestOIDCStateCookie(t *testing.T) {
	o := newOIDCConsole(t)
	b := o.outsider(t)
	res := b.get("/login/oidc/" + o.id)
	cookie := res.header.Get("Set-Cookie")
	for _, want := range []string{"usher-oidc=", "HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/login/oidc/" + o.id} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the cookie has no %s: %s", want, cookie)
		}
	}
	to, err := url.Parse(res.header.Get("Location"))
	must(t, err)
	path := o.back(to, "code", o.provider.Grant(mary, to.Query()))
	thief := o.outsider(t).get(path)
	thief.has(t, http.StatusBadRequest, "This sign-in has ended", "Try again")
	if got := b.get(path); got.code != http.StatusSeeOther || !strings.Contains(strings.Join(got.header["Set-Cookie"], " "), "usher-oidc=; Path=/login/oidc/"+o.id+"; Max-Age=0") {
		t.Errorf("answered %d, cookies %v", got.code, got.header["Set-Cookie"])
	}
	b.get(path).has(t, http.StatusBadRequest, "This sign-in has ended")
}

func TestOIDCSecureCookie(t *testing.T) {
	o := newOIDCConsole(t)
	o.BaseURL.Scheme = "https"
	cookie := o.outsider(t).get("/login/oidc/" + o.id).header.Get("Set-Cookie")
	if !strings.HasPrefix(cookie, "__Secure-usher-oidc=") || !strings.Contains(cookie, "; Secure") {
		t.Errorf("the cookie is %s", cookie)
	}
}

func TestOIDCProblems(t *testing.T) {
	o := newOIDCConsole(t)
	b := o.outsider(t)
	to, err := url.Parse(o.begin(t, b))
	must(t, err)
	b.get(o.back(to, "error", "access_denied", "error_description", "<b>No</b>")).has(t, http.StatusForbidden, "Company login did not sign you in", "It says: “<b>No</b>”")
	b.get("/login/oidc/nothing").has(t, http.StatusForbidden, "Nobody can sign in this way")
	in := o.stored(t)
	in.Enabled = false
	must(t, o.OIDC.Update(t.Context(), in, clerk))
	b.get("/login").ok(t).silent(t, "Company login")
	b.get("/login/oidc/"+o.id).has(t, http.StatusForbidden, "Nobody can sign in this way")
	if !strings.Contains(o.log.String(), "sign-in through a connection failed") || strings.Contains(o.log.String(), clientSecret) {
		t.Error("the log: " + o.log.String())
	}
}

// Blocking with Reject: the page says what the target said, nobody is signed in, and no user stays behind.
func TestOIDCRejected(t *testing.T) {
	o := newOIDCConsole(t)
	o.work(t)
	fake, _ := o.target(t, "Warehouse", directory.Provisioner{Blocking: true, OnFailure: directory.Reject, JITOutbound: true}, "token", "revoked")
	b := o.outsider(t)
	o.enter(t, b, mary).has(t, http.StatusForbidden, "Your account could not be set up", "Warehouse")
	if b.get(accountURL).code != http.StatusSeeOther {
		t.Error("somebody is signed in")
	}
	if _, err := o.store.UserByName(t.Context(), "mary"); directory.CodeOf(err) != directory.NotFound {
		t.Errorf("the user: %v", err)
	}
	if len(fake.Snapshot()) != 0 {
		t.Error("an account was made")
	}
}

// JIT Outbound decides whether users who came by sign-in go out; switching it on sends those who are here.
func TestJITOutbound(t *testing.T) {
	o := newOIDCConsole(t)
	o.work(t)
	fake, c := o.target(t, "Warehouse", directory.Provisioner{})
	if res := o.enter(t, o.outsider(t), mary); res.code != http.StatusSeeOther {
		t.Fatal(words(res))
	}
	o.user(t, "bystander")
	waitFor(t, func() bool { return len(fake.Snapshot()) == 1 })
	u, err := o.store.UserByName(t.Context(), "mary")
	must(t, err)
	waitFor(t, func() bool {
		a, there, err := o.store.Account(t.Context(), c.ID, u.ID)
		return err == nil && there && a.ObservedGen == a.DesiredGen
	})
	if n := len(fake.Snapshot()); n != 1 {
		t.Fatalf("%d accounts, want the bystander's only", n)
	}
	p, _, err := o.store.ProvisionerOf(t.Context(), c.ID)
	must(t, err)
	p.JITOutbound = true
	must(t, o.Directory.UpdateProvisioner(t.Context(), p, clerk))
	waitFor(t, func() bool { return len(fake.Snapshot()) == 2 })
	p.JITOutbound, p.Revision = false, 0
	must(t, o.Directory.UpdateProvisioner(t.Context(), p, clerk))
	waitFor(t, func() bool {
		for _, a := range fake.Snapshot() {
			if a.UserName == "mary" {
				return !a.Active
			}
		}
		return false
	})
}

// waitFor gives the engine ten seconds.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never comes to that")
		}
	}
}
