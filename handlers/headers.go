package handlers

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/httprate"

	"usher/views"
)

const (
	maxForm     = 1 << 20 // bytes
	postsPerIP  = 20      // sign-in and set-up forms a minute
	policy      = "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'; object-src 'none'"
	permissions = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
	oneYear     = "max-age=31536000"
)

// securityHeaders are on every answer.
func (s *Server) securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin") // "no-referrer" would make browsers send Origin: null with our own forms
		h.Set("Permissions-Policy", permissions)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if s.https() {
			h.Set("Strict-Transport-Security", oneYear)
		}
		next.ServeHTTP(w, r)
	})
}

// noStore keeps pages out of caches, and tells caches that would keep them that htmx gets something else.
func noStore(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Add("Vary", "HX-Request")
		next.ServeHTTP(w, r)
	})
}

func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most := int64(maxForm)
		if r.Method == http.MethodPost && r.URL.Path == views.ImportsURL {
			most = maxUpload
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		next.ServeHTTP(w, r)
	})
}

// checkHost refuses names that are not ours: a foreign name that resolves to this machine (DNS rebinding) would give
// a foreign page the console's origin.
func (s *Server) checkHost(next http.Handler) http.Handler {
	refuse := s.page(func(http.ResponseWriter, *http.Request) error {
		return &refusal{http.StatusMisdirectedRequest, "Usher does not answer under this name",
			"The address in your browser is not the one that Usher was started with.",
			"Open " + s.BaseURL.Scheme + "://" + s.BaseURL.Host + " instead, or start Usher with the base URL that you want to use."}
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.ownHost(r.Host) {
			refuse(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) ownHost(host string) bool {
	if strings.EqualFold(host, s.BaseURL.Host) {
		return true
	}
	name := hostname(host)
	if strings.EqualFold(name, s.BaseURL.Hostname()) || strings.EqualFold(name, "localhost") {
		return true
	}
	if ip, err := netip.ParseAddr(name); err == nil && ip.Unmap().IsLoopback() {
		return true
	}
	for _, h := range s.Hosts {
		if name != "" && strings.EqualFold(name, hostname(h)) {
			return true
		}
	}
	return false
}

func hostname(hostport string) string {
	if name, _, err := net.SplitHostPort(hostport); err == nil {
		return name
	}
	return strings.Trim(hostport, "[]")
}

// refuseCrossSite refuses what another site's page made the browser send.
func (s *Server) refuseCrossSite() func(http.Handler) http.Handler {
	c := http.NewCrossOriginProtection()
	c.SetDenyHandler(s.page(crossSite))
	// Behind a proxy that rewrites Host, the browser's Origin is the base URL.
	if err := c.AddTrustedOrigin(s.BaseURL.Scheme + "://" + s.BaseURL.Host); err != nil {
		panic("handlers: the base URL has no origin: " + err.Error())
	}
	return c.Handler
}

// clientIP finds out who asks. X-Forwarded-For is believed from the configured proxies only.
func (s *Server) clientIP() func(http.Handler) http.Handler {
	if len(s.TrustedProxies) == 0 {
		return middleware.ClientIPFromRemoteAddr
	}
	return middleware.ClientIPFromXFF(s.TrustedProxies...)
}

func (s *Server) limitPerIP() func(http.Handler) http.Handler {
	key := func(r *http.Request) (string, error) { return clientAddress(r), nil }
	return httprate.LimitBy(postsPerIP, time.Minute, key, httprate.WithLimitHandler(s.page(tooManyRequests)))
}

// logRequests writes one line a request, at debug level for what machines ask all the time.
func (s *Server) logRequests(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		began := time.Now()
		next.ServeHTTP(ww, r)
		log := s.Log.InfoContext
		if route := routeOf(r); route == "/healthz" || strings.HasPrefix(r.URL.Path, "/static/") {
			log = s.Log.DebugContext
		}
		log(r.Context(), "request", "method", r.Method, "route", routeOf(r), "status", ww.Status(),
			"duration", time.Since(began), "ip", middleware.GetClientIP(r.Context()))
	})
}
