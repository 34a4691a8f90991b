package provisioning

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"usher/connectors"
)

// groupScript is a script whose target has groups.
type groupScript struct {
	script
	refused map[string]error
	there   []string // members at the target
	sent    []string // what ChangeMembers was told
}

func (s *groupScript) FindGroup(context.Context, connectors.GroupProfile) (connectors.Account, error) {
	a := s.next("find")
	return a.account, a.err
}

func (s *groupScript) CreateGroup(context.Context, connectors.GroupProfile) (connectors.Account, error) {
	a := s.next("create")
	return a.account, a.err
}

func (s *groupScript) ReadGroup(_ context.Context, id string) (connectors.Account, error) {
	return s.reading(id, "staff")
}

func (s *groupScript) UpdateGroup(context.Context, string, connectors.GroupProfile) (connectors.Account, error) {
	a := s.next("name")
	return a.account, a.err
}

func (s *groupScript) DeleteGroup(context.Context, string) error { return s.next("delete").err }

func (s *groupScript) ChangeMembers(_ context.Context, _ string, c connectors.MemberChanges) (map[string]error, error) {
	s.sent = append(s.sent, strings.TrimSpace("+"+strings.Join(c.Add, "+")+" -"+strings.Join(c.Remove, "-")))
	return s.refused, s.next("members").err
}

func (s *groupScript) Members(context.Context, string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		if err := s.next("list").err; err != nil {
			yield("", err)
			return
		}
		for _, m := range s.there {
			if !yield(m, nil) {
				return
			}
		}
	}
}

// groupLedger is a ledger with members: those to add and to remove, and what was written about them.
type groupLedger struct {
	ledger
	add, remove []Pushed
	wanted      []string // remote IDs of all wanted members
	intents     int
	made, ended []string
	lost        bool // the lease
	arriving    bool // a member has no account yet
	doubted     []string
	asked       bool // ToRemove: whether the group was wanted
}

func page(all []Pushed, after string, n int) []Pushed {
	i := slices.IndexFunc(all, func(m Pushed) bool { return m.UserID > after })
	if i < 0 {
		return nil
	}
	return slices.Clone(all[i:min(len(all), i+n)])
}

func (l *groupLedger) ToRemove(_ context.Context, _ Task, wanted bool, after string, n int) ([]Pushed, error) {
	l.asked = wanted
	return page(l.remove, after, n), nil
}

func (l *groupLedger) ToAdd(_ context.Context, _ Task, after string, n int) ([]Pushed, error) {
	return page(l.add, after, n), nil
}

func (l *groupLedger) IntendMembers(_ context.Context, _ Task, ms []Pushed) error {
	if l.lost {
		return fmt.Errorf("intend: %w", ErrLeaseLost)
	}
	l.intents += len(ms)
	return nil
}

func (l *groupLedger) RecordMembers(_ context.Context, _ Task, made []Pushed, ended []string) error {
	for _, m := range made {
		l.made = append(l.made, strings.TrimSpace(m.UserID+" "+m.Refused))
	}
	l.ended = append(l.ended, ended...)
	return nil
}

func (l *groupLedger) Unmanaged(_ context.Context, _ Task, ids []string) ([]string, error) {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(l.wanted, id) }), nil
}

func (l *groupLedger) Arriving(context.Context, Task) (bool, error) { return l.arriving, nil }

func (l *groupLedger) DoubtMembers(_ context.Context, _ Task, ids []string) error {
	if l.lost {
		return fmt.Errorf("doubt: %w", ErrLeaseLost)
	}
	l.doubted = append(l.doubted, ids...)
	return nil
}

func people(ids ...string) []Pushed {
	var all []Pushed
	for _, id := range ids {
		all = append(all, Pushed{UserID: id, RemoteID: "r" + id})
	}
	return all
}

// pushes opens a script that pushes groups, two members a call.
func pushes(s *groupScript, settings map[string]string) *Opened {
	all := map[string]string{connectors.PushGroups: "true", connectors.GroupMode: connectors.GroupsAndMembers}
	for k, v := range settings {
		all[k] = v
	}
	o := scripted(&s.script, all)
	o.Connector = s
	o.Definition.Groups = &connectors.Groups{Create: true, Chunk: 2}
	c := connectors.Config{}
	c.Values = all
	o.Groups = GroupPolicyOf(o.Definition, c)
	return o
}

// staffs is a claim of the group Staff, chosen by hand, at noon.
func staffs(state func(*Task)) Task {
	t := Task{NoWriteInDoubt: true, ByHand: true}
	t.Group.ID, t.Group.DisplayName = "staff", "Staff"
	t.GroupID, t.ConnectorID, t.WriteBegan, t.LeaseUntil = "staff", "c", noon, noon.Add(time.Minute)
	if state != nil {
		state(&t)
	}
	return t
}
