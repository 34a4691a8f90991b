package handlers

import (
	"fmt"
	"io"
	"maps"
	"net/http"

	"usher/directory"
	"usher/views"
	"usher/views/ui"
)

func (s *Server) showBranding(w http.ResponseWriter, r *http.Request) error {
	b, err := s.Store.Branding(r.Context())
	if err != nil {
		return err
	}
	return s.renderBranding(w, r, http.StatusOK, views.BrandingView{Name: b.Name, Accent: b.Accent, Revised: brandingRevised(b).open()})
}

// brandingRevised compares the logo as a secret is: by what tells it from another one.
func brandingRevised(b directory.Branding) revisedForm {
	fields := views.BrandingView{Name: b.Name, Accent: b.Accent, Stored: b}.Fields()
	entries := views.Entries(fields...)
	for _, f := range fields {
		if f.Name == logoField {
			entries = append(entries, views.SecretEntry(f, b.Logo.Hash))
		}
	}
	return revisedForm{noun: "page", revision: b.Revision, entries: entries, actions: []string{directory.ActionBrandingUpdate}, reload: views.SettingsBranding}
}

const logoField = "logo"

func (s *Server) renderBranding(w http.ResponseWriter, r *http.Request, status int, v views.BrandingView) error {
	var err error
	if v.Stored, err = s.Store.Branding(r.Context()); err != nil {
		return err
	}
	v.Shell = s.shell(r, views.NavSettings, "Branding", settingsCrumb())
	return s.render(w, r, status, views.Branding(v))
}

func (s *Server) updateBranding(w http.ResponseWriter, r *http.Request) error {
	logo, err := readLogo(r)
	if directory.CodeOf(err) == directory.Invalid { // too large to be read, and with it all that was typed
		return s.refuseLogo(w, r, err)
	}
	if err != nil {
		return err
	}
	stored, err := s.Store.Branding(r.Context())
	if err != nil {
		return err
	}
	f := maps.Clone(r.PostForm)
	f.Del(logoField)
	if logo != nil {
		f.Set(logoField, "chosen")
	}
	m, err := s.merge(r, f, brandingRevised(stored))
	if err != nil {
		return err
	}
	v := views.BrandingView{Name: m.form.Get("name"), Accent: m.form.Get("accent"), Remove: m.form.Get("remove_logo") != "", Revised: m.revised}
	if m.stale {
		if logo != nil {
			v.Errors = map[string]string{logoField: "Choose the file again: a browser does not send it twice."}
		}
		return s.renderBranding(w, r, http.StatusConflict, v)
	}
	if !m.form.Has(logoField) {
		logo = nil
	}
	err = s.Directory.SaveBranding(r.Context(), directory.Branding{Name: v.Name, Accent: v.Accent, Revision: m.revision}, logo, v.Remove, actor(r))
	if e, status, ok := formError(err); ok && !changedMeanwhile(e) {
		v.Errors = e.Fields
		return s.renderBranding(w, r, status, v)
	}
	if err != nil {
		return mergeAgain(w, r, s.updateBranding, err)
	}
	flash(r, ui.Flash{Title: "The branding was updated", Text: "People see it with the next page that they open."})
	return s.redirect(w, r, views.SettingsBranding)
}

// refuseLogo shows the form as it is stored: a body that is too large was not read, what was typed into it neither.
func (s *Server) refuseLogo(w http.ResponseWriter, r *http.Request, err error) error {
	e, status, ok := formError(err)
	if !ok {
		return err
	}
	b, err := s.Store.Branding(r.Context())
	if err != nil {
		return err
	}
	return s.renderBranding(w, r, status, views.BrandingView{Name: b.Name, Accent: b.Accent, Revised: brandingRevised(b).open(), Errors: e.Fields})
}

// readLogo reads the form with its file, nil when none was chosen. limitBody bounds what is read into memory.
func readLogo(r *http.Request) ([]byte, error) {
	if _, err := form(r); err != nil {
		if statusOf(err) == http.StatusRequestEntityTooLarge {
			_, err = directory.ReadLogo(make([]byte, directory.MaxLogo+1)) // its words for what is too large
		}
		return nil, err
	}
	if r.MultipartForm == nil {
		return nil, nil
	}
	files := r.MultipartForm.File[logoField]
	if len(files) == 0 || files[0].Size == 0 {
		return nil, nil
	}
	f, err := files[0].Open()
	if err != nil {
		return nil, fmt.Errorf("open the logo: %w", err)
	}
	defer f.Close()
	logo, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read the logo: %w", err)
	}
	return logo, nil
}
