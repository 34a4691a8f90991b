package views

import (
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"

	"usher/connectors"
	"usher/directory"
	"usher/provisioning"
	"usher/views/ui"
)

// ConnectorPushView is the groups that a connector pushes.
type ConnectorPushView struct {
	Shell       Shell
	Now         time.Time
	Connection  directory.Connection
	Connector   directory.Connector // without secrets
	Definition  connectors.Definition
	Pauses      provisioning.Pauses
	Provisioned bool // a provisioner uses the connector
	On          bool // groups are pushed at all
	Chosen      int  // by hand
	Pushes      []provisioning.GroupPush
	After, Next string // cursors
}

// PushURL is where the groups that a connector pushes are looked after.
func PushURL(c directory.Connector) string { return pushURL(c.ConnectionID, c.ID) }

func pushURL(connectionID, connectorID string) string {
	return "/connections/" + connectionID + "/connectors/" + connectorID + "/groups"
}

func (v ConnectorPushView) url() string { return PushURL(v.Connector) }

func (v ConnectorPushView) settings() string {
	return ConnectorsURL(v.Connection.ID) + "#connector-" + v.Connector.Kind
}

func (v ConnectorPushView) choose() ui.Action {
	return ui.Action{Label: "Choose groups", Icon: "list-checks", Href: v.url() + "/choose"}
}

func (v ConnectorPushView) actions() []ui.Action {
	if !v.On || len(v.Pushes) == 0 {
		return nil
	}
	return []ui.Action{v.choose()}
}

// facts are the settings that say what is pushed, in the words of the form.
func (v ConnectorPushView) facts() []ui.Fact {
	byHand := "none"
	if v.Chosen > 0 {
		byHand = countWords(v.Chosen, "group")
	}
	facts := []ui.Fact{{Term: "Chosen by hand", Text: byHand}}
	for _, f := range v.Definition.AllFields() {
		if !slices.Contains([]string{connectors.GroupMode, connectors.GroupRule, connectors.Authoritative, connectors.OnGroupGone}, f.Key) {
			continue
		}
		value := v.Connector.Settings.Values[f.Key]
		if value == "" {
			value = f.Default
		}
		facts = append(facts, pushFact(f, value))
	}
	return facts
}

func pushFact(f connectors.Field, value string) ui.Fact {
	fact := ui.Fact{Term: f.Label, Text: value}
	switch {
	case f.Key == connectors.GroupRule && value == "":
		fact.Text = "none"
	case f.Key == connectors.GroupRule:
		fact.Mono = true
	case f.Key == connectors.Authoritative && value == "true":
		fact.Text = "On: members whom Usher did not add are removed"
	case f.Key == connectors.Authoritative:
		fact.Text = "Off: members whom Usher did not add are left alone"
	}
	for _, o := range f.Options {
		if o.Value == value {
			fact.Text = o.Label
		}
	}
	return fact
}

// live is the part that asks again as long as something is under way.
func (v ConnectorPushView) live() ui.Live {
	at := v.url()
	if v.After != "" {
		at += "?after=" + url.QueryEscape(v.After)
	}
	l := ui.Live{ID: "pushes", URL: at, Every: "10s", Settled: true}
	for _, p := range v.Pushes {
		if !p.Status(v.Now).Settled() {
			l.Every, l.Settled = "2s", false
			break
		}
		l.Settled = l.Settled && p.Waiting == 0
	}
	return l
}

func (v ConnectorPushView) pages() ui.Pages {
	p := ui.Pages{Note: "Showing " + countWords(len(v.Pushes), "group")}
	if v.After != "" {
		p.First = v.url()
	}
	if v.Next != "" {
		p.Next = v.url() + "?after=" + url.QueryEscape(v.Next)
	}
	return p
}

// PushAdoptable reports whether an administrator may say that the group in the way is the one that is pushed.
func PushAdoptable(p provisioning.GroupPush, now time.Time) bool {
	return p.Status(now) == provisioning.StatusHeld && p.Adoptable
}

// PushExpels reports whether the question is about members: so many at the target are none here that somebody has to
// say that they should leave.
func PushExpels(p provisioning.GroupPush) bool {
	return p.RemoteID != "" && p.RemoteID == p.HeldRemoteID
}

// pushQuestion is the button that leads to what an administrator has to decide.
func pushQuestion(v ConnectorPushView, p provisioning.GroupPush) ui.Action {
	a := ui.Action{Label: "Adopt", Icon: "check", Variant: ui.Outline, Small: true, Href: v.url() + "/" + p.GroupID + "/adopt",
		Attrs: templ.Attributes{"aria-label": "Adopt the group for " + p.Group.DisplayName}}
	if PushExpels(p) {
		a.Label, a.Icon, a.Attrs = "Look at members", "users", templ.Attributes{"aria-label": "Look at the members of " + p.Group.DisplayName + " who would leave"}
	}
	return a
}

// PushRelocatable reports whether the question is about the group that Usher remembers: its ID is not ours any more.
func PushRelocatable(p provisioning.GroupPush, now time.Time) bool {
	return p.Status(now) == provisioning.StatusHeld && !p.Adoptable && p.RemoteID != "" && p.HeldRemoteID == p.RemoteID
}

func pushRetryable(p provisioning.GroupPush, now time.Time) bool {
	s := p.Status(now)
	return s != provisioning.StatusRunning && (s != provisioning.StatusSynced || p.Refused > 0)
}

func pushReason(p provisioning.GroupPush) string {
	switch {
	case p.ByHand:
		return "by hand"
	case p.Wanted:
		return "by the rule"
	}
	return "not any more"
}

func pushMembers(p provisioning.GroupPush) []ui.Part {
	var parts []ui.Part
	for _, m := range []struct {
		n    int64
		word string
		tone ui.Tone
	}{{p.Made, "added", ui.Success}, {p.Waiting, "waiting", ui.Info}, {p.Refused, "refused", ui.Danger}} {
		if m.n > 0 {
			parts = append(parts, ui.Part{Label: m.word, Count: int(m.n), Tone: m.tone})
		}
	}
	return parts
}

func pushBadge(p provisioning.GroupPush, now time.Time) templ.Component {
	if !p.Wanted && p.RemoteID == "" && p.Status(now) == provisioning.StatusSynced {
		return ui.Badge(ui.Muted, "circle-minus", "not pushed")
	}
	return ui.StatusBadge(string(p.Status(now)))
}

// pushTrouble is what an administrator should know about the last attempt; "" when it went well.
func pushTrouble(p provisioning.GroupPush, now time.Time) string {
	switch s := p.Status(now); {
	case s == provisioning.StatusHeld:
		return orElse(p.HeldReason, p.Error)
	case s == provisioning.StatusSynced && p.Refused == 0:
		return ""
	}
	return p.Error
}
