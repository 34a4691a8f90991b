package views

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"usher/connectors"
	"usher/provisioning"
	"usher/views/ui"
)

// AccountView is one user's account at one target, with all that explains it.
type AccountView struct {
	provisioning.Membership
	Status     provisioning.Status // of its Standing
	Counts     bool                // the user as a whole is as well off as this account at best
	Want       provisioning.Want
	Definition connectors.Definition
	Pause      provisioning.Quarantine // of its connector
	Ours       map[string]any          // what Usher would write; for held accounts only
}

// AbsentView is a connector's target at which the user has no account, and why.
type AbsentView struct {
	Connection, ConnectionID string
	Kind                     string // the connector kind's name
	Enabled                  bool   // the connector's toggle
	Managed                  bool   // a provisioner sends users there
	Status                   provisioning.Status
	Counts                   bool // the user should be there
}

func (a AbsentView) words() string {
	if !a.Enabled {
		return "The connector is switched off. No user is sent here until it is switched on."
	}
	if a.Managed && !a.Counts {
		return "The user is not sent here: they are in none of the groups that this connection sends, are disabled, or arrived by signing in while JIT Outbound is off."
	}
	if !a.Managed {
		return "No provisioner sends users to this connector. Add one under Login & Registration, and the user is sent here."
	}
	return "Usher has not begun with this target yet."
}

// Standing is the account as a part of where its user is.
func (a AccountView) Standing() provisioning.Standing {
	return provisioning.Standing{Membership: a.Membership, Want: a.Want, Begun: true}
}

// AttributeRow is one attribute for people.
type AttributeRow struct{ Key, Label, Value string }

// idle reports that Usher leaves the account alone, whatever its status was.
func (a AccountView) idle() bool { return !a.Enabled || a.Provisioner == "" }

// absentByRight: nothing is at the target, and nothing should be.
func (a AccountView) absentByRight() bool {
	return a.Status == provisioning.StatusSynced && a.RemoteID == "" && a.Want != provisioning.Present
}

// retryable reports whether somebody who presses Retry now changes anything.
func (a AccountView) retryable() bool {
	return !a.idle() && a.Status != provisioning.StatusSynced && a.Status != provisioning.StatusRunning
}

// Adoptable reports whether an administrator may say that the account in the way is this user's.
func (a AccountView) Adoptable() bool {
	return !a.idle() && a.Status == provisioning.StatusHeld && a.Account.Adoptable
}

// Relocatable reports whether the question is about the account that Usher remembers: its ID is not ours any more.
func (a AccountView) Relocatable() bool {
	return !a.idle() && a.Status == provisioning.StatusHeld && a.RemoteID != "" && a.HeldRemoteID == a.RemoteID
}

// waits: not for the connector to be mended, but for the time that its target asked for.
func (a AccountView) waits() bool {
	return a.Pause.Class == provisioning.Paced && !a.Status.Settled() && a.Status != provisioning.StatusRunning
}

func (a AccountView) url() string { return "/users/" + a.UserID + "/accounts/" + a.ConnectorID }

// Words says in a sentence where the account stands.
func (a AccountView) Words() string {
	leaving := a.Want == provisioning.Removed || a.Want == provisioning.Undone
	switch {
	case a.Provisioner == "":
		return "No provisioner sends users to this connector, so Usher leaves this account as it is."
	case !a.Enabled:
		return "The connector is switched off, so Usher leaves this account as it is until it is switched on."
	case a.Status == provisioning.StatusHeld:
		return "Usher waits for your decision before it does anything at this target."
	case a.Status == provisioning.StatusFailed:
		return "Usher has given up, and tries again when the user or the connector is changed or you press Retry now."
	case a.waits():
		return "The target asked Usher to slow down, so the accounts of all users wait. " + a.Pause.When()
	case a.Status == provisioning.StatusPaused && a.Pause.Class == provisioning.CreatesOnly:
		return "The target has no room for another account, so this one waits. " + a.Pause.When()
	case a.Status == provisioning.StatusPaused:
		return "The whole connector is paused, not just this user. Usher checks by itself whether the target works again."
	case a.Status == provisioning.StatusRunning:
		return "Usher is talking to the target now."
	case a.Status == provisioning.StatusRetrying:
		return "The last attempt failed. Usher tries again by itself."
	case a.Status == provisioning.StatusPending && leaving:
		return "The user was deleted here. Usher is about to disable or remove the account."
	case a.Status == provisioning.StatusPending:
		return "Usher is about to bring the account up to date."
	}
	return a.settledWords()
}

