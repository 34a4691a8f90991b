package provisioning

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"usher/connectors"
	"usher/directory"
)

// taker is a script that takes passwords after the account was made.
type taker struct {
	*script
	set []string // account and password
}

func (k *taker) SetPassword(_ context.Context, id string, p directory.Secret) error {
	k.set = append(k.set, id+" "+p.Reveal())
	return k.next("password").err
}

const clear = "correct horse & battery"

func repassworded(t *Task) { t.Password, t.PasswordAt = clear, noon }

// linkedWith is an account in step for which a new password waits.
func linkedWith(states ...func(*Task)) func(*Task) {
	return and(append([]func(*Task){linked, repassworded}, states...)...)
}

type passwordCase struct {
	name    string
	task    func(*Task)
	deaf    bool // the target takes passwords with new accounts only
	mode    connectors.PasswordMode
	answers map[string][]answer

	calls     string
	kind      connectors.Kind
	done      bool // it is wiped
	created   string
	uncertain bool
	check     func(t *testing.T, r Result)
}

func TestReconcilePassword(t *testing.T) {
	for _, c := range passwordCases {
		t.Run(c.name, func(t *testing.T) { c.run(t) })
	}
}

func (c *passwordCase) run(t *testing.T) {
	k := &taker{script: &script{answers: c.answers}}
	mode := c.mode
	if mode == "" {
		mode = connectors.PasswordSend
	}
	o := scripted(k.script, map[string]string{connectors.OnExisting: connectors.AdoptExisting, connectors.PasswordKey: string(mode)})
	if !c.deaf {
		o.Connector = k
	}
	task := adas(c.task)
	r := reconcile(t.Context(), o, &ledger{}, task, func() time.Time { return noon })
	if got := k.asked(); got != c.calls {
		t.Errorf("asked %q, want %q", got, c.calls)
	}
	if got := connectors.KindOf(r.Err); got != c.kind || r.PasswordDone != c.done || r.WritesKnown == c.uncertain {
		t.Errorf("error %v, done %v, certain %v; want %q %v %v", r.Err, r.PasswordDone, r.WritesKnown, c.kind, c.done, !c.uncertain)
	}
	if got := strings.Join(k.passwords, " "); got != c.created {
		t.Errorf("created with %q, want %q", got, c.created)
	}
	for _, set := range k.set {
		if !strings.HasSuffix(set, " "+clear) || !strings.HasPrefix(set, "r") {
			t.Errorf("set %q", set)
		}
	}
	if strings.Contains(fmt.Sprintf("%+v %v", r, k.changes), clear) {
		t.Error("the password is in the result, or in an update")
	}
	if c.check != nil {
		c.check(t, r)
	}
}

func unshown(answers ...string) map[string][]answer {
	m := map[string][]answer{}
	for _, a := range answers {
		op, kind, _ := strings.Cut(a, " ")
		m[op] = append(m[op], fails(connectors.Kind(kind)))
	}
	return m
}

var passwordCases = []passwordCase{
	{name: "with a new account", task: repassworded, calls: "create", done: true, created: clear},
	{name: "with a new account, at a target that takes it only then", task: repassworded, deaf: true, calls: "create", done: true, created: clear},
	{name: "none waits", task: nil, calls: "create"},
	{name: "a create that was refused keeps it", task: repassworded, answers: unshown("create invalid"), calls: "create", kind: connectors.Invalid, created: clear},
	{name: "a create without an answer keeps it", task: repassworded, answers: unshown("create unknown"), calls: "create", kind: connectors.Unknown, created: clear, uncertain: true},
	{name: "found after the answer was lost", task: and(repassworded, unsure(longAgo, nil)), answers: map[string][]answer{"find": {finds("r1", "ada")}},
		calls: "find update password", done: true},
	{name: "adopted", task: repassworded, answers: map[string][]answer{"create": {fails(connectors.Conflict)}, "find": {finds("r7", "")}},
		calls: "create find update password", done: true, created: clear},
	{name: "changed, and nothing else", task: linkedWith(), calls: "password", done: true, check: operation(OpUpdate)},
	{name: "changed, with something else", task: linkedWith(edited), calls: "update password", done: true},
	{name: "changed, and the update failed", task: linkedWith(edited), answers: unshown("update temporary"), calls: "update", kind: connectors.Temporary, uncertain: true},
	{name: "changed, at a target that takes it with a new account only", task: linkedWith(), deaf: true, done: true},
	{name: "refused: wiped, the vendor's words kept", task: linkedWith(), answers: unshown("password invalid"), calls: "password", kind: connectors.Invalid, done: true,
		check: func(t *testing.T, r Result) {
			e, _ := errors.AsType[*connectors.Error](r.Err)
			if e.Message != "no: invalid" || !strings.Contains(e.Remedy, "choose another password") || !decide(r, noon).Dead {
				t.Errorf("%+v", e)
			}
		}},
	{name: "without an answer: kept, and nothing else is in doubt", task: linkedWith(), answers: unshown("password temporary"), calls: "password", kind: connectors.Temporary},
	{name: "without an answer, after a doubt", task: unsure(longAgo, linkedWith()), answers: unshown("password temporary"), calls: "update password", kind: connectors.Temporary, uncertain: true},
	{name: "slowed down: kept", task: linkedWith(), answers: unshown("password rate_limited"), calls: "password", kind: connectors.RateLimited},
	{name: "vanished under it: made again with it", task: linkedWith(), answers: unshown("password not_found", "find not_found"), calls: "password find create", done: true, created: clear},
	{name: "vanished under it, and the new one in doubt", task: linkedWith(), answers: unshown("password not_found", "find not_found", "create unknown"),
		calls: "password find create", kind: connectors.Unknown, created: clear, uncertain: true},
	{name: "not visible yet", task: linkedWith(justLinked), answers: unshown("password not_found"), calls: "password", kind: connectors.Pending},
	{name: "disabled: it waits until the user is enabled", task: and(disabled, repassworded, isDisabledThere)},
	{name: "deleted", task: and(deleted, repassworded), calls: "read delete"},
	{name: "opened before the mode changed", task: repassworded, mode: connectors.PasswordRandom, kind: connectors.Pending},
	{name: "opened before the mode changed, a leaver", task: and(deleted, repassworded), mode: connectors.PasswordRandom, calls: "read delete"},
}

