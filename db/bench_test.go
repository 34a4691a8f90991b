package db_test

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"usher/connectors"
	"usher/db"
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
			fill(b, w, b.N)
			exchange := connectors.Exchange{Method: "POST", URL: "http://127.0.0.1:9001/scim/v2/Users", Status: 201, Took: time.Millisecond,
				Request:  `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"user0000001","name":{"givenName":"Given","familyName":"Family"},"active":true}`,
				Response: `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"2819c223-7f76-453a-919d-413861904646","userName":"user0000001","active":true}`}
			var claiming, recording, cpu time.Duration
			b.ReportAllocs()
			b.ResetTimer()
			cpu -= processor()
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
			cpu += processor()
			b.ReportMetric(float64(cpu.Microseconds())/float64(b.N), "cpu-µs/account")
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

// fill makes n users at once: what one of them costs is measured elsewhere.
func fill(b *testing.B, w *fixture, n int) {
	b.Helper()
	w.must(db.Fill(w.Store, n, at))
	w.must(w.DeleteProvisioner(ctx, w.provisioner.ID, change(at)))
	w.must(w.CreateProvisioner(ctx, w.provisioner, change(at)))
}

// processor is the time that this process has used on all cores; on a busy machine it says more than the clock.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