func (a AccountView) settledWords() string {
	switch {
	case a.Want == provisioning.OutOfScope && !a.InScope && a.RemoteID == "":
		return "The user is not sent here, because they are in none of the groups that this connection sends."
	case a.Want == provisioning.OutOfScope && !a.InScope:
		return "The user is not sent here any more, because they are in none of the groups that this connection sends. Usher did with the account what the connector’s setting “When the user leaves the scope” says."
	case a.Want == provisioning.OutOfScope && a.RemoteID == "":
		return "The user is not sent here: they arrived by signing in (just-in-time), and JIT Outbound is off for this provisioner."
	case a.Want == provisioning.OutOfScope:
		return "The user is not sent here any more, because they arrived by signing in (just-in-time) and JIT Outbound is off for this provisioner. Usher did with the account what the connector's settings say."
	case a.Want == provisioning.Disabled && a.RemoteID == "":
		return "There is no account, because the user is disabled. It is made when the user is enabled."
	case a.Want == provisioning.Disabled:
		return "The account is as it should be for a disabled user."
	}
	return "The account is as it should be."
}

func (a AccountView) facts(now time.Time) []ui.Fact {
	facts := []ui.Fact{{Term: "Remote ID", Text: a.RemoteID, Mono: true}}
	if a.RemoteID != "" {
		facts = append(facts, ui.Fact{Term: "Origin", Text: originWords(a.Origin)})
	}
	if !a.LinkedAt.IsZero() {
		facts = append(facts, ui.Fact{Term: "Linked", View: ui.Time(a.LinkedAt, now)})
	}
	facts = append(facts, ui.Fact{Term: "Last successful attempt", View: ui.Time(a.VerifiedAt, now)})
	if a.Status.Settled() || a.idle() {
		return facts
	}
	if a.Attempts > 0 {
		facts = append(facts, ui.Fact{Term: "Attempts", Text: ui.Count(a.Attempts)})
	}
	return append(facts, ui.Fact{Term: "Next try", View: a.nextTry(now)})
}

func (a AccountView) nextTry(now time.Time) templ.Component {
	switch {
	case a.Status == provisioning.StatusRunning:
		return ui.Quiet("running now")
	case a.waits(), a.Status == provisioning.StatusPaused && a.Pause.Class == provisioning.CreatesOnly:
		return pauseEnd(a.Pause, now)
	case a.Status == provisioning.StatusPaused:
		return ui.Quiet("when the connector works again")
	case !a.DueAt.After(now):
		return ui.Quiet("at once")
	}
	return ui.Time(a.DueAt, now)
}

func originWords(o provisioning.Origin) string {
	switch o {
	case provisioning.Created:
		return "made by Usher"
	case provisioning.Adopted:
		return "adopted: it was there before"
	}
	return ""
}

// attributeRows are values in the kind's order, then any that the kind does not know; keys of our own are left out.
func attributeRows(def connectors.Definition, values map[string]any) []AttributeRow {
	var rows []AttributeRow
	left := maps.Clone(values)
	for _, at := range def.Attributes {
		if v, ok := left[at.Key]; ok {
			rows = append(rows, AttributeRow{at.Key, at.Label, valueWords(v)})
			delete(left, at.Key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(left)) {
		if !strings.HasPrefix(key, "usher:") {
			rows = append(rows, AttributeRow{key, key, valueWords(left[key])})
		}
	}
	return rows
}

// valueWords shows a JSON value; of SCIM's multi-valued attributes only what matters.
func valueWords(v any) string {
	switch x := v.(type) {
	case nil:
		return ""
	case string:
		return x
	case bool:
		if x {
			return "yes"
		}
		return "no"
	case []any:
		parts := make([]string, len(x))
		for i, e := range x {
			parts[i] = valueWords(e)
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		if s, ok := x["value"].(string); ok {
			if kind, _ := x["type"].(string); kind != "" {
				return s + " (" + kind + ")"
			}
			return s
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}

// side is one attribute here and there.
type side struct {
	label, ours, theirs string
	differs             bool
}

func (a AccountView) sides() []side {
	theirs := map[string]string{}
	for _, r := range attributeRows(a.Definition, a.HeldShown) {
		theirs[r.Key] = r.Value
	}
	var out []side
	for _, r := range attributeRows(a.Definition, a.Ours) {
		out = append(out, side{r.Label, r.Value, theirs[r.Key], r.Value != theirs[r.Key]})
		delete(theirs, r.Key)
	}
	for _, r := range attributeRows(a.Definition, a.HeldShown) {
		if v, ok := theirs[r.Key]; ok {
			out = append(out, side{r.Label, "", v, true})
		}
	}
	return out
}

func troubleTone(s provisioning.Status) ui.Tone {
	if s == provisioning.StatusFailed {
		return ui.Danger
	}
	return ui.Warning
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func kindName(d connectors.Definition, kind string) string { return orElse(d.Name, kind) }

func pauseTitle(q provisioning.Quarantine) string {
	if q.Class == provisioning.CreatesOnly {
		return "No room for another account"
	}
	return "The connector is paused"
}

// pauseEnd is when the target is asked again. A pause whose time has come stays until the target has answered.
func pauseEnd(q provisioning.Quarantine, now time.Time) templ.Component {
	if !q.Holds(now) {
		return ui.Quiet("at once")
	}
	return ui.Time(q.Until, now)
}
