package googlefake

import (
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"strconv"
	"strings"
	"time"
)

func fold(s string) string { return strings.ToLower(s) }

// user is one user. It is never changed, but exchanged for a changed copy.
type user struct {
	id        string
	doc       map[string]any // what may be written, as JSON
	aliases   []string
	admin     bool
	delegated bool
	abuse     bool // suspended by Google, for abuse
	chosen    bool // the password is one that somebody chose
	password  [sha256.Size]byte
	version   int
	created   time.Time
	deletedAt time.Time // zero while it lives
}

func (u *user) text(key string) string { s, _ := u.doc[key].(string); return s }

func (u *user) email() string { return u.text("primaryEmail") }

func (u *user) suspended() bool { return u.doc["suspended"] == true }

func (u *user) archived() bool { return u.doc["archived"] == true }

func (u *user) copy() *user {
	c := *u
	c.doc = maps.Clone(u.doc)
	return &c
}

// setPassword keeps what tells one password from another. Random ones are known by their looks: forty characters that
// only base64url has.
func (u *user) setPassword(v any) {
	text, _ := v.(string)
	u.password = sha256.Sum256([]byte(text))
	_, err := base64.RawURLEncoding.DecodeString(text)
	u.chosen = err != nil || len(text) != 40
}

func items(v any) (all []map[string]any) {
	list, _ := v.([]any)
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

// render is the user as Google sends it. bare leaves out what is not there yet in the first moments.
func (s *Server) render(u *user, bare bool) map[string]any {
	d := maps.Clone(u.doc)
	delete(d, "password")
	delete(d, "hashFunction")
	d["kind"], d["id"], d["etag"] = "admin#directory#user", u.id, `"`+u.id+"."+strconv.Itoa(u.version)+`"`
	d["isAdmin"], d["isDelegatedAdmin"] = u.admin, u.delegated
	d["customerId"], d["creationTime"] = "C01fake00", u.created.UTC().Format("2006-01-02T15:04:05.000Z")
	d["isMailboxSetup"] = true
	for _, key := range []string{"suspended", "archived", "changePasswordAtNextLogin"} {
		if d[key] == nil {
			d[key] = false
		}
	}
	if u.suspended() {
		d["suspensionReason"] = "ADMIN"
		if u.abuse {
			d["suspensionReason"] = "ABUSE"
		}
	}
	if n, ok := d["name"].(map[string]any); ok {
		n = maps.Clone(n)
		given, _ := n["givenName"].(string)
		family, _ := n["familyName"].(string)
		n["fullName"] = strings.TrimSpace(given + " " + family)
		d["name"] = n
	}
	addresses := []any{map[string]any{"address": u.email(), "primary": true}}
	for _, m := range items(u.doc["emails"]) {
		if a, _ := m["address"].(string); fold(a) != fold(u.email()) {
			addresses = append(addresses, m)
		}
	}
	for _, a := range u.aliases {
		addresses = append(addresses, map[string]any{"address": a})
	}
	d["emails"] = addresses
	if len(u.aliases) > 0 {
		d["aliases"] = u.aliases
	}
	if !u.deletedAt.IsZero() {
		d["deletionTime"] = u.deletedAt.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	if bare {
		delete(d, "name")
		delete(d, "externalIds")
	}
	return d
}

// newID gives the 21 digits that Google's IDs have. The caller holds the lock.
func (s *Server) newID() string {
	s.next++
	x := s.next * 0x9e3779b97f4a7c15
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9
	x ^= x >> 27
	digits := strconv.FormatUint(x, 10)
	return "1" + strings.Repeat("0", 20-len(digits)) + digits
}

// add needs the lock, or a server that is not in use yet.
func (s *Server) add(u *user, created time.Time) {
	u.id, u.version, u.created = s.newID(), 1, created
	s.users[u.id] = u
	s.order = append(s.order, u)
	s.claim(u)
}

func (s *Server) claim(u *user) {
	s.addresses[fold(u.email())] = u.id
	for _, a := range u.aliases {
		s.addresses[fold(a)] = u.id
	}
}

func (s *Server) unclaim(u *user) {
	for _, a := range append([]string{u.email()}, u.aliases...) {
		if s.addresses[fold(a)] == u.id {
			delete(s.addresses, fold(a))
		}
	}
}

// exchange puts a changed copy in the place of a user. It needs the lock.
func (s *Server) exchange(old, changed *user) {
	changed.version = old.version + 1
	if old.deletedAt.IsZero() {
		s.unclaim(old)
	}
	if changed.deletedAt.IsZero() {
		s.claim(changed)
	}
	s.users[old.id] = changed
	for i, u := range s.order {
		if u.id == old.id {
			s.order[i] = changed
		}
	}
}

// lookup finds a live user by ID, address or alias. It needs the lock.
func (s *Server) lookup(key string) *user {
	u := s.users[key]
	if u == nil {
		u = s.users[s.addresses[fold(key)]]
	}
	if u == nil || !u.deletedAt.IsZero() {
		return nil
	}
	return u
}

const undeletable = 20 * 24 * time.Hour

func (s *Server) restorable(u *user) bool {
	return !u.deletedAt.IsZero() && s.options.Now().Sub(u.deletedAt) <= undeletable
}

func (s *Server) wasDeleted(address string) bool {
	for _, u := range s.order {
		if s.restorable(u) && fold(u.email()) == fold(address) {
			return true
		}
	}
	return false
}

// inUse reports whether an address is taken by somebody but one user. It needs the lock.
func (s *Server) inUse(address string, but *user, q *Quirks) bool {
	id, ok := s.addresses[fold(address)]
	if ok && (but == nil || id != but.id || fold(but.email()) != fold(address)) {
		return true // the user's own alias counts, too
	}
	if _, ok := s.groupAddresses[fold(address)]; ok {
		return true
	}
	return q.KeepAddress && s.wasDeleted(address)
}

// live counts the users that need a licence. It needs the lock.
func (s *Server) live() (n int) {
	for _, u := range s.users {
		if u.deletedAt.IsZero() {
			n++
		}
	}
	return n
}

func (s *Server) young(u *user, window time.Duration) bool {
	return window > 0 && s.options.Now().Sub(u.created) < window
}
