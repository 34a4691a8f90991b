package programtest

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"testing"
)

// Get reads a page without following redirects.
func Get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	return read(t, client, url)
}

// Page reads a page as the browser's user.
func Page(t *testing.T, browser *http.Client, url string) string {
	t.Helper()
	_, text := read(t, browser, url)
	return text
}

func read(t *testing.T, client *http.Client, url string) (int, string) {
	t.Helper()
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// SignIn signs in at the console and gives the client that is signed in.
func SignIn(t *testing.T, base, name, password string) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar}
	t.Cleanup(browser.CloseIdleConnections)
	resp, err := browser.PostForm(base+"/signin", url.Values{"user_name": {name}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Request.URL.Path != "/" {
		t.Fatalf("signing in led to %s, %d", resp.Request.URL, resp.StatusCode)
	}
	return browser
}

var password = regexp.MustCompile(`Password +(\S+)`)

// DemoPassword is what the demo printed as the password of admin.
func (s *Server) DemoPassword(t *testing.T) string {
	t.Helper()
	return s.Printed(t, password)[1]
}
