package connectors

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// Whatever decodes an answer gets it without the mark: lists, resources, errors, tokens.
func TestClientDropsTheByteOrderMark(t *testing.T) {
	for sent, want := range map[string]string{"\xef\xbb\xbf{}": "{}", "\xef\xbb\xbf": "", "{}": "{}", "": "", "7": "7", "\xef\xbb": "\xef\xbb", "abc": "abc", "a\xef\xbb\xbf": "a\xef\xbb\xbf"} {
		for _, length := range []bool{true, false} {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if !length {
					w.(http.Flusher).Flush()
				}
				_, _ = io.WriteString(w, sent)
			}))
			trace := &Trace{}
			req, _ := http.NewRequestWithContext(WithTrace(t.Context(), trace), http.MethodGet, srv.URL, nil)
			resp, err := NewClient(open(), nil).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || string(got) != want || (resp.ContentLength >= 0 && resp.ContentLength != int64(len(want))) {
				t.Errorf("%q: %q of %d, %v", sent, got, resp.ContentLength, err)
			}
			srv.Close()
		}
	}
}

func TestUTF16IsExplained(t *testing.T) {
	for _, sent := range []string{"\xff\xfe{\x00}\x00", "\xfe\xff\x00{\x00}"} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, sent) }))
		defer srv.Close()
		resp, err := NewClient(open(), nil).Get(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if _, err = io.ReadAll(resp.Body); !errors.Is(err, ErrWrongUTF) {
			t.Fatalf("%q: %v", sent, err)
		}
		if e := NoAnswer(OpCreate, err); e.Kind != Unknown || e.Remedy == "" {
			t.Errorf("%+v", e)
		}
		if e := NoAnswer(OpUpdate, err); e.Kind != Temporary {
			t.Errorf("%+v", e)
		}
	}
}
