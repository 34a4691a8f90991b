package imports_test

import (
	"strings"
	"testing"

	"usher/directory"
	"usher/imports"
)

const likeFile = `login,email,employee number,external id,title
ada2,ADA@example.com,,,Analyst
ada3,,17,,
ada4,,,x17,
ada,ada@example.com,17,x17,Countess
bob,bob@example.com,18,x18,
bob2,Bob@Example.com,,,
bob3,,18,,
bob4,,,x18,
bob5,,,X18,
dora,,,s9,
`

const howTo = " If this is another person, choose “Import anyway” with the columns."

// likes has a user who was made by hand, and one who came by the SCIM API with that client's own ID.
func (w *fixture) likes() {
	w.t.Helper()
	ada := directory.User{UserName: "ada", Active: true, Source: directory.Console, ExternalID: "x17"}
	ada.EmployeeNumber, ada.DisplayName = "17", "Ada Lovelace"
	ada.SetEmail("ada@example.com")
	hr := directory.User{UserName: "hr-dora", Active: true, Source: directory.SCIM}
	hr.Arrival.ClientID = directory.ClientID{Client: "HR", Value: "s9"}
	for _, u := range []directory.User{ada, hr} {
		_, _, err := w.Directory.CreateUser(w.t.Context(), u, clerk)
		w.must(err)
	}
}

// TestRowsLikeSomebodyElse are refused unless they are asked for, and say whose it is.
func TestRowsLikeSomebodyElse(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.likes()
		w.run()
		i := w.checked(likeFile, imports.CreateAndChange, imports.RefuseUnknown)
		want := strings.Join([]string{"1 refuse ada2: Email: ada (Ada Lovelace) has the same email.", "2 refuse ada3: Employee number: ada (Ada Lovelace) has the same employee number.",
			"3 refuse ada4: External ID: ada (Ada Lovelace) has the same external ID.", "4 change ada: Title", "5 create bob", "6 refuse bob2: Email: Line 6 has the same email.",
			"7 refuse bob3: Employee number: Line 6 has the same employee number.", "8 refuse bob4: External ID: Line 6 has the same external ID.", "9 create bob5",
			"10 refuse dora: External ID: hr-dora has the same external ID."}, "\n")
		w.same("refused", strings.ReplaceAll(w.verdicts(i), howTo, ""), want)
		causes, err := w.store.Causes(t.Context(), i.ID, 10)
		w.must(err)
		var got []string
		for _, c := range causes {
			got = append(got, strings.TrimSuffix(c.Words, howTo))
		}
		w.same("causes", strings.Join(got, "\n"), strings.Join([]string{"External ID: Another user has the same external ID.", "Email: A line before it has the same email.",
			"Email: Another user has the same email.", "Employee number: A line before it has the same employee number.", "Employee number: Another user has the same employee number.",
			"External ID: A line before it has the same external ID."}, "\n"))
		w.same("rows of the first", causes[0].Rows, 2)

		i.Alike = imports.ImportAlike
		w.must(w.Map(t.Context(), i, i.Mapping, imports.CreateAndChange, imports.RefuseUnknown))
		i = w.until(i, imports.Checked)
		w.same("plan", i.Plan, imports.Plan{Create: 9, Change: 1, Warn: 7})
		w.same("warned", w.verdicts(i), strings.NewReplacer("refuse", "create", howTo, "").Replace(want))
		w.start(i)
		i = w.until(i, imports.Finished)
		w.same("done", i.Done, imports.Done{Created: 9, Changed: 1})
	})
}

// TestSomebodyIsLikeARowSinceTheDryRun: the run looks again.
func TestSomebodyIsLikeARowSinceTheDryRun(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.run()
		i := w.checked("login,email\nada2,ada@example.com\nbob,bob@example.com\n", imports.OnlyCreate, imports.RefuseUnknown)
		w.likes()
		w.start(i)
		i = w.until(i, imports.Finished)
		w.same("verdicts", w.verdicts(i), "1 refused ada2: Email: ada (Ada Lovelace) has the same email.\n2 created bob")
	})
}

