package auth

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gorilla/sessions"
)

// How long a session lasts.
const (
	SessionIdle     = 2 * time.Hour  // since it was last used
	SessionAbsolute = 12 * time.Hour // since the sign-in
)

const (
	adminCookie = "usher"
	userCookie  = "usher_account"
	keyChars    = 43 // 256 bits in base64url
)

// ownerKey marks whose session it is. It is no string, so that it is not among the values stored as JSON.
type ownerKey struct{}

// Sessions is a gorilla/sessions Store for one kind of people: administrators or users. The cookie holds a random key, the store a row under the key's SHA-256.
// A session's values have string keys and must be JSON. There is a row only from a sign-in on, so that visitors
// cannot fill the store.
type Sessions struct {
	rows   SessionRows
	name   string
	owner  func(id string) Owner
	secure bool
	now    func() time.Time
}

var _ sessions.Store = (*Sessions)(nil)

func ofAdmin(id string) Owner { return Owner{AdminID: id} }
func ofUser(id string) Owner  { return Owner{UserID: id} }

func newSessions(rows SessionRows, name string, owner func(string) Owner, secure bool, now func() time.Time) *Sessions {
	return &Sessions{rows: rows, name: name, owner: owner, secure: secure, now: now}
}

// id is the one of an owner that s keeps sessions of; "" for others and for nobody.
func (s *Sessions) id(o Owner) string {
	id := o.AdminID + o.UserID
	if s.owner(id) != o {
		return ""
	}
	return id
}

// CookieName is usher or usher_account, over https with the prefix __Host-, with the mark of this Usher.
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
	if !ok || s.id(row.Owner) == "" || !now.Before(row.ExpiresAt) || now.Sub(row.SeenAt) >= SessionIdle {
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
	ss.Values[ownerKey{}] = row.Owner
	ss.ID, ss.IsNew = key, false
	return ss, nil
}

// OwnerOf says whose session the request's cookie is or was, ended or not; "" when nothing is left of it.
func (s *Sessions) OwnerOf(r *http.Request) (string, error) {
	key := presentedKey(r, s.name)
	if key == "" {
		return "", nil
	}
	row, ok, err := s.rows.LoadSession(r.Context(), SessionHash(key))
	if err != nil || !ok {
		return "", err
	}
	return s.id(row.Owner), nil
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
	row := SessionRow{Owner: ownerOf(ss), Values: values, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(SessionAbsolute)}
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

// Start makes the request's session that of the administrator or user with the ID, under a new key and without any
// earlier values: a key that was known before the sign-in is worth nothing after it.
func (s *Sessions) Start(r *http.Request, w http.ResponseWriter, id string) error {
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
	ss.Values[ownerKey{}], ss.Values[agentValue] = s.owner(id), cutAgent(r.UserAgent())
	return s.Save(r, w, ss)
}

// agentValue is the session value of the browser that signed in. Stored: never rename.
const agentValue = "agent"

const maxAgent = 300 // bytes

func cutAgent(agent string) string {
	return strings.ToValidUTF8(agent[:min(len(agent), maxAgent)], "")
}

// Agent is the User-Agent of the browser that signed in.
func (s SessionRow) Agent() string {
	var v struct {
		Agent string `json:"agent"`
	}
	if json.Unmarshal([]byte(s.Values), &v) != nil {
		return "" // written by another version
	}
	return v.Agent
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

// EndAll signs somebody out everywhere.
func (s *Sessions) EndAll(ctx context.Context, id string) error { return s.EndOthers(ctx, id, "") }

// EndOthers signs somebody out everywhere but in the session with the hash keep.
func (s *Sessions) EndOthers(ctx context.Context, id, keep string) error {
	if err := s.rows.DeleteSessions(ctx, s.owner(id), keep); err != nil {
		return fmt.Errorf("end the sessions of %s: %w", id, err)
	}
	return nil
}

// Count is how many sessions somebody has that have not ended.
func (s *Sessions) Count(ctx context.Context, id string) (int, error) {
	now := s.now()
	n, err := s.rows.CountSessions(ctx, s.owner(id), now.Add(-SessionIdle), now)
	if err != nil {
		return 0, fmt.Errorf("count the sessions of %s: %w", id, err)
	}
	return n, nil
}

// maxListed bounds what a page shows of somebody's sessions.
const maxListed = 50

// List is somebody's sessions that have not ended, the last used first, at most 50.
func (s *Sessions) List(ctx context.Context, id string) ([]SessionRow, error) {
	now := s.now()
	rows, err := s.rows.ListSessions(ctx, s.owner(id), now.Add(-SessionIdle), now, maxListed)
	if err != nil {
		return nil, fmt.Errorf("list the sessions of %s: %w", id, err)
	}
	return rows, nil
}

func ownerOf(ss *sessions.Session) Owner {
	o, _ := ss.Values[ownerKey{}].(Owner)
	return o
}

// AdminID says which administrator's session it is; "" means none's.
func AdminID(ss *sessions.Session) string { return ownerOf(ss).AdminID }

// UserID says which user's session it is; "" means none's.
func UserID(ss *sessions.Session) string { return ownerOf(ss).UserID }

// SessionHash is the name under which the session with the key is stored: SHA-256, hex.
func SessionHash(key string) string { return HashToken(key) }

func encodeValues(ss *sessions.Session) (string, error) {
	values := map[string]any{}
	for k, v := range ss.Values {
		switch k := k.(type) {
		case ownerKey:
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
