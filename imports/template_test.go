package imports_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"usher/db/dbtest"
	"usher/imports"
)

// TestTemplatesImportWithoutAHand: files as other programs write them, or ask for them, need nothing but Start.
func TestTemplatesImportWithoutAHand(t *testing.T) {
	for file, want := range map[string]string{
		"okta.csv": `ada@example.com active Ada Lovelace <ada@example.com> Analyst, Mathematics #00017 Springfield CA 94016 US tel +44 20 7946 0001 manager g7 Grace Hopper
bob@example.com active Bob Builder <bob@example.com> ,  #00018 Toronto ON M5H CA tel +44 20 7946 0002 manager  `,
		"entra.csv": `grace@example.com active Grace Hopper <> Admiral, Navy # Arlington VA 22201 US tel +1 212 555 0001 +1 212 555 0002 manager  
ada@example.com disabled Ada Lovelace <> Analyst, Mathematics # London   GB tel  manager  `,
		"entra-german.csv": `grace@example.com active Grace Hopper <> ,  # - tel  manager  
ada@example.com disabled Ada Lovelace <> ,  # - tel  manager  `,
		"entra-export.csv": `ada@example.com disabled Ada Lovelace <ada.l@example.com> Analyst, Mathematics # London Kent N1 United Kingdom tel +44 20 1 +44 77 1 manager  `,
		"google.csv": `ada@example.com active Ada Lovelace <ada@example.com> Analyst, Mathematics #17 1 Row, London tel +44 20 7946 0001 +44 77 0000 0001 manager grace@example.com 
grace@example.com disabled Grace Hopper <grace@example.com> , Navy #18 - tel  manager  `,
		"csvde.csv": `ada@corp.test active Ada Lovelace <ada@example.com> Analyst, Mathematics #17 London Kent N1 GB tel +44 20 1 +44 77 1 manager CN=Grace Hopper,OU=People,DC=corp,DC=test 
bob@corp.test disabled Bob Builder <bob@example.com> ,  #18 - tel  manager  `,
		"onelogin.csv":  `ada active Ada Lovelace <ada@example.com> Analyst, Mathematics # - tel +44 20 1 manager  `,
		"jumpcloud.csv": `ada active Ada Lovelace <ada@example.com> Analyst, Mathematics #17 London Kent N1 GB tel +44 20 1 +44 77 1 manager  `,
		"workday.csv":   `ada@example.com active Ada Lovelace <ada@example.com> Analyst,  #17 - tel +44 20 1 manager 18 Grace Hopper`,
		"bamboohr.csv": `ada@example.com active Ada Lovelace <ada@example.com> Analyst, Mathematics #17 Springfield CA 94016 US tel +44 20 1 +44 77 1 manager  Grace Hopper
bob@example.com disabled Bob Builder <bob@example.com> ,  #18 Toronto ON M5H CA tel  manager  `,
		"powershell.csv": `ada@corp.test active Ada Lovelace <> ,  # - tel  manager  `,
		"mac.csv":        "ada active Ada  <ada@example.com> ,  # - tel  manager  ",
	} {
		t.Run(file, func(t *testing.T) {
			w := newFixture(t, dbtest.New(t))
			w.run()
			w.importsAs(file, want)
		})
	}
}

func (w *fixture) importsAs(file, want string) {
	w.t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	w.must(err)
	i := w.checked(string(text), imports.OnlyCreate, imports.RefuseUnknown)
	verdicts := w.verdicts(i)
	w.start(i)
	w.until(i, imports.Finished)
	rows, err := w.store.ImportRows(w.t.Context(), imports.RowFilter{ImportID: i.ID, Verdicts: []imports.Verdict{imports.Created}})
	w.must(err)
	var got []string
	for _, r := range rows {
		got = append(got, w.summary(r.Name))
	}
	w.same(file+": "+strings.Join(i.Mapping, ",")+"\n"+verdicts, strings.Join(got, "\n"), want)
}

// summary is a user in one line.
func (w *fixture) summary(name string) string {
	u := w.user(name)
	status, place := "disabled", "-"
	if u.Active {
		status = "active"
	}
	for _, a := range u.Addresses {
		place = a.Formatted
		if place == "" {
			place = strings.Join([]string{a.Locality, a.Region, a.PostalCode, a.Country}, " ")
		}
	}
	var numbers []string
	for _, n := range u.PhoneNumbers {
		numbers = append(numbers, n.Value)
	}
	return fmt.Sprintf("%s %s %s %s <%s> %s, %s #%s %s tel %s manager %s %s", u.UserName, status, u.Name.GivenName, u.Name.FamilyName, u.Email(), u.Title,
		u.Department, u.EmployeeNumber, place, strings.Join(numbers, " "), u.Manager.Value, u.Manager.DisplayName)
}

