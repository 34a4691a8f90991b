package views

import (
	"encoding/json"
	"hash/fnv"
	"strconv"
	"time"

	"usher/connectors"
	"usher/provisioning"
	"usher/views/ui"
)

// DemoTarget is one of the demo's built-in services and what it holds.
type DemoTarget struct {
	Kind, Name, Icon          string
	ConnectionID, ConnectorID string // of the connector to it
	Trouble                   connectors.Trouble
	Accounts                  []connectors.SandboxAccount
	AccountsTotal             int // Accounts may be fewer
	HasGroups                 bool
	Groups                    []connectors.SandboxGroup
	GroupsTotal               int
}

// DemoTargetsView is the demo's targets, one of them open.
type DemoTargetsView struct {
	Shell   Shell
	Now     time.Time
	Targets []DemoTarget
	Current int
	Paused  bool

	// What Usher makes of the one that is open.
	Known    bool // its connector is still there
	Pauses   provisioning.Pauses
	Progress provisioning.Progress
}

// TargetsURL is the page of the demo's targets.
const TargetsURL = "/targets"

// TargetURL is the part of it about one of them.
func TargetURL(kind string) string { return TargetsURL + "/" + kind }

// Target is the one that is open; there must be one.
func (v DemoTargetsView) Target() DemoTarget { return v.Targets[v.Current] }

// Stamp differs when what the part shows differs.
func (v DemoTargetsView) Stamp() string {
	h := fnv.New64a()
	// The times of a quarantine are shown relative to now, so that is counted in steps of five seconds.
	step := int64(0)
	if len(v.Pauses.All(v.Now)) > 0 {
		step = v.Now.Unix() / 5
	}
	_ = json.NewEncoder(h).Encode([]any{v.Targets, v.Paused, v.Pauses, v.Progress, step}) // a hash takes everything
	return strconv.FormatUint(h.Sum64(), 36)
}

func (v DemoTargetsView) tabs() []ui.Tab {
	var tabs []ui.Tab
	for i, t := range v.Targets {
		icon := t.Icon
		if t.Trouble != connectors.NoTrouble {
			icon = "triangle-alert"
		}
		tabs = append(tabs, ui.Tab{Label: t.Name, Href: TargetURL(t.Kind), Icon: icon, Count: ui.Count(t.AccountsTotal), Current: i == v.Current})
	}
	return tabs
}

func (v DemoTargetsView) url() string { return TargetURL(v.Target().Kind) }

func (v DemoTargetsView) pause() ui.Action {
	if v.Paused {
		return ui.Action{Label: "Keep up to date", Icon: "play", Variant: ui.Outline, Href: v.url()}
	}
	return ui.Action{Label: "Pause", Icon: "pause", Variant: ui.Outline, Href: v.url() + "?pause=1"}
}

// shortID is as much of an ID as tells it from others: some targets count up, so that the end matters most.
func shortID(id string) string {
	if len(id) <= 16 {
		return id
	}
	return id[:5] + "…" + id[len(id)-8:]
}

func shownOf(total, shown int, noun string) string {
	if total > shown {
		return countWords(total, noun) + ", of which the first " + ui.Count(shown) + " are shown"
	}
	return countWords(total, noun)
}

// troubleWell is the form's word for no trouble: an empty value would not tell a choice from a missing one.
const troubleWell = "well"

// TroubleNamed is the trouble that a form chose; ok is false when there is no such one.
func TroubleNamed(value string) (t connectors.Trouble, ok bool) {
	for _, t := range connectors.Troubles() {
		if troubleValue(t) == value {
			return t, true
		}
	}
	return "", false
}

func troubleValue(t connectors.Trouble) string {
	if t == connectors.NoTrouble {
		return troubleWell
	}
	return string(t)
}

// troubleWords are what a trouble is called, what it does, and what there is to watch.
func troubleWords(t connectors.Trouble) (label, does, watch string) {
	switch t {
	case connectors.NoTrouble:
		return "Well", "The target answers as the real service does.", "Usher tries at once what waited, and a paused connector goes on by itself."
	case connectors.Down:
		return "Down", "Every request ends in a server error, as in an outage.", "Attempts are repeated with growing pauses. After ten failures in a row the whole connector is paused, and the Overview says so."
	case connectors.Slow:
		return "Slow", "Every answer takes two seconds.", "Nothing fails. Deletions, and changes that people make themselves, still go before everything else."
	case connectors.Throttled:
		return "Too many requests", "Every request is refused, to be tried again in ten seconds.", "Attempts wait as long as the target asks and do not count as failures."
	case connectors.Revoked:
		return "Credentials revoked", "The target does not accept Usher’s credentials any more.", "The first refusal pauses the connector within a second; no user’s attempts are used up, and the Overview says what to do."
	}
	return string(t), "", ""
}

func (t DemoTarget) troubleField() ui.Field {
	f := ui.Field{Name: "trouble", Label: "The target is", HideLabel: true, Type: ui.Radio, Value: troubleValue(t.Trouble)}
	for _, o := range connectors.Troubles() {
		label, does, _ := troubleWords(o)
		f.Options = append(f.Options, ui.Option{Value: troubleValue(o), Label: label, Help: does})
	}
	return f
}

// TroubleFlash says what was chosen and what to watch now.
func TroubleFlash(t DemoTarget, chosen connectors.Trouble) ui.Flash {
	label, _, watch := troubleWords(chosen)
	f := ui.Flash{Tone: ui.Info, Title: t.Name + ": " + label, Text: watch}
	if chosen == connectors.NoTrouble {
		f.Tone = ui.Success
	}
	return f
}

func (v DemoTargetsView) troubleNote() ui.Note {
	label, does, watch := troubleWords(v.Target().Trouble)
	return ui.Note{Tone: ui.Warning, Title: label + " until you choose Well", Text: does + " " + watch}
}
