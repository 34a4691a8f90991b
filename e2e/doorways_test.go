package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"

	"usher/directory"
)

// caller is a browser, or a program, that goes through a door. Errors are the transport's: the server may be dead.
type caller struct {
	base string
	http *http.Client
}

func newCaller(base string) *caller {
	jar, _ := cookiejar.New(nil)
	return &caller{base: base, http: &http.Client{Jar: jar, Timeout: 30 * time.Second}}
}

// reply is the last answer, after redirects.
type reply struct {
	status int
	at     *url.URL
	text   string
}

func (c *caller) do(method, at, kind string, body io.Reader, header ...string) (reply, error) {
	if !strings.Contains(at, "://") {
		at = c.base + at
	}
	r, err := http.NewRequest(method, at, body)
	if err != nil {
		return reply{}, err
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := c.http.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Request.URL, visible(string(b))}, err
}

// visible is what a page says, or a message as it is.
func visible(text string) string {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(text))
	if main := doc.Find("main"); err == nil && main.Length() > 0 {
		text = main.Text()
	}
	return strings.Join(strings.Fields(text), " ")
}

func (c *caller) get(at string) (reply, error) { return c.do(http.MethodGet, at, "", nil) }

func (c *caller) post(at string, pairs ...string) (reply, error) {
	f := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return c.do(http.MethodPost, at, "application/x-www-form-urlencoded", strings.NewReader(f.Encode()))
}

// door lets one user in. It reports whether they were let in, and what was said.
type door struct {
	name   string
	source directory.Source
	arrive func(e *doorsFixture, base, name string) (in bool, said string, err error)
}

func doors() []door {
	return []door{
		{"console", directory.Console, throughConsole},
		{"scim", directory.SCIM, throughSCIM},
		{"signup", directory.SignUp, throughSignUp},
		{"jit", directory.JIT, throughJIT},
		{"import", directory.Import, throughImport},
	}
}

func signedIn(base string) (*caller, error) {
	c := newCaller(base)
	_, err := c.post("/signin", "user_name", "root", "password", doorPassword)
	return c, err
}

func throughConsole(_ *doorsFixture, base, name string) (bool, string, error) {
	c, err := signedIn(base)
	if err != nil {
		return false, "", err
	}
	r, err := c.post("/users/new", "user_name", name, "email", name+"@example.com", "password_mode", "invite")
	return r.status == http.StatusOK && r.at.Path != "/users/new", r.text, err
}

func throughSCIM(e *doorsFixture, base, name string) (bool, string, error) {
	body := fmt.Sprintf(`{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":%q,"emails":[{"value":%q,"primary":true}]}`, name, name+"@example.com")
	r, err := newCaller(base).do(http.MethodPost, "/scim2/Users", "application/scim+json", strings.NewReader(body), "Authorization", "Bearer "+e.token)
	return r.status == http.StatusCreated, r.text, err
}

func throughSignUp(_ *doorsFixture, base, name string) (bool, string, error) {
	r, err := newCaller(base).post("/register", "user_name", name, "email", name+"@example.com", "password", doorPassword)
	return r.status == http.StatusOK && r.at.Path == "/login", r.text, err
}

func throughJIT(e *doorsFixture, base, name string) (bool, string, error) {
	c := newCaller(base)
	r, err := c.get("/login/oidc/" + e.jit)
	if err != nil {
		return false, "", err
	}
	r, err = c.post(r.at.String(), "subject", "sub-"+name)
	return err == nil && r.status == http.StatusOK && r.at.Path == "/account", r.text, err
}

// throughImport follows an import to its end. What it says of a row stands in the report of refused rows.
func throughImport(_ *doorsFixture, base, name string) (bool, string, error) {
	c, err := signedIn(base)
	if err != nil {
		return false, "", err
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	file, err := form.CreateFormFile("file", name+".csv")
	if err == nil {
		_, err = fmt.Fprintf(file, "user name,e-mail\n%s,%s@example.com\n", name, name)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		return false, "", err
	}
	r, err := c.do(http.MethodPost, "/users/imports", form.FormDataContentType(), &b)
	if err != nil || r.status != http.StatusOK {
		return false, r.text, err
	}
	page := strings.TrimSuffix(r.at.Path, "/columns")
	if r, err = c.post(r.at.Path, "column_0", "userName", "column_1", "emails", "existing", "create", "unknown", "refuse"); err != nil || r.status != http.StatusOK {
		return false, r.text, err
	}
	for step := range 2 { // the dry run, and the run
		for r, err = c.get(page); err == nil && !strings.Contains(r.text, []string{"Start import", "Show users"}[step]); r, err = c.get(page) {
			time.Sleep(50 * time.Millisecond)
		}
		if err != nil {
			return false, r.text, err
		}
		if step == 0 {
			if r, err = c.post(page + "/start"); err != nil {
				return false, r.text, err
			}
		}
	}
	r, err = c.get(page + "/refused.csv")
	return r.status == http.StatusOK && !strings.Contains(r.text, name), r.text, err
}
