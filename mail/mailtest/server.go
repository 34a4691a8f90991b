// Package mailtest is a small SMTP server for tests: it speaks over real connections and keeps what it was given. It
// is not for anything but tests, and it delivers nothing.
package mailtest

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
)

// Server listens on loopback. Its fields may be set before the first connection.
type Server struct {
	UserName, Password string                 // asked for when UserName is set
	Secure             bool                   // offers STARTTLS with Certificate, and takes nothing before it
	Refuse             func(to string) string // an answer such as "550 5.1.1 nobody here", "" to accept
	Inbox              *Inbox

	listener net.Listener
	mu       sync.Mutex
	open     map[net.Conn]bool
	down     bool
	cert     tls.Certificate
	pool     *tls.Config
}

// Start runs a server without a password and without TLS until the test ends. addr is host:port.
func Start(t testing.TB) (addr string, inbox *Inbox) {
	t.Helper()
	s := New(t)
	s.Start(t)
	return s.Addr(), s.Inbox
}

// New makes a server that listens, and answers once Start is called.
func New(t testing.TB) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("listen for mail: %v", err)
	}
	s := &Server{Inbox: &Inbox{changed: make(chan struct{})}, listener: l, open: map[net.Conn]bool{}}
	s.cert, s.pool = certificate(t)
	t.Cleanup(s.stop)
	return s
}

// Start answers until the test ends.
func (s *Server) Start(testing.TB) { go s.serve() }

// Addr is where it listens.
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Port is where it listens on 127.0.0.1.
func (s *Server) Port() int { return s.listener.Addr().(*net.TCPAddr).Port }

// TLS is a configuration that trusts the server's certificate, which is for 127.0.0.1.
func (s *Server) TLS() *tls.Config { return s.pool }

// Down makes the server hang up on every client, until it is called with false.
func (s *Server) Down(down bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = down
	if down {
		s.hangUp()
	}
}

func (s *Server) stop() {
	_ = s.listener.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hangUp()
}

func (s *Server) hangUp() {
	for c := range s.open {
		_ = c.Close()
	}
}

func (s *Server) serve() {
	for {
		c, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		if s.down {
			_ = c.Close()
		} else {
			s.open[c] = true
			go s.talk(c)
		}
		s.mu.Unlock()
	}
}

// dialogue is one connection.
type dialogue struct {
	s        *Server
	conn     net.Conn
	in       *bufio.Reader
	secure   bool
	signedIn bool
	from     string
	to       []string
}

func (s *Server) talk(c net.Conn) {
	defer func() {
		_ = c.Close()
		s.mu.Lock()
		delete(s.open, c)
		s.mu.Unlock()
	}()
	d := &dialogue{s: s, conn: c, in: bufio.NewReader(c)}
	d.say("220 mailtest ESMTP")
	for {
		line, err := d.line()
		if err != nil || !d.answer(line) {
			return
		}
	}
}

func (d *dialogue) line() (string, error) {
	line, err := d.in.ReadString('\n')
	return strings.TrimRight(line, "\r\n"), err
}

func (d *dialogue) say(line string) { _, _ = fmt.Fprintf(d.conn, "%s\r\n", line) }

// answer reports whether the dialogue goes on (RFC 5321 §4.1).
func (d *dialogue) answer(line string) bool {
	verb, rest, _ := strings.Cut(line, " ")
	switch strings.ToUpper(verb) {
	case "EHLO":
		d.hello()
	case "STARTTLS":
		return d.startTLS()
	case "AUTH":
		return d.auth(rest)
	case "MAIL":
		d.mail(rest)
	case "RCPT":
		d.rcpt(rest)
	case "DATA":
		return d.data()
	case "RSET":
		d.from, d.to = "", nil
		d.say("250 2.0.0 forgotten")
	case "NOOP":
		d.say("250 2.0.0 yes")
	case "QUIT":
		d.say("221 2.0.0 goodbye")
		return false
	default:
		d.say("502 5.5.1 unknown command")
	}
	return true
}

func (d *dialogue) hello() {
	words := []string{"mailtest", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8"}
	if d.s.Secure && !d.secure {
		words = append(words, "STARTTLS")
	} else if d.s.UserName != "" {
		words = append(words, "AUTH PLAIN")
	}
	for i, w := range words {
		d.say(fmt.Sprintf("250%s%s", map[bool]string{true: " ", false: "-"}[i == len(words)-1], w))
	}
}

func (d *dialogue) startTLS() bool {
	if !d.s.Secure || d.secure {
		d.say("502 5.5.1 no TLS here")
		return true
	}
	d.say("220 2.0.0 go ahead")
	c := tls.Server(d.conn, &tls.Config{Certificates: []tls.Certificate{d.s.cert}, MinVersion: tls.VersionTLS12})
	if c.Handshake() != nil { //nolint:noctx // it ends with the test's client
		return false
	}
	d.conn, d.in, d.secure = c, bufio.NewReader(c), true
	return true
}

func (d *dialogue) auth(rest string) bool {
	method, text, _ := strings.Cut(rest, " ")
	if !strings.EqualFold(method, "PLAIN") {
		d.say("504 5.5.4 only PLAIN")
		return true
	}
	if text == "" {
		d.say("334 ")
		var err error
		if text, err = d.line(); err != nil {
			return false
		}
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || string(b) != "\x00"+d.s.UserName+"\x00"+d.s.Password {
		d.say("535 5.7.8 wrong user name or password")
		return true
	}
	d.signedIn = true
	d.say("235 2.7.0 welcome")
	return true
}

func (d *dialogue) mail(rest string) {
	switch {
	case d.s.Secure && !d.secure:
		d.say("530 5.7.0 STARTTLS first")
	case d.s.UserName != "" && !d.signedIn:
		d.say("530 5.7.0 sign in first")
	default:
		d.from = address(rest)
		d.say("250 2.1.0 sender taken")
	}
}

func (d *dialogue) rcpt(rest string) {
	to := address(rest)
	if d.from == "" {
		d.say("503 5.5.1 MAIL first")
		return
	}
	if d.s.Refuse != nil {
		if no := d.s.Refuse(to); no != "" {
			d.say(no)
			return
		}
	}
	d.to = append(d.to, to)
	d.say("250 2.1.5 recipient taken")
}

func (d *dialogue) data() bool {
	if len(d.to) == 0 {
		d.say("503 5.5.1 RCPT first")
		return true
	}
	d.say("354 go ahead")
	var b strings.Builder
	for {
		line, err := d.line()
		if err != nil {
			return false
		}
		if line == "." {
			break
		}
		b.WriteString(strings.TrimPrefix(line, ".") + "\r\n") // RFC 5321 §4.5.2
	}
	d.s.Inbox.add(d.from, d.to, b.String())
	d.from, d.to = "", nil
	d.say("250 2.0.0 taken")
	return true
}

// address is what stands between the angle brackets.
func address(rest string) string {
	_, rest, _ = strings.Cut(rest, "<")
	rest, _, _ = strings.Cut(rest, ">")
	return rest
}
