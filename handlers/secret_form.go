package handlers

import (
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"time"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

// sealStore makes what a browser carries from one page to the next unreadable.
type sealStore interface {
	SealForm(place string, plain []byte) string
	// OpenForm opens what SealForm sealed for the same place.
	OpenForm(place, sealed string) ([]byte, error)
}

const (
	keptLife    = 30 * time.Minute
	mostOfAFile = 64 << 10 // bytes of a key file
)

// keptSecret is a secret that was typed into a form which could not be saved. It travels sealed, so that nothing of it is
// on the page or on the server, and opens for the same person in the same field of the same form only.
type keptSecret struct {
	Value string `json:"value"`
	Until int64  `json:"until"` // Unix seconds
}

func keptPlace(r *http.Request, scope, field string) string {
	return "kept " + visitOf(r).admin.ID + " " + scope + " " + field
}

// keepSecret seals what was typed for the next time that the form is sent; "" for nothing.
func (s *Server) keepSecret(r *http.Request, scope, field, value string) string {
	if value == "" {
		return ""
	}
	b, err := json.Marshal(keptSecret{value, s.Now().Add(keptLife).Unix()})
	if err != nil {
		return "" // a text always encodes
	}
	return s.Store.SealForm(keptPlace(r, scope, field), b)
}

// secretForm is a form with key files and kept secrets in the fields that they are for. lost says, by field, what could
// not be read: a blank field would mean that the stored secret stays.
func (s *Server) secretForm(r *http.Request, scope string) (f url.Values, lost directory.FieldErrors, err error) {
	if f, err = form(r); err != nil {
		return nil, nil, err
	}
	lost = directory.FieldErrors{}
	if r.MultipartForm != nil {
		for name, files := range r.MultipartForm.File {
			field, ok := strings.CutPrefix(name, ui.FilePrefix)
			if !ok || len(files) == 0 || files[0].Size == 0 {
				continue
			}
			text, err := readKeyFile(files[0])
			if err != nil {
				return nil, nil, err
			}
			if len(text) > mostOfAFile {
				lost.Add(field, "The file is larger than 64 KiB, so it is not a key or a certificate.")
				continue
			}
			f.Set(field, text)
		}
	}
	for name := range f {
		field, ok := strings.CutPrefix(name, ui.KeptPrefix)
		if !ok || f.Get(name) == "" || f.Get(field) != "" {
			continue
		}
		if value := s.openKept(keptPlace(r, scope, field), f.Get(name)); value != "" {
			f.Set(field, value)
		} else {
			lost.Add(field, "What you typed is not kept any more: that lasts half an hour. Enter it again.")
		}
	}
	return f, lost, nil
}

func (s *Server) openKept(place, sealed string) string {
	b, err := s.Store.OpenForm(place, sealed)
	if err != nil {
		return "" // another person's, another form's, or damaged
	}
	var k keptSecret
	if json.Unmarshal(b, &k) != nil || s.Now().Unix() > k.Until {
		return ""
	}
	return k.Value
}

func readKeyFile(h *multipart.FileHeader) (string, error) {
	file, err := h.Open()
	if err != nil {
		return "", fmt.Errorf("open a key file: %w", err)
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, mostOfAFile+1))
	if err != nil {
		return "", fmt.Errorf("read a key file: %w", err)
	}
	return strings.TrimPrefix(string(b), "\ufeff"), nil
}

// addLost puts what could not be read beside the settings that it was for.
func addLost(errs, lost directory.FieldErrors) {
	for name, message := range lost {
		errs[strings.TrimPrefix(name, views.SettingName(""))] = message
	}
}

// keepSecrets keeps the secrets that were typed into a connector's form, those apart that are wrong themselves.
func (s *Server) keepSecrets(r *http.Request, scope string, f *views.ConnectorForm, typed map[string]string) {
	f.Kept = map[string]string{}
	for _, d := range f.Definition.AllFields() {
		if d.Secret() && f.Errors[d.Key] == "" {
			f.Kept[d.Key] = s.keepSecret(r, scope, views.SettingName(d.Key), typed[d.Key])
		}
	}
}
