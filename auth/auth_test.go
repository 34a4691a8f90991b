package auth_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"usher/auth"
	"usher/auth/authtest"
	"usher/directory"
)

const good = "correct horse battery staple"

var (
	cheap = auth.Cost{MemoryKiB: 8, Passes: 1, Lanes: 1}
	cli   = directory.Actor{Kind: directory.ByCLI}
)

// clock is a time that only the test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func service(t *testing.T) (*auth.Service, *authtest.Memory, *clock) {
	t.Helper()
	store, c := authtest.NewMemory(), newClock()
	return auth.New(store, auth.Options{Cost: cheap, Now: c.Now}), store, c
}

func withAdmin(t *testing.T) (*auth.Service, *authtest.Memory, *clock, auth.Admin) {
	t.Helper()
	s, store, c := service(t)
	a, err := s.CreateAdmin(t.Context(), cli, "Ada", good)
	if err != nil {
		t.Fatal(err)
	}
	return s, store, c, a
}

func TestMemoryKeepsTheContract(t *testing.T) {
	authtest.Run(t, func(*testing.T) auth.Store { return authtest.NewMemory() })
}

func TestSignIn(t *testing.T) {
	s, store, _, a := withAdmin(t)
	got, err := s.SignIn(t.Context(), auth.Origin{}, " aDA ", good)
	if err != nil || got.ID != a.ID {
		t.Fatalf("got %v, %v", got.ID, err)
	}
	_, wrong := s.SignIn(t.Context(), auth.Origin{}, "Ada", "wrong horse battery staple")
	_, unknown := s.SignIn(t.Context(), auth.Origin{}, "Bob", good)
	_, long := s.SignIn(t.Context(), auth.Origin{}, strings.Repeat("x", 5000), good)
	_, control := s.SignIn(t.Context(), auth.Origin{}, "ada\x00", good)
	_, huge := s.SignIn(t.Context(), auth.Origin{}, "Ada", strings.Repeat("x", 100_000))
	for name, err := range map[string]error{"unknown name": unknown, "long name": long, "control character": control, "huge password": huge, "wrong": wrong} {
		if directory.CodeOf(err) != directory.Invalid || err.Error() != wrong.Error() {
			t.Errorf("%s tells more than a wrong password: %v", name, err)
		}
	}
	// PostgreSQL cannot keep such a name, so it must not get as far as being counted.
	if f, _ := store.SignInFailures(t.Context(), "ada\x00"); f.Count != 0 {
		t.Error("a name that no administrator can have was stored")
	}
}

// An unknown name must cost a hash like a known one, or the clock gives the names away.
func TestUnknownNameTakesAsMuchWork(t *testing.T) {
	var work []string
	s := auth.New(authtest.NewMemory(), auth.Options{Cost: cheap, Watch: func(c auth.Cost, bytes int) { work = append(work, fmt.Sprint(c, bytes)) }})
	if _, err := s.CreateAdmin(t.Context(), cli, "ada", good); err != nil {
		t.Fatal(err)
	}
	did := func(f func()) string {
		work = nil
		f()
		return fmt.Sprint(work)
	}
	const wrong = "wrong horse battery staple"
	known := did(func() { _, _ = s.SignIn(t.Context(), auth.Origin{}, "ada", wrong) })
	if known != fmt.Sprintf("[%v %d]", cheap, len(wrong)) {
		t.Errorf("a known name costs %s", known)
	}
	for _, name := range []string{"bob", "a\x00b", strings.Repeat("x", 5000)} {
		if got := did(func() { _, _ = s.SignIn(t.Context(), auth.Origin{}, name, wrong) }); got != known {
			t.Errorf("%.9q costs %s, a known name %s", name, got, known)
		}
		if got := did(func() { _, _ = s.SignInUser(t.Context(), auth.Origin{}, name, wrong) }); got != known {
			t.Errorf("user %.9q costs %s, a known name %s", name, got, known)
		}
	}
}

func TestSignInLocksTheName(t *testing.T) {
	for _, name := range []string{"Ada", "nobody"} {
		s, _, c, _ := withAdmin(t)
		fail := func() (time.Duration, bool) {
			_, err := s.SignIn(t.Context(), auth.Origin{}, name, "wrong")
			l, ok := errors.AsType[*auth.LockedError](err)
			if !ok {
				return 0, false
			}
			return l.Wait, true
		}
		for i := range 5 {
			if _, locked := fail(); locked {
				t.Fatalf("%s: locked at failure %d", name, i+1)
			}
		}
		want := []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 15 * time.Minute, 15 * time.Minute}
		for _, w := range want {
			if got, _ := fail(); got != w {
				t.Fatalf("%s: locked for %v, want %v", name, got, w)
			}
			if _, err := s.SignIn(t.Context(), auth.Origin{}, strings.ToUpper(name), good); err == nil {
				t.Fatalf("%s: the right password passed while the name was locked", name)
			}
			c.Add(w)
			if _, locked := fail(); locked {
				t.Fatalf("%s: still locked after %v", name, w)
			}
		}
	}
}

func TestSuccessClearsFailures(t *testing.T) {
	s, store, _, _ := withAdmin(t)
	for range 4 {
		_, _ = s.SignIn(t.Context(), auth.Origin{}, "ada", "wrong")
	}
	if _, err := s.SignIn(t.Context(), auth.Origin{}, "ada", good); err != nil {
		t.Fatal(err)
	}
	if f, _ := store.SignInFailures(t.Context(), "ada"); f.Count != 0 {
		t.Errorf("%d failures are left", f.Count)
	}
}

