package ui_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"usher/static"
	"usher/views"
	"usher/views/ui"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// in gives a component its children.
func in(parent templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return parent.Render(templ.WithChildren(ctx, templ.Join(children...)), w)
	})
}

func page(children ...templ.Component) templ.Component {
	return in(views.Page(views.Shell{
		Title: "Warehouse", Nav: views.NavConnections, Admin: "Sam Keller", Demo: true,
		Crumbs: []ui.Crumb{{Label: "Connections", Href: "/connections"}, {Label: "Warehouse"}},
		Flash:  &ui.Flash{Title: "Connector updated", Text: "Warehouse now receives 1,284 users."},
	}), children...)
}

func gallery() templ.Component {
	return page(
		ui.PageHeader(ui.Head{Title: "Warehouse", Text: "Stock system · one outbound connector", Tile: "W",
			Badge: ui.Badge(ui.Success, "", "Active"), Side: ui.PostButton("/test", ui.Action{Label: "Test connection", Icon: "play", Variant: ui.Outline}),
			Actions: []ui.Action{{Label: "New Connector", Icon: "plus", Href: "/new"}}}),
		ui.Tabs("Warehouse", []ui.Tab{{Label: "General", Href: "/g"}, {Label: "Outbound provisioning", Href: "/o", Current: true, Count: "1"}, {Label: "Just-in-time", Href: "/j"}}),
		numbers(), lists(), forms(), notes(), choices(),
	)
}

func numbers() templ.Component {
	hours := make([]ui.Bar, 24)
	for i := range hours {
		hours[i] = ui.Bar{Label: time.Unix(int64(i)*3600, 0).UTC().Format("15:04"), OK: (i*37)%50 + 10, Failed: (i % 7) / 5 * i}
	}
	return in(ui.Stack(),
		in(ui.Grid(),
			ui.Stat(ui.Tile{Label: "Users", Value: "1,284", Icon: "users", Help: "12 new this week", Href: "/users"}),
			ui.Stat(ui.Tile{Label: "Accounts synced", Value: "3,807", Icon: "circle-check", Tone: ui.Success}),
			ui.Stat(ui.Tile{Label: "Waiting for you", Value: "3", Icon: "hand", Tone: ui.Warning, Href: "/held"}),
			ui.Stat(ui.Tile{Label: "Failed", Value: "1", Icon: "circle-x", Tone: ui.Danger})),
		in(ui.Columns(),
			in(ui.Card(ui.Box{Title: "Last 24 hours", Description: "Every attempt to change something at a target."}), ui.Bars("Attempts by hour", hours)),
			in(ui.Card(ui.Box{Title: "Accounts", Icon: "layers"}), ui.StackedBar("Accounts by status", []ui.Part{
				{Label: "synced", Count: 3807, Tone: ui.Success, Href: "/a"}, {Label: "pending", Count: 240, Tone: ui.Info},
				{Label: "held", Count: 3, Tone: ui.Warning}, {Label: "failed", Count: 1, Tone: ui.Danger}, {Label: "paused", Count: 0, Tone: ui.Muted}}),
				templ.Raw("<br>"), ui.Progress(ui.Gauge{Label: "First sync", Value: 640, Max: 1284}))),
	)
}

func lists() templ.Component {
	row := func(id, name, mail, department, status, word string) templ.Component {
		return in(ui.Row("row-"+id), in(ui.Cell(""), ui.Person(name, mail, "/users/"+id)), in(ui.Cell("Department"), templ.Raw(department)),
			in(ui.Cell("Provisioning"), ui.StatusBadge(status), ui.Quiet(word)), in(ui.EndCell(""), ui.Button(ui.Action{Label: "Retry now for " + name, Icon: "rotate-ccw", IconOnly: true, Small: true, Variant: ui.Ghost})))
	}
	return in(ui.Columns(),
		in(ui.Card(ui.Box{Title: "Users", Description: "Everyone who is sent to this target.", Flush: true, Actions: []ui.Action{{Label: "Filter", Icon: "filter", Variant: ui.Outline, Small: true, Href: "/f"}}}),
			in(ui.CardBody(), ui.SearchBox(ui.Search{Action: "/users", Label: "Search users", Placeholder: "Name or e-mail", Value: "a", Clear: "/users",
				Filters: []ui.Field{{Name: "status", Label: "Status", HideLabel: true, Type: ui.Select, Placeholder: "Any status", Options: []ui.Option{{Value: "failed", Label: "failed"}}}}})),
			in(ui.Table(ui.Grille{Label: "Users of Warehouse", Columns: []ui.Column{{Label: "User"}, {Label: "Department"}, {Label: "Provisioning"}, {Label: "Actions", Hidden: true, End: true}}}),
				row("1", "Amara Okafor", "amara.okafor@example.com", "Engineering", "synced", "2 min ago"),
				row("2", "Jonas Lindqvist", "jonas.lindqvist@example.com", "Sales", "pending", "queued"),
				row("3", "Mei-Ling Zhao", "meiling.zhao@example.com", "Finance", "running", "now"),
				row("4", "Rafael Souza", "rafael.souza@example.com", "Engineering", "retrying", "in 3 min"),
				row("5", "Priya Raman", "priya.raman@example.com", "People Ops", "paused", "1 h ago"),
				row("6", "Tomáš Novák", "tomas.novak@example.com", "Support", "held", "3 h ago"),
				row("7", "Hannah Weiss", "hannah.weiss@example.com", "Legal", "failed", "3 h ago")),
			in(ui.CardFoot(), ui.Pager(ui.Pages{First: "/users", Next: "/users?after=7", Note: "Showing 7 of 1,284 users"}))),
		in(ui.Stack(),
			in(ui.Card(ui.Box{Title: "Account", Side: ui.StatusBadge("synced")}), ui.DescriptionList([]ui.Fact{
				{Term: "Remote ID", Text: "2819c223-7f76-453a-919d-413861904646", Mono: true}, {Term: "Made by", Text: "Usher, on create"},
				{Term: "Last written", View: ui.Time(now.Add(-90*time.Minute), now)}, {Term: "Next try"}})),
			in(ui.Card(ui.Box{Title: "Groups", Flush: true}), ui.EmptyState(ui.Empty{Icon: "users-round", Title: "No groups yet", Text: "Groups decide who is sent to a target. Without any, everybody is.", Actions: []ui.Action{{Label: "New group", Icon: "plus", Variant: ui.Outline, Href: "/groups/new"}}}))),
	)
}

