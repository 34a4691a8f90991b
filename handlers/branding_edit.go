package handlers

import (
	"fmt"
	"io"
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
	return s.renderBranding(w, r, http.StatusOK, views.BrandingView{Name: b.Name, Accent: b.Accent})
}

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
	v := views.BrandingView{Name: r.FormValue("name"), Accent: r.FormValue("accent"), Remove: r.FormValue("remove_logo") != ""}
	if err == nil {
		err = s.Directory.SaveBranding(r.Context(), directory.Branding{Name: v.Name, Accent: v.Accent}, logo, v.Remove, actor(r))
	}
	if e, status, ok := formError(err); ok {
		v.Errors = e.Fields
		return s.renderBranding(w, r, status, v)
	}
	if err != nil {
		return err
	}
	flash(r, ui.Flash{Title: "The branding was updated", Text: "People see it with the next page that they open."})
	return s.redirect(w, r, views.SettingsBranding)
}

// readLogo reads the form with its file, nil when none was chosen. limitBody bounds what is read into memory.
func readLogo(r *http.Request) ([]byte, error) {
	if err := r.ParseMultipartForm(maxForm); err != nil {
		if statusOf(err) == http.StatusRequestEntityTooLarge {
			_, err := directory.ReadLogo(make([]byte, directory.MaxLogo+1)) // its words for what is too large
			return nil, err
		}
		return nil, &refusal{http.StatusBadRequest, "The form cannot be read", "It arrived incomplete or in another form than Usher sends it.",
			"Open the page again and repeat your entry."}
	}
	files := r.MultipartForm.File["logo"]
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
