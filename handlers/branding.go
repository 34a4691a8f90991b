package handlers

import (
	"context"
	"io"
	"net/http"

	"usher/directory"
	"usher/views"
)

// brandingStore is what public pages are dressed from.
type brandingStore interface {
	Branding(ctx context.Context) (directory.Branding, error)
	Logo(ctx context.Context) (logo []byte, mediaType string, err error)
}

// brandView is what a public page has around it; the message left by the page before is shown once.
func (s *Server) brandView(r *http.Request, title string) (views.BrandView, error) {
	b, err := s.Store.Branding(r.Context())
	return views.BrandView{Brand: b, Title: title, Flash: visitOf(r).takeFlash(), NoMail: !s.mailGoesOut()}, err
}

// The addresses of what the look is made of change with it, so that browsers may keep the current ones for ever.
const (
	keepForEver = "public, max-age=31536000, immutable"
	askAgain    = "no-cache"
)

func (s *Server) showLogo(w http.ResponseWriter, r *http.Request) error {
	logo, mediaType, err := s.Store.Logo(r.Context())
	if err != nil {
		return err
	}
	if logo == nil {
		return notFound(w, r)
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Cache-Control", askAgain)
	if r.URL.Query().Get("v") == directory.LogoHash(logo) {
		w.Header().Set("Cache-Control", keepForEver)
	}
	_, _ = w.Write(logo) // the visitor may have left
	return nil
}

func (s *Server) showTheme(w http.ResponseWriter, r *http.Request) error {
	b, err := s.Store.Branding(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", askAgain)
	if v := r.URL.Query().Get("v"); v != "" && "#"+v == b.Accent {
		w.Header().Set("Cache-Control", keepForEver)
	}
	_, _ = io.WriteString(w, views.ThemeCSS(b.Accent))
	return nil
}
