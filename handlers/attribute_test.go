package handlers

import (
	"testing"
)

// TestNicknameIsWrittenByHand in the form for a new user and in that of one who is there, and the page shows it. A form
// that was opened before there was a field for it leaves it alone.
func TestNicknameIsWrittenByHand(t *testing.T) {
	o := newConsole(t)
	o.get("/users/new").ok(t).says(t, "Nickname")
	a := o.post("/users/new", typed("nickname", " Amazing Grace ")...)
	at := a.header.Get("Location")
	o.led(t, a, at).says(t, "NicknameAmazing Grace")
	edit := o.get(at + "/edit").ok(t)
	if got := edit.field("nickname"); got != "Amazing Grace" {
		t.Errorf("the form has %q", got)
	}
	o.led(t, o.post(at+"/edit", typed("title", "Captain", "revision", edit.field("revision"))...), at).says(t, "NicknameAmazing Grace")
	revision := o.get(at + "/edit").field("revision")
	o.post(at+"/edit", typed("nickname", "a\x1bb", "revision", revision)...).has(t, 422, "This cannot contain control characters.")
	o.led(t, o.post(at+"/edit", typed("nickname", "", "revision", revision)...), at).says(t, "Nickname–")
}

func TestOwnNickname(t *testing.T) {
	f := newSignUpConsole(t, nil)
	f.member(t, "grace")
	b := f.in(t, "grace")
	page := b.get("/account").ok(t)
	if got := page.doc.Find("input[name=nickname]").AttrOr("autocomplete", ""); got != "nickname" {
		t.Errorf("browsers fill in %q", got)
	}
	b.post("/account/profile", "revision", page.field("revision"), "nickname", "Amazing").goes(t, "/account")
	if got := b.get("/account").ok(t).field("nickname"); got != "Amazing" {
		t.Errorf("the nickname is %q", got)
	}
}
