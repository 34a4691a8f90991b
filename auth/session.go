package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/gorilla/sessions"
)

// How long a session lasts.
const (
	SessionIdle     = 2 * time.Hour  // since it was last used
	SessionAbsolute = 12 * time.Hour // since the sign-in
)

const (
	plainCookie  = "usher"
	secureCookie = "__Host-usher" // browsers take it only with Secure, Path=/ and no Domain
	keyChars     = 43             // 256 bits in base64url
)

// adminKey marks whose session it is. It is no string, so that it is not among the values stored as JSON.
type adminKey struct{}

// Sessions is a gorilla/sessions Store: the cookie holds a random key, the store a row under the key's SHA-256.
// A session's values have string keys and must be JSON. There is a row only from a sign-in on, so that visitors
// cannot fill the store.
type Sessions struct {
	rows   SessionRows
	name   string
	secure bool
	now    func() time.Time
}

var _ sessions.Store = (*Sessions)(nil)

func newSessions(rows SessionRows, secure bool, now func() time.Time) *Sessions {
	name := plainCookie
	if secure {
		name = secureCookie
	}
	return &Sessions{rows: rows, name: name, secure: secure, now: now}
}

// CookieName is __Host-usher over https, else usher.
func (s *Sessions) CookieName() string { return s.name }

// Current is the request's session: its own when the cookie's key holds, else a new one that is not stored.
func (s *Sessions) Current(r *http.Request) (*sessions.Session, error) { return s.Get(r, s.name) }

// Get is Current for gorilla's interface; the same request gets the same session.
func (s *Sessions) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New loads the session, and touches it when it was last used a minute ago or more.
func (s *Sessions) New(r *http.Request, name string) (*sessions.Session, error) {
	ss := sessions.NewSession(s, name)
	ss.IsNew = true
	ss.Options = &sessions.Options{Path: "/", MaxAge: int(SessionAbsolute / time.Second), HttpOnly: true,
		Secure: s.secure, SameSite: http.SameSiteLaxMode}
	key := presentedKey(r, name)
	if key == "" {
		return ss, nil
	}
	row, ok, err := s.rows.LoadSession(r.Context(), SessionHash(key))
	if err != nil {
		return ss, fmt.Errorf("load a session: %w", err)
	}
	now := s.now()
	if !ok || !now.Before(row.ExpiresAt) || now.Sub(row.SeenAt) >= SessionIdle {
		return ss, nil
	}
	if now.Sub(row.SeenAt) >= touchEvery {
		if err := s.rows.TouchSession(r.Context(), row.Hash, now); err != nil {
			return ss, fmt.Errorf("touch a session: %w", err)
		}
	}
	values := map[string]any{}
	if err := json.Unmarshal([]byte(row.Values), &values); err != nil {
		return ss, fmt.Errorf("read a session's values: %w", err)
	}
	for k, v := range values {
		ss.Values[k] = v
	}
	ss.Values[adminKey{}] = row.AdminID
	ss.ID, ss.IsNew = key, false
	return ss, nil
}

// presentedKey is the cookie's key, "" when there is none or it cannot be one of ours.
func presentedKey(r *http.Request, name string) string {
	for _, c := range r.CookiesNamed(name) {
		if len(c.Value) == keyChars {
			return c.Value
		}
	}
	return ""
}

// Save writes the values; call it before the body. A session that was ended meanwhile stays ended.
func (s *Sessions) Save(r *http.Request, w http.ResponseWriter, ss *sessions.Session) error {
	ctx := r.Context()
	if ss.Options.MaxAge < 0 {
		if ss.ID != "" {
			if err := s.rows.DeleteSession(ctx, SessionHash(ss.ID)); err != nil {
				return fmt.Errorf("delete a session: %w", err)
			}
		}
		s.dropCookie(w, ss)
		return nil
	}
	values, err := encodeValues(ss)
	if err != nil {
		return err
	}
	now := s.now()
	row := SessionRow{AdminID: AdminID(ss), Values: values, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(SessionAbsolute)}
	if ss.ID == "" {
		key := base64.RawURLEncoding.EncodeToString(random(32))
		row.Hash = SessionHash(key)
		if err := s.rows.CreateSession(ctx, row); err != nil {
			return fmt.Errorf("create a session: %w", err)
		}
		ss.ID = key
		http.SetCookie(w, sessions.NewCookie(ss.Name(), key, ss.Options))
		return nil
	}
	row.Hash = SessionHash(ss.ID)
	kept, err := s.rows.UpdateSession(ctx, row)
	if err != nil {
		return fmt.Errorf("update a session: %w", err)
	}
	if !kept {
		s.dropCookie(w, ss)
	}
	return nil
}

func (s *Sessions) dropCookie(w http.ResponseWriter, ss *sessions.Session) {
	o := *ss.Options
	o.MaxAge = -1
	http.SetCookie(w, sessions.NewCookie(ss.Name(), "", &o))
}

// Start makes the request's session the administrator's, under a new key and without any earlier values: a key that
// was known before the sign-in is worth nothing after it.
func (s *Sessions) Start(r *http.Request, w http.ResponseWriter, adminID string) error {
	ss, err := s.Current(r)
	if err != nil {
		return err
	}
	if ss.ID != "" {
		if err := s.rows.DeleteSession(r.Context(), SessionHash(ss.ID)); err != nil {
			return fmt.Errorf("delete the earlier session: %w", err)
		}
	}
	clear(ss.Values)
	ss.ID, ss.IsNew = "", true
	ss.Values[adminKey{}] = adminID
	return s.Save(r, w, ss)
}

// End signs the request's session out.
func (s *Sessions) End(r *http.Request, w http.ResponseWriter) error {
	ss, err := s.Current(r)
	if err != nil {
		return err
	}
	o := *ss.Options
	o.MaxAge = -1
	ss.Options = &o
	return s.Save(r, w, ss)
}

// EndAll signs an administrator out everywhere.
func (s *Sessions) EndAll(ctx context.Context, adminID string) error {
	if err := s.rows.DeleteSessions(ctx, adminID, ""); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", adminID, err)
	}
	return nil
}

// Count is how many sessions of an administrator have not ended.
func (s *Sessions) Count(ctx context.Context, adminID string) (int, error) {
	now := s.now()
	n, err := s.rows.CountSessions(ctx, adminID, now.Add(-SessionIdle), now)
	if err != nil {
		return 0, fmt.Errorf("count the sessions of %s: %w", adminID, err)
	}
	return n, nil
}

// AdminID says whose session it is; "" means nobody's.
func AdminID(ss *sessions.Session) string {
	id, _ := ss.Values[adminKey{}].(string)
	return id
}

// SessionHash is the name under which the session with the key is stored: SHA-256, hex.
func SessionHash(key string) string { return HashToken(key) }

func encodeValues(ss *sessions.Session) (string, error) {
	values := map[string]any{}
	for k, v := range ss.Values {
		switch k := k.(type) {
		case adminKey:
		case string:
			values[k] = v
		default:
			return "", fmt.Errorf("encode a session's values: the key %v is no string", k)
		}
	}
	b, err := json.Marshal(values)
	if err != nil {
		return "", fmt.Errorf("encode a session's values: %w", err)
	}
	return string(b), nil
}
