package db_test

import (
	"fmt"
	"testing"
	"time"

	"usher/db"
	"usher/db/dbtest"
)

func TestZZ(t *testing.T) {
	w := build(t, dbtest.Postgres(t))
	for i := range 3000 {
		w.user(fmt.Sprintf("user%07d", i))
	}
	rows, err := db.Writer(w.Store).Query("EXPLAIN ANALYZE "+db.ClaimQuery(w.Store), "l", at.Add(time.Hour).UnixMicro(), at.Add(time.Minute).UnixMicro(), w.connector.ID, 1, 256)
	w.must(err)
	for rows.Next() {
		var s string
		rows.Scan(&s)
		t.Log(s)
	}
}
