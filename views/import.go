package views

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"usher/imports"
	"usher/views/ui"
)

// Addresses of the pages that add users.
const (
	UserAddURL   = "/users/add"
	ImportsURL   = "/users/imports"
	ImportNewURL = ImportsURL + "/new"
)

// ImportURL is the page of an import.
func ImportURL(id string) string { return ImportsURL + "/" + id }

// importLook is how a state is shown.
func importLook(s imports.State) (ui.Tone, string, string) {
	switch s {
	case imports.Uploading:
		return ui.Info, "upload", "uploading"
	case imports.Failed:
		return ui.Danger, "circle-x", "discarded"
	case imports.Uploaded:
		return ui.Warning, "list-checks", "waits for columns"
	case imports.Checking:
		return ui.Info, "loader-circle", "dry run"
	case imports.Checked:
		return ui.Warning, "circle-pause", "waits for start"
	case imports.Running:
		return ui.Info, "loader-circle", "importing"
	case imports.Paused:
		return ui.Warning, "circle-pause", "paused"
	case imports.Cancelled:
		return ui.Muted, "circle-stop", "cancelled"
	}
	return ui.Success, "circle-check", "finished"
}

// rowLook is how what becomes of a row is shown. over says that nothing more will be done.
func rowLook(v imports.Verdict, over bool) (ui.Tone, string, string) {
	switch v {
	case imports.WillCreate, imports.WillChange:
		if over {
			return ui.Muted, "circle-minus", "not imported"
		}
		if v == imports.WillCreate {
			return ui.Success, "user-plus", "will be created"
		}
		return ui.Info, "pencil", "will be changed"
	case imports.Created:
		return ui.Success, "user-plus", "created"
	case imports.Changed:
		return ui.Info, "pencil", "changed"
	case imports.Same:
		return ui.Muted, "circle-check", "unchanged"
	case imports.WillRefuse, imports.Refused:
		return ui.Danger, "circle-x", "refused"
	}
	return ui.Muted, "circle-dashed", "not checked"
}

// Values of the filter of an import's rows.
const (
	RowsAll     = ""
	RowsCreated = "create"
	RowsChanged = "change"
	RowsSame    = "same"
	RowsRefused = "refuse"
	RowsWarned  = "warn"
)

// RowVerdicts are the verdicts that a value of the filter stands for.
func RowVerdicts(show string) (verdicts []imports.Verdict, ok bool) {
	switch show {
	case RowsAll, RowsWarned: // these have a warning, whatever becomes of them
		return nil, true
	case RowsCreated:
		return []imports.Verdict{imports.WillCreate, imports.Created}, true
	case RowsChanged:
		return []imports.Verdict{imports.WillChange, imports.Changed}, true
	case RowsSame:
		return []imports.Verdict{imports.Same}, true
	case RowsRefused:
		return []imports.Verdict{imports.WillRefuse, imports.Refused}, true
	}
	return nil, false
}

// rowUser is where the user of a row is found; "" when there is none. A row that finds somebody who exists knows them by
// user name only.
func rowUser(row imports.Row) string {
	switch row.Verdict {
	case imports.Created, imports.Changed:
		if row.UserID != "" {
			return "/users/" + row.UserID
		}
	case imports.WillChange, imports.Same:
		return "/users?q=" + url.QueryEscape(row.Name)
	}
	return ""
}

// rowsWord is "1 row" or "1,234 rows".
func rowsWord(n int64) string {
	if n == 1 {
		return "1 row"
	}
	return ui.Count(int(n)) + " rows"
}

// sizeWord is a number of bytes for people.
func sizeWord(n int64) string {
	if n < 1<<20 {
		return strconv.FormatInt((n+1023)>>10, 10) + " KiB"
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// importSum is what an import came to, in a few words.
func importSum(i imports.Import) string {
	var parts []string
	add := func(n int64, word string) {
		if n > 0 {
			parts = append(parts, ui.Count(int(n))+" "+word)
		}
	}
	switch i.State() {
	case imports.Failed:
		return i.Fault
	case imports.Uploading:
		return "The file is being uploaded."
	case imports.Uploaded, imports.Checking:
		return rowsWord(i.Rows)
	case imports.Checked:
		add(i.Plan.Create, "to create")
		add(i.Plan.Change, "to change")
	default:
		add(i.Done.Created, "created")
		add(i.Done.Changed, "changed")
	}
	add(i.Plan.Same, "unchanged")
	add(i.Refused(), "refused")
	if len(parts) == 0 {
		return rowsWord(i.Rows)
	}
	return strings.Join(parts, ", ")
}

// attributeOptions are what a column can be.
func attributeOptions() []ui.Option {
	options := []ui.Option{{Value: imports.Ignore, Label: "Do not import"}}
	for _, a := range imports.Attributes() {
		options = append(options, ui.Option{Value: a.Key, Label: a.Label})
	}
	return options
}
