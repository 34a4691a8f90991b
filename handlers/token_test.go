package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/directory"
)

func TestTokensPage(t *testing.T) {
	h := newMemoryConsole(t, "http://usher.example")
	h.admin(t)
	b := h.signedIn(t)
	b.get("/settings/tokens").says(t, "No API tokens")
	res := b.post("/settings/tokens", "name", "HR & <pay>", "expires", "30")
	if res.code != http.StatusUnprocessableEntity || res.field("name") != "HR & <pay>" || res.doc.Find(`[name=expires] [selected]`).AttrOr("value", "") != "30" {
		t.Errorf("%d keeps %q", res.code, res.field("name"))
	}
	res.says(t, "Choose what the token may be used for.")
	if _, on := res.doc.Find("#scope-scim").Attr("checked"); on {
		t.Error("a scope that was not chosen is chosen now")
	}
	for _, days := range []string{"", "1", "-90", "36500", "x"} {
		if res := b.post("/settings/tokens", "name", "HR", "scopes", "scim", "expires", days); res.code != http.StatusUnprocessableEntity {
			t.Errorf("expires %q: %d", days, res.code)
		}
	}
	res = b.post("/settings/tokens", "name", "HR & <pay>", "scopes", "scim", "expires", "90")
	secret := res.doc.Find("#new-token").AttrOr("value", "")
	if res.code != http.StatusOK || secret == "" {
		t.Fatalf("%d %s", res.code, res.text)
	}
	if _, ok, _ := h.Auth.CheckToken(t.Context(), secret, auth.ScopeSCIM); !ok {
		t.Error("the token that was shown does not work")
	}
	res = b.get("/settings/tokens")
	res.says(t, "HR & <pay>")
	if strings.Contains(res.text, secret) || strings.Contains(h.log.String(), secret) {
		t.Error("the token is shown again or logged")
	}
	if strings.Contains(res.text, "skips unknown members") {
		t.Error("a token skips unknown members without being asked to")
	}
	b.post("/settings/tokens", "name", "Tolerant", "scopes", "scim", "expires", "90", "skip_unknown_members", "true")
	b.get("/settings/tokens").says(t, "skips unknown members")
	if res := b.post("/settings/tokens", "name", "", "skip_unknown_members", "true"); res.doc.Find("#skip-unknown-members[checked]").Length() != 1 {
		t.Error("the form forgets what was chosen")
	}
	list, _ := h.store.ListTokens(t.Context(), auth.TokenFilter{Limit: 5})
	if len(list) == 2 && list[0].SkipUnknownMembers {
		must(t, h.store.DeleteToken(t.Context(), "", list[0].ID, directory.Change{}))
		list = list[1:]
	}
	if d := time.Until(list[0].ExpiresAt); len(list) != 1 || d < 89*24*time.Hour || d > 90*24*time.Hour {
		t.Errorf("%d tokens, the first expires in %v", len(list), d)
	}
	if res := b.post("/settings/tokens/" + list[0].ID + "/revoke"); res.code != http.StatusSeeOther {
		t.Errorf("%d", res.code)
	}
	b.get("/settings/tokens").says(t, "The token was revoked")
	if _, ok, _ := h.Auth.CheckToken(t.Context(), secret, auth.ScopeSCIM); ok {
		t.Error("a revoked token works")
	}
	if res := b.post("/settings/tokens/nothing/revoke"); res.code != http.StatusNotFound {
		t.Errorf("a token that is not there: %d", res.code)
	}
}
