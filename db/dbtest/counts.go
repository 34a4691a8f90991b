package dbtest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
)

// CheckCounts compares the counts that a database keeps with what there is to count.
func CheckCounts(t testing.TB, q *sql.DB) {
	t.Helper()
	for what, queries := range map[string][2]string{
		"accounts": {`SELECT connector_id, kind, state, CAST(sum(n) AS BIGINT) FROM account_counts GROUP BY connector_id, kind, state HAVING sum(n) <> 0 ORDER BY 1, 2, 3`,
			`SELECT connector_id, kind, state, count(*) FROM accounts GROUP BY connector_id, kind, state ORDER BY 1, 2, 3`},
		"users": {`SELECT CAST(sum(live) AS BIGINT), CAST(sum(disabled) AS BIGINT), '', '' FROM user_counts`,
			`SELECT (SELECT count(*) FROM users WHERE state = 'live'), (SELECT count(*) FROM users WHERE state = 'live' AND NOT active), '', ''`},
		"lines of the log": {`SELECT hour, outcome, CAST(sum(n) AS BIGINT), '' FROM log_counts GROUP BY hour, outcome ORDER BY 1, 2`,
			`SELECT at / 3600000000, outcome, count(*), '' FROM attempts GROUP BY at / 3600000000, outcome ORDER BY 1, 2`},
	} {
		if kept, counted := lines(t, q, queries[0]), lines(t, q, queries[1]); kept != counted {
			t.Errorf("counts of %s are\n%s\nand there are\n%s", what, kept, counted)
		}
	}
}

func lines(t testing.TB, q *sql.DB, query string) string {
	t.Helper()
	rows, err := q.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var c [4]string
		if err := rows.Scan(&c[0], &c[1], &c[2], &c[3]); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, c)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