func operation(op Operation) func(*testing.T, Result) {
	return func(t *testing.T, r Result) {
		if r.Operation != op {
			t.Errorf("operation %s, want %s", r.Operation, op)
		}
	}
}

// A target that repeats a password must not get it into what is logged, stored and shown.
func TestPasswordIsBlankedInWhatTargetsSay(t *testing.T) {
	const clear = `two "quoted" & more`
	for _, said := range []string{clear, `two \"quoted\" & more`, `two \"quoted\" \u0026 more`, "two+%22quoted%22+%26+more"} {
		r := Result{Task: Task{Password: clear}, Err: &connectors.Error{Kind: connectors.Invalid, Message: "no: " + said, Remedy: said, Err: errors.New(said)},
			Exchanges: []connectors.Exchange{{URL: "/?q=" + said, Request: said, Response: "detail: " + said, Error: said}}}
		shown := withoutPassword(r)
		e, _ := errors.AsType[*connectors.Error](shown.Err)
		if text := fmt.Sprintf("%+v %+v %v", shown.Exchanges, *e, e.Err); strings.Contains(text, "quoted") {
			t.Errorf("%q is shown: %s", said, text)
		}
		if e.Kind != connectors.Invalid || !strings.HasPrefix(e.Message, "no: ") {
			t.Errorf("the words are lost: %+v", e)
		}
		if shown.Task.Password != "" {
			t.Error("it is kept longer than it is needed")
		}
	}
	bare := withoutPassword(Result{Task: Task{Password: clear}, Err: errors.New("no: " + clear)})
	if strings.Contains(bare.Err.Error(), "quoted") {
		t.Error(bare.Err)
	}
	short := withoutPassword(Result{Task: Task{Password: "a"}, Err: errors.New("a name")})
	if short.Err.Error() != "a name" {
		t.Error("a text too short to be told from any other is blanked:", short.Err)
	}
}

// What attempts say passes through the blanking.
func TestAttemptBlanksThePassword(t *testing.T) {
	k := &taker{script: &script{answers: map[string][]answer{"password": {{err: &connectors.Error{Kind: connectors.Invalid, Message: "too weak: " + clear}}}}}}
	o := scripted(k.script, map[string]string{connectors.PasswordKey: string(connectors.PasswordSend)})
	o.Connector = k
	task := adas(linkedWith())
	task.LeaseUntil = time.Now().Add(time.Hour)
	r := quietEngine(&ledger{}).attempt(t.Context(), o, task)
	if r.Err == nil || strings.Contains(r.Err.Error(), clear) || !r.PasswordDone || !r.Dead {
		t.Errorf("%+v", r)
	}
}

// housekeeper keeps when passwords were wiped before.
type housekeeper struct {
	Store
	wiped chan time.Time
}

func (h *housekeeper) TakeBackStaged(context.Context, time.Time) (int, error) { return 0, nil }
func (h *housekeeper) MendTimes(context.Context, time.Time, time.Duration) (int, error) {
	return 0, nil
}
func (h *housekeeper) Beat(context.Context) error                            { return nil }
func (h *housekeeper) PruneLog(context.Context, time.Time, int) (int, error) { return 0, nil }
func (h *housekeeper) WipePasswords(_ context.Context, before time.Time) (int, error) {
	h.wiped <- before
	return 0, nil
}

func TestOldPasswordsAreWiped(t *testing.T) {
	h := &housekeeper{wiped: make(chan time.Time, 1)}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	quietEngine(h).housekeep(ctx) // one round
	select {
	case before := <-h.wiped:
		if age := time.Since(before); age < 7*24*time.Hour || age > 7*24*time.Hour+time.Minute {
			t.Errorf("wiped at the age of %s", age)
		}
	default:
		t.Error("not wiped")
	}
}
