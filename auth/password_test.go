package auth_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"usher/auth"
	"usher/auth/authtest"
	"usher/directory"
)

func TestHash(t *testing.T) {
	p := auth.NewPasswords(auth.DefaultCost())
	h, err := p.Hash(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(h, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("form %s", h)
	}
	again, _ := p.Hash(t.Context(), good)
	if h == again {
		t.Error("two hashes of one password are equal: no salt")
	}
	if ok, weak, err := p.Verify(t.Context(), h, good); !ok || weak || err != nil {
		t.Errorf("verify: %v %v %v", ok, weak, err)
	}
	if ok, _, _ := p.Verify(t.Context(), h, good+"x"); ok {
		t.Error("a wrong password passed")
	}
	if ok, _, err := p.Verify(t.Context(), "", good); ok || err != nil {
		t.Errorf("no hash: %v %v", ok, err)
	}
	if ok, weak, err := p.Verify(t.Context(), strings.Replace(h, "m=19456", "m=8", 1), good); ok || weak || err != nil {
		t.Errorf("other cost: %v %v %v", ok, weak, err)
	}
}

// The test vector is RFC 9106's algorithm as the reference command computes it:
// echo -n password | argon2 somesalt -id -t 2 -k 65536 -p 1
func TestVerifyKnownHash(t *testing.T) {
	const h = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	ok, weak, err := auth.NewPasswords(auth.DefaultCost()).Verify(t.Context(), h, "password")
	if !ok || err != nil {
		t.Fatalf("%v %v", ok, err)
	}
	if !weak {
		t.Error("a salt of 8 bytes is weaker than ours")
	}
}

func TestVerifyRefusesStrangeHashes(t *testing.T) {
	p := auth.NewPasswords(cheap)
	const tail = "$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, h := range []string{"x", "$2y$10$abc", "$argon2i$v=19$m=8,t=1,p=1" + tail, "$argon2id$v=16$m=8,t=1,p=1" + tail,
		"$argon2id$v=19$m=4194304,t=1,p=1" + tail, "$argon2id$v=19$m=8,t=0,p=1" + tail, "$argon2id$v=19$m=8,t=9999,p=1" + tail,
		"$argon2id$v=19$m=8,t=1,p=0" + tail, "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$"} {
		if ok, _, err := p.Verify(t.Context(), h, ""); ok || err == nil {
			t.Errorf("%s: %v %v", h, ok, err)
		}
	}
}

func TestSameCharactersFromAnotherKeyboard(t *testing.T) {
	p := auth.NewPasswords(cheap)
	h, _ := p.Hash(t.Context(), "caf\u00e9 au lait")
	if ok, _, _ := p.Verify(t.Context(), h, "cafe\u0301 au lait"); !ok {
		t.Error("a decomposed é is another password")
	}
}

// With every slot taken a hash waits, and gives up with its context.
func TestHashesAreBounded(t *testing.T) {
	p := auth.NewPasswords(cheap)
	giveBack := p.TakeSlot()
	p.TakeSlot()
	p.TakeSlot()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if _, err := p.Hash(ctx, good); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a fourth hash ran beside three: %v", err)
	}
	giveBack()
	if _, err := p.Hash(t.Context(), good); err != nil {
		t.Errorf("a slot came free: %v", err)
	}
}

func TestCheckPassword(t *testing.T) {
	for _, c := range []struct{ password, says string }{
		{good, ""},
		{strings.Repeat("żółw idzie wolno ", 15), ""},
		{"", "Enter a password."},
		{"shortone", "at least 12 characters; this has 8"},
		{strings.Repeat("kq8;", 65), "at most 256"},
		{"passwordpassword", "easy to guess"},
		{"aaaaaaaaaaaaaaaa", "easy to guess"},
		{"ada.lovelace@example.com", "easy to guess"},
		{"zaphodbeeblebrox", "easy to guess"},
		{"\xff\xfe invalid utf-8 words", "cannot be read"},
	} {
		got := auth.CheckPassword(c.password, "ada.lovelace@example.com", "zaphodbeeblebrox")
		if (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
			t.Errorf("%q: %q, want %q", c.password, got, c.says)
		}
	}
	if auth.CheckPassword("zaphodbeeblebrox", "ada") != "" {
		t.Error("the user's own words make no difference")
	}
	// Only the beginning is scored, because the estimate's time grows faster than its input.
	if auth.CheckPassword(strings.Repeat("a", 72)+"k7;Qz_ correct horse battery staple") == "" {
		t.Error("what comes after 72 characters is scored")
	}
}

// Hashing takes time and memory by the length, so what no password can be is not hashed, and is never right.
func TestHugePasswordIsNotHashed(t *testing.T) {
	huge, most := strings.Repeat("x", 100_000), 0
	p := auth.New(authtest.NewMemory(), auth.Options{Cost: cheap, Watch: func(_ auth.Cost, bytes int) { most = max(most, bytes) }}).Passwords
	for _, short := range []string{"", "x"} {
		h, _ := p.Hash(t.Context(), short)
		if ok, _, err := p.Verify(t.Context(), h, huge); ok || err != nil {
			t.Errorf("it passed for %q: %v", short, err)
		}
	}
	if _, err := p.Hash(t.Context(), huge); directory.CodeOf(err) != directory.Invalid {
		t.Errorf("a new one is taken: %v", err)
	}
	if most > 4*auth.MaxPassword {
		t.Errorf("%d bytes were hashed", most)
	}
}
