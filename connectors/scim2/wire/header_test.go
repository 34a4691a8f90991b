package wire

import "testing"

func TestHeaderOfTheKeyIsChecked(t *testing.T) {
	for name, ok := range map[string]bool{"X-API-Key": true, "authorization": true, "Host": false, "content-length": false, "User-Agent": false, "X Key": false, "X-Key:": false} {
		if wrong := checkKeyHeader(name); (wrong == "") != ok {
			t.Errorf("%q: %q", name, wrong)
		}
	}
}

func TestExtraHeadersAreCheckedAsTheyAreTyped(t *testing.T) {
	for _, bad := range []string{"no colon", "X-A:", ": b", "X A: b", "Authorization: Bearer x", "host: evil", "Connection: close", "Proxy-Authorization: x",
		"Transfer-Encoding: chunked", "Content-Type: text/plain", "If-Match: *", "X-A: a\x00b"} {
		if checkHeaders(bad) == "" {
			t.Errorf("%q is taken for a header", bad)
		}
	}
}