// TestWhatASpreadsheetHasDone is told, and taken as it stands; so is a row that is short.
func TestWhatASpreadsheetHasDone(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.run()
		i := w.checked("login,employee number,phone,title\nada,1.23E+11,\"4,4E+12\",x\nbob,1E5,+44 20 1,x\ncarl,,####,#N/A\ndora,5\neve,2.5e+3,,\n", imports.OnlyCreate, imports.RefuseUnknown)
		w.same("rows", w.verdicts(i), strings.Join([]string{
			"1 create ada: Phone: “4,4E+12” looks like a long number that a spreadsheet has shortened. Employee number: “1.23E+11” looks like a long number that a spreadsheet has shortened.",
			"2 create bob", "3 create carl: Phone: “####” is what a spreadsheet shows when it has no value. Title: “#N/A” is what a spreadsheet shows when it has no value.",
			"4 create dora: The row has 2 cells and the header 4; the missing ones count as empty.",
			"5 create eve: Employee number: “2.5e+3” looks like a long number that a spreadsheet has shortened."}, "\n"))
		w.same("plan", i.Plan, imports.Plan{Create: 5, Warn: 4})
		rows, err := w.store.ImportRows(t.Context(), imports.RowFilter{ImportID: i.ID, Warned: true})
		w.must(err)
		w.same("with a warning", len(rows), 4)
		rows, err = w.store.ImportRows(t.Context(), imports.RowFilter{ImportID: i.ID, Cause: "The row has fewer cells than the header; the missing ones count as empty."})
		w.must(err)
		w.same("short rows", len(rows), 1)
	})
}

// TestRefusalsAreGrouped by what is wrong, whatever stands in the row.
func TestRefusalsAreGrouped(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.run()
		i := w.checked("login,active,groups,email\na,perhaps,,\nb,never,,\nc,2,,\nd,,Nobody,\ne,,Nowhere,\nf,,,x\n,,,g@example.com\nh,,,,i\nd,,,\n", imports.OnlyCreate, imports.RefuseUnknown)
		causes, err := w.store.Causes(t.Context(), i.ID, 10)
		w.must(err)
		w.same("causes", causes, `[{Active: A cell is neither yes nor no. Write true or false. true 3 2} {Groups: A group that it names does not exist. true 2 5} `+
			`{Email: Enter an e-mail address such as ada@example.com. This one has no @. true 1 7} {The row has more cells than the header. Is a value with a separator not in quotation marks? true 1 9} `+
			`{User name: A line before it has the same user name. true 1 10} {User name: The cell is empty. true 1 8}]`)
	})
}

// TestTheSameIsTakenAsByTheAPI: line breaks, long texts, and what nobody sees at the ends of a cell.
func TestTheSameIsTakenAsByTheAPI(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.run()
		long := strings.Repeat("x", 2000)
		i := w.checked("login,street,cost center,title\nada,\"1 Row\nFloor 2\","+long+",x\nada\u200b,,,\n\ufeffADA\u2060,,,\nbob,,,\"Head\nof\"\n", imports.OnlyCreate, imports.RefuseUnknown)
		w.same("rows", w.verdicts(i), "1 create ada\n2 refuse ada: User name: Line 2 has the same user name.\n3 refuse ADA: User name: Line 2 has the same user name.\n"+
			"4 refuse bob: Title: This cannot contain control characters.")
		w.start(i)
		w.until(i, imports.Finished)
		u := w.user("ada")
		w.same("ada", []string{u.Addresses[0].StreetAddress, u.CostCenter}, []string{"1 Row\nFloor 2", long})
	})
}

// TestFormulasAreGuarded in the list of refused rows, and are themselves again when it is uploaded.
func TestFormulasAreGuarded(t *testing.T) {
	each(t, func(t *testing.T, w *fixture) {
		w.t = t
		w.run()
		cells := []string{"=1+1", "+1", "-1", "@x", "＝1+1", "＋1", "－1", "＠x", "\n=1+1", "\t=1", "\r=1"}
		var file strings.Builder
		file.WriteString("login,@title\n")
		for _, c := range cells {
			file.WriteString(",\"" + c + "\"\n")
		}
		i := w.upload(file.String())
		w.must(w.Map(t.Context(), i, imports.Mapping{"userName", "title"}, imports.OnlyCreate, imports.RefuseUnknown))
		i = w.until(i, imports.Checked)
		var b strings.Builder
		w.must(w.Report(t.Context(), i, &b))
		r, rows := readAll(t, b.String())
		if raw := strings.TrimPrefix(b.String(), "\ufeff"); strings.Count(raw, "'") != len(cells)+1 {
			t.Errorf("not every cell is guarded: %q", raw)
		}
		for k, row := range rows {
			w.same("cell", strings.TrimSpace(row.Cells[1]), strings.TrimSpace(cells[k]))
		}
		w.same("header", r.Header, "[login @title line reason]")
	})
}
