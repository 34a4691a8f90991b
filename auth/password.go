package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	zxcvbn "github.com/ccojocar/zxcvbn-go"
	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"usher/directory"
)

// Bounds of a password, in characters.
const (
	MinPassword = 12
	MaxPassword = 256
)

const (
	maxPasswordBytes = 4 * MaxPassword
	scoredRunes      = 72 // the estimate's time grows faster than its input
	minScore         = 2  // of 4
	saltBytes        = 16
	keyBytes         = 32
	parallelHashes   = 3 // each takes 19 MiB, and a burst of sign-ins must not take the machine
)

// Cost is what one argon2id hash takes (RFC 9106 §3.1).
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// DefaultCost is 19 MiB, two passes, one lane.
func DefaultCost() Cost { return Cost{MemoryKiB: 19 * 1024, Passes: 2, Lanes: 1} }

// Passwords hashes and verifies passwords, a few at a time.
type Passwords struct {
	cost  Cost
	slots chan struct{}
	dummy string
	watch func(c Cost, bytes int) // told of every hash before it is worked out; nil: nobody is
}

// NewPasswords makes new hashes with the given cost.
func NewPasswords(c Cost) *Passwords {
	dummy := encodeHash(c, random(saltBytes), random(keyBytes))
	return &Passwords{cost: c, slots: make(chan struct{}, parallelHashes), dummy: dummy}
}

// Hash gives the PHC form, $argon2id$v=19$m=…,t=…,p=…$salt$key. It waits for a free slot as long as ctx allows.
// Invalid names the field password when it is longer than any password may be.
func (p *Passwords) Hash(ctx context.Context, password string) (string, error) {
	if len(password) > maxPasswordBytes {
		f := directory.FieldErrors{}
		f.Add("password", fmt.Sprintf("Use at most %d characters.", MaxPassword))
		return "", f.Err()
	}
	salt := random(saltBytes)
	key, err := p.derive(ctx, p.cost, password, salt, keyBytes)
	if err != nil {
		return "", fmt.Errorf("hash a password: %w", err)
	}
	return encodeHash(p.cost, salt, key), nil
}

// Verify compares a password with a hash in PHC form. weak means that the hash is right, but cheaper to guess than
// one made today. With a hash of "" it works as long as with a real one and says no.
func (p *Passwords) Verify(ctx context.Context, hash, password string) (ok, weak bool, err error) {
	known := hash != ""
	if !known {
		hash = p.dummy
	}
	c, salt, want, err := decodeHash(hash)
	if err != nil {
		return false, false, fmt.Errorf("verify a password: %w", err)
	}
	if len(password) > maxPasswordBytes {
		known, password = false, ""
	}
	got, err := p.derive(ctx, c, password, salt, uint32(len(want))) //nolint:gosec // decodeHash bounds it
	if err != nil {
		return false, false, fmt.Errorf("verify a password: %w", err)
	}
	ok = subtle.ConstantTimeCompare(got, want) == 1 && known
	weak = ok && (c.MemoryKiB < p.cost.MemoryKiB || c.Passes < p.cost.Passes || len(want) < keyBytes || len(salt) < saltBytes)
	return ok, weak, nil
}

// derive normalises first: the same characters typed on another keyboard can be other code points
// (NIST SP 800-63B §5.1.1.2).
func (p *Passwords) derive(ctx context.Context, c Cost, password string, salt []byte, n uint32) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-p.slots }()
	if p.watch != nil {
		p.watch(c, len(password))
	}
	return argon2.IDKey(norm.NFKC.Bytes([]byte(password)), salt, c.Passes, c.MemoryKiB, c.Lanes, n), nil
}

// CheckPassword says in a sentence what is wrong with a new password, or "". The words known about its owner, such
// as the user name, count as easy to guess.
func CheckPassword(password string, known ...string) string {
	n := utf8.RuneCountInString(password)
	switch {
	case n == 0:
		return "Enter a password."
	case !utf8.ValidString(password):
		return "The password has characters that cannot be read. Type it again."
	case n < MinPassword:
		return fmt.Sprintf("Use at least %d characters; this has %d.", MinPassword, n)
	case n > MaxPassword || len(password) > maxPasswordBytes:
		return fmt.Sprintf("Use at most %d characters.", MaxPassword)
	}
	if r := []rune(password); len(r) > scoredRunes {
		password = string(r[:scoredRunes])
	}
	words := []string{"usher"}
	for _, k := range known {
		words = append(words, strings.FieldsFunc(strings.ToLower(k), func(r rune) bool { return r == '@' || r == '.' || r == ' ' })...)
		words = append(words, strings.ToLower(k))
	}
	if zxcvbn.PasswordStrength(password, words).Score < minScore {
		return "This password is easy to guess. Use several unrelated words, and leave out names and repetitions."
	}
	return ""
}

func encodeHash(c Cost, salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, c.MemoryKiB, c.Passes, c.Lanes,
		b64.EncodeToString(salt), b64.EncodeToString(key))
}

var errHashForm = errors.New("the stored hash is not argon2id in PHC form")

// decodeHash bounds the cost, so that a row from elsewhere cannot ask for the whole machine.
func decodeHash(phc string) (c Cost, salt, key []byte, err error) {
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return c, nil, nil, errHashForm
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &c.MemoryKiB, &c.Passes, &c.Lanes); err != nil {
		return c, nil, nil, errHashForm
	}
	salt, saltErr := base64.RawStdEncoding.DecodeString(parts[4])
	key, keyErr := base64.RawStdEncoding.DecodeString(parts[5])
	if saltErr != nil || keyErr != nil || len(salt) < 8 || len(key) < 16 || len(key) > 64 {
		return c, nil, nil, errHashForm
	}
	if c.MemoryKiB > 256*1024 || c.Passes == 0 || c.Passes > 16 || c.Lanes == 0 || c.Lanes > 16 {
		return c, nil, nil, errHashForm
	}
	return c, salt, key, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: crypto/rand stops the program instead
	return b
}
