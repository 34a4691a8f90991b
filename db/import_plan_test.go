package db

import (
	"bytes"
	"context"
	"path/filepath"
	"regexp"
	"testing"

	"usher/imports"
)

var walksRows = regexp.MustCompile(`SCAN (import_rows|imports|users|client_ids|user_values)( |$)`)

// TestImportQueriesUseIndexes refuses a query that reads a whole table of rows. The few imports that are open may be
// walked by the index that holds nothing else.
func TestImportQueriesUseIndexes(t *testing.T) {
	ring, err := NewRing(bytes.Repeat([]byte{7}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	s, err := Open(context.Background(), filepath.Join(t.TempDir(), "x.db"), ring)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	every, _ := importRowQuery(imports.RowFilter{ImportID: "x", After: 1})
	refused, _ := importRowQuery(imports.RowFilter{ImportID: "x", After: 1, Verdicts: []imports.Verdict{imports.WillRefuse, imports.Refused}})
	cause, _ := importRowQuery(imports.RowFilter{ImportID: "x", After: 1, Cause: "y"})
	warned, _ := importRowQuery(imports.RowFilter{ImportID: "x", After: 1, Warned: true})
	page := importQuery("x")
	for name, q := range map[string]string{"rows": every, "refused rows": refused, "imports": page.end(` ORDER BY id DESC LIMIT 21`), "claim": s.claimImport(),
		"earlier names": earlierRows(imports.ByName, 2), "earlier emails": earlierRows(imports.ByEmail, 2), "earlier numbers": earlierRows(imports.ByNumber, 2),
		"earlier external IDs": earlierRows(imports.ByExternal, 2), "causes": causesQuery, "rows of a cause": cause, "rows with warnings": warned,
		"like an email": usersAlike(imports.ByEmail, 2)[0], "like an external ID": usersAlike(imports.ByExternal, 2)[0], "like a client's ID": usersAlike(imports.ByExternal, 2)[1]} {
		rows, err := s.w.Query("EXPLAIN QUERY PLAN "+q, make([]any, 5)[:placeholdersIn(q)]...)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if walksRows.MatchString(detail) && detail != "SCAN imports USING INDEX imports_open" {
				t.Errorf("%s: %s", name, detail)
			}
		}
		rows.Close()
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func placeholdersIn(q string) int {
	most := 0
	for _, m := range regexp.MustCompile(`\$(\d)`).FindAllStringSubmatch(q, -1) {
		most = max(most, int(m[1][0]-'0'))
	}
	return most
}
