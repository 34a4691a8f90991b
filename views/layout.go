// Package views is what people see: one page, one .templ file, its view model on top. It is not for
// reading requests, asking stores or deciding anything.
package views

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"usher/views/ui"
)

// Keys of Shell.Nav: which entry of the sidebar is lit.
const (
	NavOverview          = "overview"
	NavConnections       = "connections"
	NavUsers             = "users"
	NavGroups            = "groups"
	NavLoginRegistration = "login-registration"
	NavLog               = "log"
	NavSettings          = "settings"
)

// Shell is what every page has around it.
type Shell struct {
	Title  string     // in the browser's tab
	Crumbs []ui.Crumb // the way here, this page last
	Nav    string     // one of the Nav constants
	Admin  string     // who is signed in; shown in the account menu
	Flash  *ui.Flash  // what the page before did; nil for nothing
	Narrow bool       // a form or wizard: the column is kept short enough to read
	Demo   bool       // `usher demo`: adds its targets to the sidebar
	Outbox bool       // mail is not sent yet, or this is the demo: adds the Outbox to the sidebar

	Product    string // ends the tab's title; "" is Usher
	Stylesheet string // URL of one more, after Usher's own; "" for none
}

// Entry is one line of the sidebar.
type entry struct{ key, label, href, icon string }

type entryGroup struct {
	label   string
	entries []entry
}

func (s Shell) navigation() []entryGroup {
	groups := []entryGroup{
		{"", []entry{
			{NavOverview, "Overview", "/", "layout-dashboard"},
			{NavConnections, "Connections", "/connections", "cable"},
		}},
		{"User Management", []entry{
			{NavUsers, "Users", "/users", "users"},
			{NavGroups, "Groups", GroupsURL, "users-round"},
		}},
		{"Organisation", []entry{
			{NavLoginRegistration, "Login & Registration", "/login-registration", "log-in"},
			{NavLog, "Provisioning log", "/log", "scroll-text"},
			{NavSettings, "Settings", "/settings", "settings"},
		}},
	}
	if s.Outbox {
		own := &groups[len(groups)-1].entries
		*own = slices.Insert(*own, len(*own)-1, entry{NavOutbox, "Outbox", SettingsOutbox, "inbox"})
	}
	if s.Demo {
		groups = append(groups, entryGroup{"Demo", []entry{{NavTargets, "Demo targets", TargetsURL, "target"}}})
	}
	return groups
}

// NavOutbox lights the Outbox where the sidebar has it.
const NavOutbox = "outbox"

// NavTargets lights the page of the demo's targets.
const NavTargets = "targets"

func (s Shell) tabTitle() string {
	product := cmp.Or(s.Product, "Usher")
	if s.Title == "" {
		return product
	}
	if object := s.object(); object != "" && object != s.Title {
		return s.Title + " · " + object + " · " + product
	}
	return s.Title + " · " + product
}

// object is the user, connection or the like that the page is a part of, by the way to it: "Edit" says little in a tab.
func (s Shell) object() string {
	for _, c := range slices.Backward(s.Crumbs) {
		if id := c.Href[strings.LastIndexByte(c.Href, '/')+1:]; uuid.Validate(id) == nil {
			return c.Label
		}
	}
	return ""
}

// Problem is what an error page says.
type Problem struct {
	Title     string // what happened: "This page does not exist"
	Text      string // why, in plain words
	Next      string // what to do next
	Reference string // to be found in the server's log; "" for none
	Actions   []ui.Action
}
