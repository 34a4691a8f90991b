package imports_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"usher/directory"
	"usher/imports"
)

func readAll(t testing.TB, text string) (*imports.Reader, []imports.Row) {
	t.Helper()
	r, err := imports.Open(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	var rows []imports.Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return r, rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

func TestReaderKnowsFiles(t *testing.T) {
	const comma = "user,name\nada,Ada Löve\n"
	in := func(e interface{ String(string) (string, error) }, s string) string {
		out, err := e.String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	for name, c := range map[string]struct{ text, note string }{
		"plain":                    {comma, ""},
		"mark":                     {"\uFEFF" + comma, ""},
		"windows":                  {in(charmap.Windows1252.NewEncoder(), comma), "Windows-1252"},
		"utf-16 le":                {in(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder(), comma), "UTF-16"},
		"utf-16 be":                {in(unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder(), comma), "UTF-16"},
		"utf-16 bare":              {in(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder(), comma), "UTF-16"},
		"utf-16 bare be":           {in(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder(), comma), "UTF-16"},
		"semicolon":                {"user;name\r\nada;Ada Löve\r\n", ""},
		"semicolon, commas inside": {"user;name\n\"ada\";\"Ada Löve\"\n\n;;\n", ""},
		"tab":                      {"user\tname\nada\tAda Löve", ""},
		"named":                    {"sep=;\r\nuser;name\r\nada;Ada Löve\r\n", ""},
		"quoted":                   {"\"user\",\"name\"\n\"ada\",\"Ada Löve\"", ""},
		"guarded":                  {"user,name\nada,Ada Löve\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, rows := readAll(t, c.text)
			if fmt.Sprint(r.Header) != "[user name]" || len(rows) != 1 || fmt.Sprint(rows[0].Cells) != "[ada Ada Löve]" {
				t.Errorf("header %q, rows %+v", r.Header, rows)
			}
			if got := strings.Join(r.Notes, " "); c.note == "" && got != "" || !strings.Contains(got, c.note) {
				t.Errorf("notes %q", got)
			}
		})
	}
}

func TestReaderMeetsOneRowInAnotherEncoding(t *testing.T) {
	r, rows := readAll(t, "user,name\n"+strings.Repeat("x,ü\n", 20_000)+"ada,L\xf6ve\n")
	if last := rows[len(rows)-1]; last.Cells[1] != "Löve" || last.Line != 20_002 || last.N != 20_001 || len(r.Notes) != 1 {
		t.Errorf("%+v, notes %q", last, r.Notes)
	}
}

func TestReaderRefusesRows(t *testing.T) {
	_, rows := readAll(t, "a,b\n1,2,3\n1,2,,\n1\n\"x\"y,2\nlast,row\n")
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%d/%d:%v", r.N, r.Line, r.Fault != ""))
	}
	if want := "[1/2:true 2/3:false 3/4:false 4/5:true 5/6:false]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
	_, rows = readAll(t, "a,b\n1,\"open\n2,x\n")
	if len(rows) != 1 || rows[0].Fault == "" {
		t.Errorf("a quotation mark that is not closed: %+v", rows)
	}
}

func TestReaderRefusesFiles(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"empty":    {"", "empty"},
		"blank":    {"\n \n", "empty"},
		"workbook": {"PK\x03\x04xxxx", "spreadsheet"},
		"binary":   {"a,b\n\x00\x01\x02", "not a text file"},
		"columns":  {strings.Repeat("c,", 300) + "\n", "301 columns"},
		"long row": {"a,b\n\"" + strings.Repeat("x", 100_000), "longer than 64 KiB"},
		"rows":     {"a\n" + strings.Repeat("x\n", imports.MaxRows+1), "more than 200000 rows"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := imports.Open(strings.NewReader(c.text))
			for err == nil {
				_, err = r.Next()
			}
			e, ok := errors.AsType[*directory.Error](err)
			if !ok || !strings.Contains(e.Fields["file"], c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}

func TestApostropheOfTheReportIsTakenOff(t *testing.T) {
	_, rows := readAll(t, "a,b\n'+49 30 1,'tis\n")
	if rows[0].Cells[0] != "+49 30 1" || rows[0].Cells[1] != "'tis" {
		t.Errorf("%q", rows[0].Cells)
	}
}

func TestPasswordsAreDropped(t *testing.T) {
	r, rows := readAll(t, "login,Initial Password\nada,hunter2\nbob,\"hunter2\"x,\ncarl,x,hunter2\n")
	if s := fmt.Sprintf("%+v", rows); strings.Contains(s, "hunter2") || len(rows) != 3 || len(r.Notes) != 1 {
		t.Errorf("%s, notes %q", s, r.Notes)
	}
}

func FuzzReader(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "\xFF\xFEa\x00,\x00", "sep=;\na;b", "\"a\nb", "a;b\n\xe4;\"\"\"\n", "PK\x03\x04", ""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := imports.Open(strings.NewReader(string(b)))
		if err != nil {
			return
		}
		if m := imports.Guess(r.Header); len(m) != len(r.Header) {
			t.Fatalf("%d guesses for %d columns", len(m), len(r.Header))
		}
		last, line := int64(0), int64(0)
		for {
			row, err := r.Next()
			if err != nil {
				return
			}
			size := 0
			for _, c := range row.Cells {
				size += len(c)
				if strings.ToValidUTF8(c, "") != c {
					t.Fatalf("cell %q is not UTF-8", c)
				}
			}
			if row.N != last+1 || row.Line < line || size > 4*64<<10 {
				t.Fatalf("row %d in line %d after %d in %d, %d bytes", row.N, row.Line, last, line, size)
			}
			last, line = row.N, row.Line
		}
	})
}

func TestGuess(t *testing.T) {
	for header, want := range map[string]string{
		"user_name,Given Name,SURNAME,E-Mail,Abteilung,Phone Number":                                        "userName,name.givenName,name.familyName,emails,department,phoneNumbers",
		"Benutzername,Vorname,Nachname,E-Mail-Adresse,Gruppen,Aktiv":                                        "userName,name.givenName,name.familyName,emails,groups,active",
		"identifiant,prénom,nom,courriel,service,groupes":                                                   "userName,name.givenName,name.familyName,emails,department,groups",
		"name.givenName,emails.value,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "name.givenName,emails,department",
		"email,mail,password,Notes":                                                                         "emails,,,",
		"userPrincipalName,displayName,employeeId,jobTitle,CostCenter,Manager":                              "userName,displayName,employeeNumber,title,costCenter,manager.value",
		"Straße,PLZ,Ort,Country":                                                                            "addresses.streetAddress,addresses.postalCode,addresses.locality,addresses.country",
	} {
		if got := strings.Join(imports.Guess(strings.Split(header, ",")), ","); got != want {
			t.Errorf("%s: %s, want %s", header, got, want)
		}
	}
	for _, a := range imports.Attributes() {
		if strings.Contains(strings.ToLower(a.Key+a.Label), "password") {
			t.Errorf("%s can be imported", a.Label)
		}
	}
}

func TestMappingIsChecked(t *testing.T) {
	header := []string{"a", "b", "c"}
	for m, want := range map[string]string{
		"userName,,":           "map[]",
		",emails,":             "map[]",
		"title,,":              "map[column_0:user name]",
		"userName,title,title": "map[column_2:already]",
		"userName,password,":   "map[column_1:one of the attributes]",
	} {
		wrong := imports.Mapping(strings.Split(m, ",")).Check(header)
		var fields []string
		for k, v := range wrong {
			fields = append(fields, k)
			if !strings.Contains(want, k) || !strings.Contains(v, strings.TrimSuffix(want[strings.Index(want, ":")+1:], "]")) {
				t.Errorf("%s: %s: %s, want %s", m, k, v, want)
			}
		}
		if want == "map[]" && len(fields) > 0 || want != "map[]" && len(fields) != 1 {
			t.Errorf("%s: %v, want %s", m, wrong, want)
		}
	}
}
