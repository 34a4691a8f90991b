package db

import (
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
)

// micros is a time as a column: microseconds, NULL when zero.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// timeOf reads what micros wrote.
func timeOf(v sql.NullInt64) time.Time {
	if !v.Valid {
		return time.Time{}
	}
	return time.UnixMicro(v.Int64).UTC()
}

// nullable is a text as a column, NULL when empty.
func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// object is a JSON object as a column, NULL when nil. It is bound as a string: SQLite would keep bytes as a BLOB.
func object(m map[string]any) (any, error) {
	if m == nil {
		return nil, nil
	}
	b, err := json.Marshal(m)
	if err != nil {
		return nil, err
	}
	return string(b), nil
}

// objectOf reads what object wrote.
func objectOf(s sql.NullString) (map[string]any, error) {
	if !s.Valid {
		return nil, nil
	}
	var m map[string]any
	if err := json.Unmarshal([]byte(s.String), &m); err != nil {
		return nil, fmt.Errorf("stored JSON: %w", err)
	}
	return m, nil
}

// clean makes somebody else's words fit for a text column: PostgreSQL takes neither NUL nor broken UTF-8.
func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// placeholders is "$from, …, $from+n-1".
func placeholders(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}

// logID makes the UUIDv7 of the nth line that is written at a time (RFC 9562 §5.7; microseconds stand in rand_a,
// §6.2 method 3), so that lines sort by time and, within one batch, as written.
func logID(at time.Time, n int) string {
	u := boundID(at)
	var random [8]byte
	_, _ = rand.Read(random[:]) // never fails
	copy(u[8:], random[:])
	binary.BigEndian.PutUint16(u[8:], 0x8000|uint16(n)&0x3fff) //nolint:gosec // only the low 14 bits are kept
	return u.String()
}

// boundID sorts before every line written at or after a time, and after every earlier one.
func boundID(at time.Time) uuid.UUID {
	var u uuid.UUID
	us := max(at.UnixMicro(), 0)
	binary.BigEndian.PutUint64(u[:], uint64(us/1000)<<16|0x7000|uint64(us%1000))
	u[8] = 0x80
	return u
}