func fields() []ui.Field {
	return []ui.Field{
		{Name: "name", Label: "Name", Help: "3 to 120 characters; unique.", Value: "Wa", Error: "Use at least 3 characters.", Required: true, MaxLength: 120},
		{Name: "description", Label: "Description", Type: ui.Textarea, Optional: true, Value: "Stock <system>"},
		{Name: "base_url", Label: "Base URL", Type: ui.URL, Placeholder: "https://example.com/scim/v2", Mono: true},
		{Name: "auth_mode", Label: "Authentication", Type: ui.Select, Value: "bearer", Options: []ui.Option{{Value: "bearer", Label: "Bearer token"}, {Value: "basic", Label: "User name and password"}}},
		{Name: "token", Label: "Access token", Type: ui.Password, Value: "s3cret-value", Saved: true, Required: true, Help: "Stored sealed; it is never shown again.", WhenKey: "auth_mode", WhenValue: "bearer"},
		{Name: "user", Label: "User name", Autocomplete: "off", WhenKey: "auth_mode", WhenValue: "basic"},
		{Name: "rps", Label: "Requests per second", Type: ui.Number, Min: "0", Max: "1000", Value: "10"},
		{Name: "email", Label: "E-mail", Type: ui.Email, Disabled: true, Value: "ada@example.com"},
	}
}

func forms() templ.Component {
	fs := fields()
	wrong := ui.Field{Name: "on_failure", Label: "If provisioning fails", Type: ui.Radio, Error: "Choose one.", Options: []ui.Option{
		{Value: "reject", Label: "Reject the user", Help: "Nothing is kept, here or at the target."}, {Value: "create", Label: "Create the user anyway", Help: "Usher keeps trying."}}}
	blocking := ui.Field{Name: "blocking", Label: "Blocking", Type: ui.Switch, Checked: true, Help: "Creating a user waits for the target."}
	jit := ui.Field{Name: "jit", Label: "JIT Outbound", Type: ui.Checkbox, Help: "Also send users who arrive by signing in."}
	var inputs []templ.Component
	for _, f := range fs {
		inputs = append(inputs, ui.Input(f))
	}
	inputs = append(inputs, in(ui.Fieldset("Provisioner", "How users are sent."), ui.Input(blocking), ui.Input(jit), ui.Input(wrong)),
		in(ui.FieldRow(), ui.Input(ui.Field{Name: "given", Label: "Given name"}), ui.Input(ui.Field{Name: "family", Label: "Family name"})),
		in(ui.FormActions(), ui.LinkButton("Cancel", "/back", ui.Outline), ui.Button(ui.Action{Label: "Continue", IconAfter: "arrow-right"})))
	return in(ui.Columns(),
		in(ui.Card(ui.Box{Title: "New Connector", Description: "Where Usher sends users, and how it signs in there."}),
			in(ui.Stack(), ui.Steps(2, []string{"Type", "Configuration", "Summary"}), in(ui.Form(ui.FormFrame{Action: "/save", Errors: ui.Errors(append(fs, wrong)...)}), inputs...))),
		in(ui.Stack(),
			in(ui.Card(ui.Box{Title: "Choose a connector"}), ui.Input(ui.Field{Name: "kind", Label: "Connector", HideLabel: true, Type: ui.Cards, Value: "scim2", Options: []ui.Option{
				{Value: "google", Label: "Google", Help: "Google Workspace, by its Directory API.", Icon: "globe"}, {Value: "scim2", Label: "SCIM2", Help: "Any target that speaks SCIM 2.0.", Icon: "cable"}, {Value: "salesforce", Label: "Salesforce", Help: "Sales and service users.", Icon: "cloud", Disabled: true}}})),
			in(ui.Card(ui.Box{Title: "Delete this connection", Danger: true, ID: "danger"}), ui.ConfirmByName(ui.Confirm{Action: "/delete", Name: "Warehouse", Noun: "connection", Cancel: "/back", Typed: "Ware", Error: "This is not the name."}))),
	)
}

