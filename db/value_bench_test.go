package db_test

import (
	"fmt"
	"testing"

	"usher/db/dbtest"
	"usher/directory"
)

// BenchmarkCreateUsers makes users in batches of 500, as an import does; one op is one user.
func BenchmarkCreateUsers(b *testing.B) {
	s := dbtest.New(b)
	n := 0
	for b.Loop() {
		var us []directory.User
		var cs []directory.Change
		for range 500 {
			u := person(fmt.Sprintf("user%06d", n))
			u.Title, u.Department = "Specialist", "Sales"
			us, cs, n = append(us, u), append(cs, change(at)), n+1
		}
		if err := s.CreateUsers(ctx, us, cs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/user")
}
