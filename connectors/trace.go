package connectors

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Exchange is one request and its answer, without secrets, cut to a size that can be kept.
type Exchange struct {
	Method   string        `json:"method"`
	URL      string        `json:"url"`
	Request  string        `json:"request,omitempty"`
	Status   int           `json:"status,omitempty"`
	Response string        `json:"response,omitempty"`
	Error    string        `json:"error,omitempty"`
	Took     time.Duration `json:"took"` // nanoseconds
}

// Trace collects the exchanges of one attempt. An attempt makes its requests one after the other: a Trace
// is not for several goroutines at once.
type Trace struct{ Exchanges []Exchange }

type traceKey struct{}

// WithTrace returns a context whose requests are written down in t.
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

type secretKey struct{}

// WithSecret returns a context in whose traces the secret cannot be read, wherever it stands: a service may repeat
// a password in its own words.
func WithSecret(ctx context.Context, secret string) context.Context {
	if len(secret) < tooShortToBeSecret {
		return ctx
	}
	known, _ := ctx.Value(secretKey{}).([]string)
	return context.WithValue(ctx, secretKey{}, append(known[:len(known):len(known)], Spellings(secret)...))
}

// Spellings are the ways in which a service may repeat a secret: as it is, and as JSON writes it, with and without the
// signs of HTML escaped.
func Spellings(secret string) []string {
	out := []string{secret}
	for _, escapeHTML := range []bool{true, false} {
		var b strings.Builder
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(escapeHTML)
		if e.Encode(secret) != nil {
			continue
		}
		if quoted := strings.Trim(b.String(), "\n"); !slices.Contains(out, quoted[1:len(quoted)-1]) {
			out = append(out, quoted[1:len(quoted)-1])
		}
	}
	return out
}

const (
	keptBody = 4 << 10
	// readBody is more than is kept, so that a secret which straddles the cut is still seen whole.
	readBody = 2 * keptBody
)

// record writes one exchange into a trace; nil, when no trace was asked for, does nothing.
type record struct {
	trace  *Trace
	at     int
	began  time.Time
	header http.Header // of the request: its credentials must not come back in the answer
	hidden []string    // of WithSecret
	answer []byte
	done   bool
}

func startRecord(ctx context.Context, req *http.Request) *record {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	if t == nil {
		return nil
	}
	hidden, _ := ctx.Value(secretKey{}).([]string)
	t.Exchanges = append(t.Exchanges, Exchange{Method: req.Method, URL: redactURL(req.URL), Request: requestText(req, hidden)})
	return &record{trace: t, at: len(t.Exchanges) - 1, began: time.Now(), header: req.Header, hidden: hidden}
}

func (r *record) failed(err error) {
	if r == nil {
		return
	}
	e := &r.trace.Exchanges[r.at]
	e.Error, e.Took = err.Error(), time.Since(r.began)
}

func (r *record) answered(resp *http.Response) {
	if r == nil {
		return
	}
	e := &r.trace.Exchanges[r.at]
	e.Status, e.Took = resp.StatusCode, time.Since(r.began)
	if n := resp.ContentLength; n > 0 {
		r.answer = make([]byte, 0, min(n, readBody))
	}
}

func (r *record) read(p []byte) {
	if r == nil || len(r.answer) >= readBody {
		return
	}
	r.answer = append(r.answer, p[:min(len(p), readBody-len(r.answer))]...)
}

func (r *record) closed() {
	if r == nil || r.done {
		return
	}
	r.done = true
	text := string(r.answer)
	for _, s := range append(credentials(r.header), r.hidden...) {
		text = strings.ReplaceAll(text, s, redactedValue)
	}
	e := &r.trace.Exchanges[r.at]
	e.Response, e.Took = cut(redactBody(text)), time.Since(r.began)
	r.answer = nil
}

func requestText(req *http.Request, hidden []string) string {
	if req.GetBody == nil || req.ContentLength <= 0 {
		return ""
	}
	body, err := req.GetBody()
	if err != nil {
		return ""
	}
	defer body.Close()
	buf := make([]byte, min(req.ContentLength, readBody))
	n, _ := io.ReadFull(body, buf)
	text := string(buf[:n])
	for _, s := range hidden {
		text = strings.ReplaceAll(text, s, redactedValue)
	}
	if strings.HasPrefix(req.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return cut(redactForm(text))
	}
	return cut(redactBody(text))
}

// credentials are the parts of a request's header that nobody may read in a trace.
func credentials(h http.Header) []string {
	var out []string
	for name, values := range h {
		switch name {
		case "Accept", "Content-Type", "User-Agent", "Accept-Encoding", "If-Match", "Content-Length":
			continue
		}
		for _, v := range values {
			out = appendCredentials(out, v)
		}
	}
	return out
}

const tooShortToBeSecret = 6

func appendCredentials(out []string, v string) []string {
	scheme, rest, ok := strings.Cut(v, " ")
	if len(v) >= tooShortToBeSecret {
		out = append(out, v)
	}
	if ok && len(rest) >= tooShortToBeSecret {
		out = append(out, rest)
	}
	if !strings.EqualFold(scheme, "Basic") {
		return out
	}
	if plain, err := base64.StdEncoding.DecodeString(rest); err == nil {
		if _, password, _ := strings.Cut(string(plain), ":"); len(password) >= tooShortToBeSecret {
			out = append(out, password)
		}
	}
	return out
}

func cut(s string) string {
	if len(s) > keptBody {
		s = s[:keptBody] + "…"
	}
	return strings.ToValidUTF8(s, "�")
}