func notes() templ.Component {
	return in(ui.Stack(),
		ui.Callout(ui.Note{Tone: ui.Info, Title: "No provisioner uses this connector", Text: "Users are sent once a provisioner points here.", Actions: []ui.Action{{Label: "New Provisioner", Variant: ui.Outline, Small: true, Href: "/p"}}}),
		ui.Callout(ui.Note{Tone: ui.Success, Title: "The connection works", Text: "Signed in, read 2 users, may create and delete."}),
		ui.Callout(ui.Note{Tone: ui.Warning, Title: "Paused until 14:05", Text: "The target refused the access token. Usher tries again by itself."}),
		in(ui.Callout(ui.Note{Tone: ui.Danger, Title: "The target refused this user", Text: "400 invalidValue: userName is not an e-mail address."}), in(ui.Details("What the target said", true), ui.CodeBlock("Response body", "{\n  \"status\": \"400\",\n  \"detail\": \"userName is not an e-mail address and here is a very long line that has to scroll inside its box\"\n}"))),
		in(ui.Card(ui.Box{Title: "Set-up link"}), ui.CopyField("setup", "Link", "https://usher.example.com/set-up/3f9a", "Valid for one hour.")),
		in(ui.LiveRegion(ui.Live{ID: "live", URL: "/live", Every: "200ms"}), ui.Quiet("live")),
		in(ui.LiveRegion(ui.Live{ID: "settled", URL: "/live", Settled: true}), ui.Quiet("settled")),
	)
}

func choices() templ.Component {
	return in(ui.LinkCards("Kinds of connection"),
		ui.LinkCard(ui.Choice{Title: "Custom Connector", Text: "Send users to a target of your own.", Icon: "plug", Href: "/new/custom"}),
		ui.LinkCard(ui.Choice{Title: "OpenID Connect", Text: "Let people sign in with another account.", Icon: "key-round", Href: "/new/oidc", Badge: "Later"}))
}

func render(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// galleryHandler serves every component of the kit, on pages of their own.
func galleryHandler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(static.Prefix, static.Handler())
	show := func(path string, c templ.Component) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'")
			templ.Handler(c).ServeHTTP(w, r)
		})
	}
	show("/{$}", gallery())
	show("/sign-in", signIn())
	show("/error", views.ErrorPage(views.Shell{Title: "Not found", Admin: "Sam Keller"}, problem()))
	show("/error-plain", views.ErrorPage(views.Shell{Title: "Not found"}, problem()))
	mux.HandleFunc("/live", liveFragment())
	return mux
}

// liveFragment fails first, is at work next, and then settled with a toast beside it.
func liveFragment() http.HandlerFunc {
	var asked atomic.Int32
	return func(w http.ResponseWriter, r *http.Request) {
		n := asked.Add(1)
		if n == 1 {
			http.Error(w, "a page that must not be shown", http.StatusInternalServerError)
			return
		}
		live := in(ui.LiveRegion(ui.Live{ID: "live", URL: "/live", Every: "100ms", Settled: n >= 4}), ui.Quiet(fmt.Sprint("answer ", n)))
		if n >= 4 {
			live = templ.Join(live, ui.ToastOOB(ui.Flash{Tone: ui.Danger, Title: "Settled"}))
		}
		templ.Handler(live).ServeHTTP(w, r)
	}
}

func signIn() templ.Component {
	return in(views.Plain(views.Shell{Title: "Sign in"}), views.PlainHead("Sign in to Usher", "Use the user name that you chose during set-up."),
		in(ui.Form(ui.FormFrame{}), ui.Input(ui.Field{Name: "username", Label: "User name", Autocomplete: "username", Required: true}),
			ui.Input(ui.Field{Name: "password", Label: "Password", Type: ui.Password, Autocomplete: "current-password", Required: true}), ui.Button(ui.Action{Label: "Sign in", IconAfter: "arrow-right"})))
}

func problem() views.Problem {
	return views.Problem{Title: "This page does not exist", Text: "Nothing lives at this address. It may have been deleted.", Next: "Check the address, or start from the overview.", Reference: "01J9-7F3K", Actions: []ui.Action{{Label: "Overview", Href: "/"}}}
}