// TestStateIsARegionBesideACity: only words of life make it Active there.
func TestStateIsARegionBesideACity(t *testing.T) {
	for text, want := range map[string]string{
		"login,state\nada,CA\n":                        "userName,",
		"login,state\nada,active\nbob,inactive\n":      "userName,active",
		"login,state\nada,\n":                          "userName,active",
		"login,city,state\nada,Ottawa,ON\nbob,Oslo,\n": "userName,addresses.locality,addresses.region",
		"login,city,state\nada,Ottawa,\n":              "userName,addresses.locality,addresses.region",
		"login,city,state\nada,Ottawa,Active\n":        "userName,addresses.locality,active",
		"login,city,state,status\nada,X,NO,active\n":   "userName,addresses.locality,addresses.region,active",
		"login,status\nada,on leave\n":                 "userName,",
		"login,suspended\nada,FALSE\n":                 "userName,blocked",
		"login,disabled,enabled\nada,no,yes\n":         "userName,,active",
	} {
		r, _ := readAll(t, text)
		if got := strings.Join(imports.Guess(r.Header, r.First()...), ","); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// TestSecretsInEveryLanguage: whatever the column is called, nothing of it goes further than the reader.
func TestSecretsInEveryLanguage(t *testing.T) {
	for _, name := range []string{"pwd", "pass", "pw", "initial pw", "InitialPW", "userPw", "User_Password2", "contraseña", "CONTRASEN\u0303A", "senha", "hasło", "wachtwoord", "lösenord",
		"пароль", "Пароль пользователя", "パスワード", "ﾊﾟｽﾜｰﾄﾞ", "初期パスワード", "密码", "비밀번호", "passphrase", "secret", "client secret", "PIN", "hash", "password hash", "mot de passe",
		"Kennwort", "Anfangskennwort", "şifre", "salasana", "heslo", "jelszó", "adgangskode", "סיסמה", "mật khẩu", "api key", "OTP", "access token", "user.password", "Password [Required]", "clave"} {
		r, rows := readAll(t, "login,"+name+"\nada,hunter2\n\"x\"y,hunter2\n")
		if s := fmt.Sprintf("%+v %v", rows, r.First()); strings.Contains(s, "hunter2") || len(rows) != 2 || len(r.Notes) != 1 {
			t.Errorf("%s: %s, notes %q", name, s, r.Notes)
		}
		if m := imports.Guess(r.Header); m[1] != imports.Ignore {
			t.Errorf("%s is guessed as %s", name, m[1])
		}
	}
	for _, name := range []string{"compass", "passport", "secretary", "opinion", "shipping", "typewriter", "clave de empleado", "Spinnerei", "department", "mailbox", "phasher"} {
		if r, _ := readAll(t, "login,"+name+"\nada,kept\n"); len(r.Notes) > 0 {
			t.Errorf("%s is left out: %q", name, r.Notes)
		}
	}
	r, rows := readAll(t, "login,note\nada,$2b$10$abcdefghijklmnopqrstuv\nbob,{SSHA}hunter2\n\"x\"y,{SSHA}hunter2\n")
	if s := fmt.Sprintf("%+v", rows); strings.Contains(s, "$2b$") || strings.Contains(s, "hunter2") || len(r.Notes) != 1 {
		t.Errorf("hashes: %s, notes %q", s, r.Notes)
	}
}

// TestFirstLinesThatNameNoColumns are skipped, and lines are still counted as an editor does.
func TestFirstLinesThatNameNoColumns(t *testing.T) {
	texts := map[string]string{"plain": "login,name\r\nada,Ada\r\n", "sep": "sep=,\r\nlogin,name\r\nada,Ada\r\n", "version": "version:v1.0\r\nlogin,name\r\nada,Ada\r\n",
		"padded": "version:v1.0,\r\nlogin,name\r\nada,Ada\r\n", "quoted": "\"version:v1.0\";\r\nlogin;name\r\nada;Ada\r\n", "powershell": "#TYPE System.Object\r\nlogin,name\r\nada,Ada\r\n",
		"mac": "version:v1.0\rlogin,name\rada,Ada\r", "mac, marks that do not match": "login,name\rada,Ada 5\" tall\rbob,Bob\r"}
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		r, rows := readAll(t, texts[name])
		line := int64(2)
		if strings.Contains(texts[name], "version") || strings.Contains(texts[name], "sep=") || strings.Contains(texts[name], "#TYPE") {
			line = 3
		}
		if fmt.Sprint(r.Header) != "[login name]" || len(rows) == 0 || rows[0].Line != line {
			t.Errorf("%s: header %q, rows %+v", name, r.Header, rows)
		}
	}
}

// TestLinesOfTheFile: a cell of several lines and empty lines move what follows.
func TestLinesOfTheFile(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r"} {
		_, rows := readAll(t, strings.ReplaceAll("login,street\nada,\"1 Row\nFloor 2\"\n\n,\nbob,2 Row\n", "\n", end))
		if len(rows) != 2 || rows[0].Line != 2 || rows[1].Line != 6 || rows[0].Cells[1] != "1 Row\nFloor 2" {
			t.Errorf("%q: %+v", end, rows)
		}
	}
}
