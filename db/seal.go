package db

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"usher/directory"
)

// Ring is the data keys: the first seals, all of them open.
type Ring struct{ keys []sealer }

type sealer struct {
	id   string
	aead cipher.AEAD
	mark []byte // key of marks
}

// KeySize is the length of a data key in bytes (AES-256).
const KeySize = 32

// NewRing makes a ring of keys of KeySize bytes; older keys come after the one that seals.
func NewRing(keys ...[]byte) (Ring, error) {
	var r Ring
	for _, k := range keys {
		if len(k) != KeySize {
			return Ring{}, fmt.Errorf("a data key has %d bytes, this one has %d", KeySize, len(k))
		}
		block, err := aes.NewCipher(k)
		if err != nil {
			return Ring{}, fmt.Errorf("data key: %w", err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return Ring{}, fmt.Errorf("data key: %w", err)
		}
		sum := sha256.Sum256(append([]byte("usher data key id\x00"), k...))
		mark := sha256.Sum256(append([]byte("usher data key for marks\x00"), k...))
		r.keys = append(r.keys, sealer{hex.EncodeToString(sum[:4]), aead, mark[:]})
	}
	if len(r.keys) == 0 {
		return Ring{}, errors.New("no data key was given")
	}
	return r, nil
}

// place is where a sealed value lives; it opens nowhere else.
type place struct{ table, row, column string }

func (p place) bytes() []byte { return []byte(p.table + "\x00" + p.row + "\x00" + p.column) }

const sealVersion = "v1" // stored: never rename

// seal gives "v1:key id:base64".
func (r Ring) seal(p place, plain []byte) string {
	k := r.keys[0]
	return sealVersion + ":" + k.id + ":" + base64.RawStdEncoding.EncodeToString(k.aead.Seal(nil, nil, plain, p.bytes())) //nolint:gosec // NewGCMWithRandomNonce makes the nonce itself
}

// mark tells a value at a place from another one there. Without the data key it says nothing about either.
func (r Ring) mark(p place, plain []byte) string {
	h := hmac.New(sha256.New, r.keys[0].mark)
	h.Write(p.bytes())
	h.Write([]byte{0})
	h.Write(plain)
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// MarkSecret tells a secret at a place from another one there, and says nothing about either; "" for none.
func (s *Store) MarkSecret(place string, secret directory.Secret) string {
	if secret == "" {
		return ""
	}
	return s.ring.mark(formPlace(place), []byte(secret.Reveal()))
}

// SealForm makes what a browser carries from one page to the next unreadable, and worth nothing at another place.
func (s *Store) SealForm(place string, plain []byte) string {
	return s.ring.seal(formPlace(place), plain)
}

// OpenForm opens what SealForm sealed for the same place.
func (s *Store) OpenForm(place, sealed string) ([]byte, error) {
	return s.ring.open(formPlace(place), sealed)
}

func formPlace(where string) place { return place{"forms", where, "value"} }

var errNoKey = errors.New("the key that sealed this value is not among the data keys")

func (r Ring) open(p place, sealed string) ([]byte, error) {
	parts := strings.Split(sealed, ":")
	if len(parts) != 3 || parts[0] != sealVersion {
		return nil, fmt.Errorf("%s.%s of %s is not a sealed value", p.table, p.column, p.row)
	}
	box, err := base64.RawStdEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, fmt.Errorf("%s.%s of %s is damaged: %w", p.table, p.column, p.row, err)
	}
	for _, k := range r.keys {
		if k.id != parts[1] {
			continue
		}
		plain, err := k.aead.Open(nil, nil, box, p.bytes())
		if err != nil {
			return nil, fmt.Errorf("%s.%s of %s does not open: it was changed or moved outside Usher", p.table, p.column, p.row)
		}
		return plain, nil
	}
	return nil, fmt.Errorf("%s.%s of %s: %w", p.table, p.column, p.row, errNoKey)
}

const canary = "usher"

func canaryPlace() place { return place{"settings", settingCanary, "value"} }

// checkKey seals a known word at the first start, and opens it at every other.
func (s *Store) checkKey(ctx context.Context) error {
	_, err := s.w.ExecContext(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`,
		settingCanary, s.ring.seal(canaryPlace(), []byte(canary)))
	if err != nil {
		return fmt.Errorf("check data key: %w", err)
	}
	sealed, err := s.setting(ctx, s.w, settingCanary)
	if err != nil {
		return fmt.Errorf("check data key: %w", err)
	}
	if plain, err := s.ring.open(canaryPlace(), sealed); err != nil || string(plain) != canary {
		return errors.New("the data key does not fit this database: its secrets were sealed with another key. " +
			"Start with the key file or USHER_KEY that it was created with; nothing was changed")
	}
	return nil
}

// Stored: never rename.
const (
	settingCanary     = "seal.canary"
	settingSetupToken = "setup.token_hash"
)

// setting is "" when it was never set.
func (s *Store) setting(ctx context.Context, q runner, name string) (string, error) {
	var v string
	err := q.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, err
}
