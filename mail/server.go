package mail

import (
	"cmp"
	"net/netip"
	"regexp"
	"strings"

	"usher/directory"
)

// Security is how the connection to the mail server is protected.
type Security string

// Stored: never rename.
const (
	STARTTLS Security = "starttls" // TLS is begun within the connection, or nothing is sent (RFC 3207)
	TLS      Security = "tls"      // TLS from the first byte (RFC 8314 §3.3)
	NoTLS    Security = "none"     // readable by everybody on the way
)

// Server is the organisation's mail server, as an administrator set it. Without a Host there is none.
type Server struct {
	Host     string           `json:"host"`
	Port     int              `json:"port"`
	Security Security         `json:"security"`
	UserName string           `json:"user_name,omitempty"`
	Password directory.Secret `json:"-"` // stored apart, sealed
	From     string           `json:"from"`
	FromName string           `json:"from_name,omitempty"`

	Revision int64 `json:"-"` // 1 while nothing is saved, and raised by each save; 0 skips the check for a newer one
}

// Set reports whether there is a server at all.
func (s Server) Set() bool { return s.Host != "" }

// DefaultPort is the usual one for the security (RFC 8314 §3.3, RFC 6409 §3.1).
func DefaultPort(s Security) int {
	switch s {
	case TLS:
		return 465
	case NoTLS:
		return 25
	}
	return 587
}

const maxSetting = 250 // characters

// hostName: letters, digits, dots and hyphens, so that neither a URL nor a path of a socket passes.
var hostName = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$`)

// Check says what is wrong, by the names of the form's fields.
func (s *Server) Check() directory.FieldErrors {
	f := directory.FieldErrors{}
	s.Host, s.From, s.FromName = strings.Trim(strings.TrimSpace(s.Host), "[]"), strings.TrimSpace(s.From), strings.TrimSpace(s.FromName)
	if s.Host == "" {
		f.Add("host", "Enter the name of the mail server, such as smtp.example.com.")
	} else if _, err := netip.ParseAddr(s.Host); err != nil && (len(s.Host) > 253 || !hostName.MatchString(s.Host)) {
		f.Add("host", "Enter only a name or an address, such as smtp.example.com; the port has its own field.")
	}
	if s.Port < 1 || s.Port > 65535 {
		f.Add("port", "Enter a number from 1 to 65535; 587 is usual.")
	}
	if s.Security != STARTTLS && s.Security != TLS && s.Security != NoTLS {
		f.Add("security", "Choose how the connection is protected.")
	}
	if len(s.UserName) > maxSetting || !oneLine(s.UserName) {
		f.Add("user_name", "Use at most 250 characters, all on one line.")
	}
	if len(s.Password) > maxSetting || strings.ContainsRune(s.Password.Reveal(), 0) {
		f.Add("password", "Use at most 250 characters.")
	}
	if s.UserName == "" && s.Password != "" {
		f.Add("user_name", "Enter the user name that the password belongs to.")
	}
	if words := directory.AddressWords(s.From); words != "" {
		f.Add("from", words)
	}
	if len(s.FromName) > maxSetting || !oneLine(s.FromName) {
		f.Add("from_name", "Use at most 250 characters, all on one line.")
	}
	return f
}

// domain is what message IDs end with: of the sender's address, since it is the organisation's own.
func (s Server) domain() string {
	_, d, _ := strings.Cut(s.From, "@")
	return cmp.Or(d, "localhost")
}
