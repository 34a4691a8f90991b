package db_test

import (
	"fmt"
	"testing"
	"time"

	"usher/connectors"
	"usher/db/dbtest"
	"usher/directory"
	"usher/provisioning"
)

// BenchmarkFirstSync is the store's share of a first sync: claim 256 accounts, record 256 creates with their log lines.
func BenchmarkFirstSync(b *testing.B) {
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			s := dbtest.New
			if engine == "postgres" {
				s = dbtest.Postgres
			}
			w := build(b, s(b))
			for i := range b.N {
				w.user(fmt.Sprintf("user%07d", i))
			}
			exchange := connectors.Exchange{Method: "POST", URL: "http://127.0.0.1:9001/scim/v2/Users", Status: 201, Took: time.Millisecond,
				Request:  `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"user0000001","name":{"givenName":"Given","familyName":"Family"},"active":true}`,
				Response: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"2819c223-7f76-453a-919d-413861904646","userName":"user0000001","active":true}`}
			var claiming, recording time.Duration
			b.ReportAllocs()
			b.ResetTimer()
			for done := 0; done < b.N; {
				start := time.Now()
				tasks, err := w.Claim(ctx, provisioning.Claim{ConnectorID: w.connector.ID, Least: provisioning.Bulk, Limit: 256,
					Lease: directory.NewToken(), Until: at.Add(time.Hour), Now: at.Add(time.Minute)})
				w.must(err)
				claiming += time.Since(start)
				rs := make([]provisioning.Result, len(tasks))
				for i, t := range tasks {
					rs[i] = created(t, "remote-"+t.UserID)
					rs[i].Exchanges = []connectors.Exchange{exchange}
				}
				start = time.Now()
				w.record(at.Add(time.Minute), rs...)
				recording += time.Since(start)
				done += len(tasks)
			}
			b.ReportMetric(float64(claiming.Microseconds())/float64(b.N), "claim-µs/account")
			b.ReportMetric(float64(recording.Microseconds())/float64(b.N), "record-µs/account")
		})
	}
}

// BenchmarkCreateUser is one user in one transaction, with terms, account and change.
func BenchmarkCreateUser(b *testing.B) {
	w := build(b, dbtest.New(b))
	b.ResetTimer()
	for i := range b.N {
		w.user(fmt.Sprintf("user%07d", i))
	}
}
