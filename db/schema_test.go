package db_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"usher/db"
	"usher/db/dbtest"
)

var update = flag.Bool("update", false, "rewrite schema.sql")

// TestSchemaFile keeps schema.sql what the migrations add up to.
func TestSchemaFile(t *testing.T) {
	s := dbtest.New(t)
	rows, err := db.Writer(s).Query(`SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND tbl_name NOT LIKE 'goose%' AND tbl_name NOT LIKE 'sqlite%'
		ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 WHEN 'index' THEN 1 ELSE 2 END, name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	b.WriteString("-- What the migrations add up to, written by: go test ./db -run TestSchemaFile -update\n")
	for rows.Next() {
		var sql string
		if err := rows.Scan(&sql); err != nil {
			t.Fatal(err)
		}
		b.WriteString("\n" + sql + ";\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("schema.sql", []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile("schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Error("schema.sql is not what the migrations add up to; run: go test ./db -run TestSchemaFile -update")
	}
}
