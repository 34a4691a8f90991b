package handlers

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"usher/directory"
)

func pngOf(t *testing.T, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side))))
	return b.Bytes()
}

// upload posts the branding form with a file.
func (o *console) upload(t *testing.T, logo []byte, pairs ...string) answer {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		must(t, w.WriteField(pairs[i], pairs[i+1]))
	}
	must(t, w.WriteField("revision", o.get("/settings/branding").field("revision")))
	part, err := w.CreateFormFile("logo", "logo.png")
	must(t, err)
	_, err = part.Write(logo)
	must(t, err)
	must(t, w.Close())
	o.header.Set("Content-Type", w.FormDataContentType())
	defer o.header.Del("Content-Type")
	return o.send("POST", "/settings/branding", &b)
}

func TestBranding(t *testing.T) {
	o := newConsole(t)
	if a := o.get("/branding/logo"); a.code != http.StatusNotFound {
		t.Errorf("a logo that is not there: %d", a.code)
	}
	logo := pngOf(t, 64)
	page := o.led(t, o.upload(t, logo, "name", " Example, Inc. ", "accent", "#FFE400"), "/settings/branding")
	page.says(t, "The branding was updated")
	page.says(t, "So that text can be read, #ffe400 is shown as")

	b, err := o.store.Branding(t.Context())
	must(t, err)
	if b.Name != "Example, Inc." || b.Accent != "#ffe400" || b.Logo.Type != "image/png" || b.Logo.Width != 64 {
		t.Errorf("stored %+v", b)
	}
	current := o.get("/branding/logo?v=" + b.Logo.Hash).ok(t)
	if current.text != string(logo) || current.header.Get("Content-Type") != "image/png" || !strings.Contains(current.header.Get("Cache-Control"), "immutable") {
		t.Errorf("the logo is served as %v", current.header)
	}
	if c := o.get("/branding/logo?v=other").header.Get("Cache-Control"); c != "no-cache" {
		t.Errorf("a logo under another address is kept: %s", c)
	}
	css := o.get("/branding/theme.css?v=ffe400").ok(t)
	if !strings.Contains(css.text, ":root{--primary:#") || !strings.HasPrefix(css.header.Get("Content-Type"), "text/css") || !strings.Contains(css.header.Get("Cache-Control"), "immutable") {
		t.Errorf("theme %q %v", css.text, css.header)
	}

	// A name of its own keeps the logo; removing it does not keep it.
	o.led(t, o.upload(t, nil, "name", "Other"), "/settings/branding")
	if b, _ = o.store.Branding(t.Context()); b.Logo.Hash == "" || b.Accent != "" {
		t.Errorf("stored %+v", b)
	}
	o.led(t, o.upload(t, nil, "name", "Other", "remove_logo", "true"), "/settings/branding")
	if a := o.get("/branding/logo"); a.code != http.StatusNotFound {
		t.Errorf("a removed logo: %d", a.code)
	}
}

func TestBrandingRefuses(t *testing.T) {
	o := newConsole(t)
	for name, c := range map[string]struct {
		logo  []byte
		field string
		value string
		says  string
	}{
		"svg":      {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "name", "x", "not a PNG, JPEG or WebP"},
		"html":     {[]byte("\x89PNG<html><script>"), "name", "x", "not a PNG, JPEG or WebP"},
		"cut":      {pngOf(t, 64)[:60], "name", "x", "The picture is damaged"},
		"large":    {append(pngOf(t, 10), make([]byte, directory.MaxLogo)...), "name", "x", "larger than 256 KB"},
		"too much": {make([]byte, 2<<20), "name", "x", "larger than 256 KB"},
		"wide":     {pngOf(t, 2001), "name", "x", "more than 2,000 pixels"},
		"colour":   {nil, "accent", "red;}body{display:none", "six hexadecimal digits"},
		"name":     {nil, "name", strings.Repeat("x", 81), "at most 80 characters"},
	} {
		a := o.upload(t, c.logo, c.field, c.value)
		if a.code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, a.code)
		}
		a.says(t, c.says)
		if name != "too much" && a.field(c.field) != c.value {
			t.Errorf("%s: what was typed is lost: %q", name, a.field(c.field))
		}
	}
	if b, _ := o.store.Branding(t.Context()); b != (directory.Branding{Revision: b.Revision}) {
		t.Errorf("something was stored: %+v", b)
	}
}
