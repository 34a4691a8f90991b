package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"usher/connectors/all"
	"usher/connectors/example"
	"usher/connectors/example/examplefake"
	"usher/programtest"
)

var connectionLink = regexp.MustCompile(`href="(/connections/[0-9a-f-]{36})"[^>]*>\s*Demo Badge office`)

// A fourth connector is a folder and a line: everything that administrators meet of a kind comes with its Definition,
// and its place in the demo with its Sandbox.
func TestAFourthKindIsAFolderAndALine(t *testing.T) {
	t.Parallel()
	kinds := append(all.Kinds(), all.Kind{Definition: example.Definition(), Sandbox: examplefake.NewSandbox}) // the line
	demo := startWith(t, kinds, "demo", "--addr=127.0.0.1:0")
	browser := programtest.SignIn(t, demo.URL, "admin", demo.DemoPassword(t))
	eventually(t, "the sample users are at the fourth target", func() bool {
		return strings.Contains(programtest.Page(t, browser, demo.URL+"/targets/"+example.Kind), "liam.osullivan")
	})

	m := connectionLink.FindStringSubmatch(programtest.Page(t, browser, demo.URL+"/connections?search=badge"))
	if m == nil {
		t.Fatal("the demo has no connection to the fourth kind")
	}
	connection := demo.URL + m[1]
	shows := func(what, path string, words ...string) string {
		t.Helper()
		text := programtest.Page(t, browser, connection+path)
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("%s does not say %q", what, w)
			}
		}
		return text
	}
	panel := shows("the connector's form", "/outbound-provisioning", "Office URL", "API key", "The office gives it out at its desk.", "When the user is deleted")
	id := regexp.MustCompile(`/connectors/([0-9a-f-]{36})/test`).FindStringSubmatch(panel)
	if id == nil {
		t.Fatal("the connector has no test button")
	}
	shows("the mapping page", "/connectors/"+id[1]+"/mapping", "Title", "user.title", "liam.osullivan")

	resp, err := browser.PostForm(connection+"/connectors/"+id[1]+"/test", url.Values{"config.url": {settingOf(panel, "config.url")}, "config.allow_private_network": {"true"}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("the test button answers %s", resp.Status)
	}
	shows("the capability card", "/outbound-provisioning", "Disable badges", "An office has none.")
}

// settingOf is the value of an input on a page.
func settingOf(page, name string) string {
	tag := regexp.MustCompile(`<input[^>]*name="` + regexp.QuoteMeta(name) + `"[^>]*>`).FindString(page)
	if m := regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(tag); m != nil {
		return m[1]
	}
	return ""
}
