package salesforce

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"usher/connectors"
)

// confirmation is how long the mail that asks a user to confirm a new address is good for.
const confirmation = 72 * time.Hour

// lookForMail is when Usher looks again whether the user has confirmed.
const lookForMail = time.Hour

const maxMails = 10_000

// mails remembers which addresses wait to be confirmed: sending one again would send the user another mail.
type mails struct {
	mu  sync.Mutex
	all map[string]mail // by account ID
}

type mail struct {
	address string
	sent    time.Time
}

func (m *mails) waiting(id, address string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	w, ok := m.all[id]
	return ok && strings.EqualFold(w.address, address) && now.Sub(w.sent) < confirmation
}

func (m *mails) wait(id, address string, now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.all == nil || len(m.all) >= maxMails {
		m.all = map[string]mail{}
	}
	m.all[id] = mail{address, now}
}

func (m *mails) forget(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, id)
}

// mailWaits takes an address that was sent already, and that the user has not confirmed, out of what is sent.
func (k *connector) mailWaits(ctx context.Context, op, id string, body map[string]any) (waits string, err error) {
	address, _ := body[attrEmail].(string)
	if address == "" || !k.mails.waiting(id, address, k.now()) {
		return "", nil
	}
	shown, err := k.address(ctx, op, id)
	if err != nil {
		return "", err
	}
	delete(body, attrEmail)
	if strings.EqualFold(shown, address) {
		k.mails.forget(id)
		return "", nil
	}
	return address, nil
}

// checkMail looks whether a new address is in effect. Until the user confirms it Salesforce shows the old one, which
// is neither a failure nor a difference to be repaired.
func (k *connector) checkMail(ctx context.Context, op, id string, body map[string]any, waits string) error {
	if address, _ := body[attrEmail].(string); address != "" {
		k.mails.wait(id, address, k.now()) // before anything can go wrong: it was sent
		shown, err := k.address(ctx, op, id)
		if err != nil {
			return err
		}
		if strings.EqualFold(shown, address) {
			k.mails.forget(id)
			return nil
		}
		waits = address
	}
	if waits == "" {
		return nil
	}
	return &connectors.Error{Kind: connectors.Pending, Op: op, RetryAfter: lookForMail,
		Message: fmt.Sprintf("Salesforce shows the old e-mail address until the user confirms %s. Everything else is written.", waits),
		Remedy:  "Nothing: Salesforce has mailed the user, who has 72 hours. Usher looks again by itself and does not send the change a second time."}
}

func (k *connector) address(ctx context.Context, op, id string) (string, error) {
	c := call{op: op, method: http.MethodGet, path: record("User", id) + "?fields=" + attrEmail}
	a, err := k.do(ctx, c)
	if err != nil {
		return "", err
	}
	var said struct{ Email string }
	return said.Email, k.decode(c, a, &said)
}
