package salesforce

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"usher/connectors"
)

// lookAgain is how long a reading of the usage is believed, and how long the rest waits once it is too high: the
// allocation counts the last 24 hours, so that it recovers by and by.
const lookAgain = time.Hour

// budget keeps Usher below its share of the organization's daily requests, by what Salesforce says with every answer.
type budget struct {
	percent float64 // 0 is no limit

	mu        sync.Mutex
	used, max int
	at        time.Time
}

// parseUsage reads Sforce-Limit-Info: "api-usage=18/5000", perhaps with "; api-bursts=1/750" or "; per-app-api-usage=…"
// (REST API Developer Guide, Limit Info Header).
func parseUsage(header string) (used, of int, ok bool) {
	for part := range strings.FieldsFuncSeq(header, func(r rune) bool { return r == ';' || r == ',' }) {
		value, found := strings.CutPrefix(strings.TrimSpace(part), "api-usage=")
		if !found {
			continue
		}
		a, b, found := strings.Cut(value, "/")
		used, err1 := strconv.Atoi(strings.TrimSpace(a))
		of, err2 := strconv.Atoi(strings.TrimSpace(b))
		return used, of, found && err1 == nil && err2 == nil && of > 0 && used >= 0
	}
	return 0, 0, false
}

func (b *budget) learn(header string, now time.Time) {
	used, of, ok := parseUsage(header)
	if !ok {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.used, b.max, b.at = used, of, now
}

// exhausted records that Salesforce refused because the day's requests are used up.
func (b *budget) exhausted(now time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.max = max(b.max, 1)
	b.used, b.at = b.max, now
}

// admit refuses what the budget does not allow. Once in a while one request may go, to see how things are.
func (b *budget) admit(op string, now time.Time) error {
	if op == connectors.OpDeprovision || op == connectors.OpCheck {
		return nil // leavers go while Salesforce lets them, and a check shows how much is left
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	share := b.percent
	const whole = 100
	if share <= 0 {
		share = whole
	}
	if b.max == 0 || float64(b.used)*whole < share*float64(b.max) {
		return nil
	}
	left := b.at.Add(lookAgain).Sub(now)
	if left <= 0 {
		b.at = now
		return nil
	}
	return &connectors.Error{Kind: connectors.RateLimited, Op: op, RetryAfter: left, Guessed: true,
		Message: fmt.Sprintf("The organization has used %d of its %d daily API requests, and this connector stops at %g%%. Nothing was sent.", b.used, b.max, share),
		Remedy:  "Usher waits and lets leavers go first. Raise the connector's daily API budget, or see in Setup → System Overview who uses so many requests."}
}
