package e2e

import (
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	cd "github.com/chromedp/chromedp"

	"usher/browsertest"
	"usher/views"
)

// peopleFile is a file of n good rows and three that must be refused.
func peopleFile(t *testing.T, n int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("Login;Vorname;Nachname;E-Mail;Abteilung;Personalnummer;Gruppen;Stelle\r\n")
	for i := range n {
		fmt.Fprintf(&b, "worker%03d;Ida%d;Müller;worker%03d@example.com;Lager %d;%d;;\r\n", i, i, i, i%7, 1000+i)
	}
	b.WriteString("worker900;Otto;Otto;not an address;Lager;1;;=1+1\r\n")
	b.WriteString("WORKER001;Ida;Again;x@example.com;Lager;2;;\r\n")
	b.WriteString("worker901;Olga;Olga;olga@example.com;Lager;3;Nobody knows this;\r\n")
	path := filepath.Join(t.TempDir(), "people.csv")
	write(t, path, b.String())
	return path
}

func (b *browser) file(label, path string) {
	b.t.Helper()
	b.do("choose a file", cd.SetUploadFiles(cd.CSS("#"+b.control(label)), []string{path}))
}

// slowDown lets creating wait for the demo's target, so that there is time to press a button.
func slowDown(b *browser) {
	b.visit(views.ProvisionersURL)
	b.do("open the provisioner", cd.Click(cd.Search(`//main//td//a`)))
	b.tick("Blocking")
	b.press("Update")
}

// TestImportInABrowser brings people in from a file, with a look at every page on the way.
func TestImportInABrowser(t *testing.T) {
	t.Parallel()
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	defer b.quiet()
	signInToDemo(t, b, demo)
	slowDown(b)
	b.menu("Users")
	b.press("Import users")
	b.inspect("import-add")
	b.do("choose the file", clickText("Add multiple users (CSV)"))
	b.press("Upload")
	b.sees("Choose a file.")
	b.inspect("import-new")
	b.file("CSV file", peopleFile(t, 300))
	b.press("Upload")
	b.sees("303 rows")
	b.inspect("import-columns")
	b.choose("Attribute for Vorname", "Last name")
	b.press("Start dry run")
	b.sees("Last name is chosen for")
	b.inspect("import-columns-wrong")
	b.choose("Attribute for Vorname", "First name")
	b.press("Start dry run")
	b.sees("waits for start")
	b.sees("To create")
	b.inspect("import-checked")
	b.press("Start import")
	b.press("Pause")
	b.sees("What was imported stays.")
	b.inspect("import-paused")
	b.press("Resume")
	b.sees("finished")
	b.inspect("import-finished")
	b.do("list the refused", clickText("Refused"))
	b.sees("Line 3 has the same user name.")
	b.inspect("import-refused")
	checkReport(t, b.eval(`fetch(document.querySelector('a[href$="refused.csv"]').href).then(async r => r.headers.get("Content-Disposition") + "\n" +
		new TextDecoder("utf-8", {ignoreBOM: true}).decode(await r.arrayBuffer()))`))
	b.menu("Users")
	b.sees("worker000")
	b.inspect("import-users")
}

func checkReport(t *testing.T, text string) {
	t.Helper()
	head, body, _ := strings.Cut(text, "\n")
	if !strings.Contains(head, "people-refused.csv") {
		t.Errorf("the download is called %q", head)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\uFEFF"))).ReadAll()
	if err != nil || len(lines) != 4 || lines[1][7] != "'=1+1" || !strings.Contains(lines[1][9], "e-mail") {
		t.Errorf("report %q: %v", lines, err)
	}
}

// lookAgain follows the link that stands in for scripts until the page says so.
func (b *browser) lookAgain(words string) {
	b.t.Helper()
	for end := time.Now().Add(browsertest.Patience); time.Now().Before(end); {
		if strings.Contains(b.text(), words) {
			return
		}
		b.press("Look again")
	}
	b.t.Fatalf("the page never says %q: %s", words, b.text())
}

// text is what the page says, asked in a way that needs no scripts of the page.
func (b *browser) text() string { return strings.ToLower(b.eval(`document.body.innerText`)) }

// TestImportWithoutScripts does the same with scripts switched off.
func TestImportWithoutScripts(t *testing.T) {
	t.Parallel()
	demo := start(t, "demo", "--addr=127.0.0.1:0")
	b := newBrowser(t, demo.URL)
	b.withoutScripts()
	signInToDemo(t, b, demo)
	b.visit("/users/imports/new")
	b.file("CSV file", peopleFile(t, 5))
	b.press("Upload")
	b.press("Start dry run")
	b.lookAgain("waits for start")
	b.press("Start import")
	b.lookAgain("finished")
	b.press("Delete the rows")
	b.fill("Type", "people.csv")
	b.press("Delete the rows")
	b.sees("The rows of the file were deleted.")
}