func TestOldFailuresAreForgotten(t *testing.T) {
	s, store, c, _ := withAdmin(t)
	for range 5 {
		_, _ = s.SignIn(t.Context(), auth.Origin{}, "ada", "wrong")
	}
	c.Add(25 * time.Hour)
	_, _ = s.SignIn(t.Context(), auth.Origin{}, "ada", "wrong")
	if f, _ := store.SignInFailures(t.Context(), "ada"); f.Count != 1 {
		t.Errorf("%d failures count after a day, want 1", f.Count)
	}
	c.Add(25 * time.Hour)
	if err := s.Tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if f, _ := store.SignInFailures(t.Context(), "ada"); f.Count != 0 {
		t.Error("tidying left the failures")
	}
}

// Tries made at the same moment must not pass under one count.
func TestParallelGuessesAreCounted(t *testing.T) {
	s, _, _, _ := withAdmin(t)
	var mu sync.Mutex
	looked := 0
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			_, err := s.SignIn(t.Context(), auth.Origin{}, "ada", "wrong")
			if _, locked := errors.AsType[*auth.LockedError](err); !locked {
				mu.Lock()
				looked++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if looked > 5 {
		t.Errorf("%d guesses were looked at, want at most 5", looked)
	}
}

// rival is a store in which another try is counted just before ours.
type rival struct{ *authtest.Memory }

func (r rival) SwapSignInFailures(ctx context.Context, key string, old, next auth.Failures) (bool, error) {
	f, _ := r.SignInFailures(ctx, key)
	if f.Count < 5 {
		_, _ = r.Memory.SwapSignInFailures(ctx, key, f, auth.Failures{Count: f.Count + 1, LastAt: next.LastAt})
	}
	return r.Memory.SwapSignInFailures(ctx, key, old, next)
}

func TestTryThatLostTheCountIsJudgedAgain(t *testing.T) {
	_, store, c, _ := withAdmin(t)
	s := auth.New(rival{store}, auth.Options{Cost: cheap, Now: c.Now})
	_, err := s.SignIn(t.Context(), auth.Origin{}, "ada", good)
	if _, locked := errors.AsType[*auth.LockedError](err); !locked {
		t.Errorf("five others failed meanwhile, and this one was looked at: %v", err)
	}
}

func TestWeakHashIsRenewed(t *testing.T) {
	_, store, c, _ := withAdmin(t)
	dearer := auth.Cost{MemoryKiB: 16, Passes: 2, Lanes: 1}
	s := auth.New(store, auth.Options{Cost: dearer, Now: c.Now})
	for range 2 {
		if _, err := s.SignIn(t.Context(), auth.Origin{}, "ada", good); err != nil {
			t.Fatal(err)
		}
		a, _, _ := store.AdminByName(t.Context(), "ada")
		if !strings.Contains(a.PasswordHash, "$m=16,t=2,p=1$") {
			t.Fatalf("the hash is still %s", a.PasswordHash)
		}
	}
}

func TestChangePassword(t *testing.T) {
	s, store, _, a := withAdmin(t)
	const next = "purple elephants read slowly"
	for field, pair := range map[string][2]string{"current_password": {"wrong", next}, "new_password": {good, "short"}} {
		err := s.ChangePassword(t.Context(), auth.Origin{}, a, pair[0], pair[1], "")
		e, ok := errors.AsType[*directory.Error](err)
		if !ok || e.Fields[field] == "" {
			t.Errorf("%s: %v", field, err)
		}
	}
	if err := s.ChangePassword(t.Context(), auth.Origin{}, a, good, good, ""); directory.CodeOf(err) != directory.Invalid {
		t.Errorf("the same password again: %v", err)
	}
	if err := s.ChangePassword(t.Context(), auth.Origin{}, a, good, next, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SignIn(t.Context(), auth.Origin{}, "ada", good); err == nil {
		t.Error("the old password still works")
	}
	if _, err := s.SignIn(t.Context(), auth.Origin{}, "ada", next); err != nil {
		t.Error(err)
	}
	if c := store.Changes[len(store.Changes)-1]; c.Action != auth.ActionAdminPassword || c.Actor.ID != a.ID {
		t.Errorf("recorded: %+v", c)
	}
}

// A stolen session must not be a way to guess the password.
func TestChangePasswordIsThrottled(t *testing.T) {
	s, _, _, a := withAdmin(t)
	for range 5 {
		_ = s.ChangePassword(t.Context(), auth.Origin{}, a, "wrong", "purple elephants read slowly", "")
	}
	err := s.ChangePassword(t.Context(), auth.Origin{}, a, good, "purple elephants read slowly", "")
	if _, locked := errors.AsType[*auth.LockedError](err); !locked {
		t.Errorf("not locked: %v", err)
	}
}

func TestStoreErrorsAreNotForPeople(t *testing.T) {
	s, store, _, _ := withAdmin(t)
	broken := errors.New("disk on fire")
	store.Fail(broken)
	_, err := s.SignIn(context.Background(), auth.Origin{}, "ada", good)
	if !errors.Is(err, broken) || directory.CodeOf(err) != "" {
		t.Errorf("got %v", err)
	}
}
