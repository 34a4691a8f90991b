package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Sender speaks SMTP to a server. The zero value is ready to use.
type Sender struct {
	Timeout time.Duration // for one message, connecting included; 0 is 20 s
	TLS     *tls.Config   // what tests trust; nil trusts the system's authorities
}

const defaultTimeout = 20 * time.Second

// Queued is a message with what makes its headers the same however often it is sent.
type Queued struct {
	Message
	ID        string // UUIDv7 of its row; the Message-ID header is made of it (RFC 5322 §3.6.4)
	CreatedAt time.Time
}

// Send delivers one message to the server. The error is an *Error in plain words; nothing in it is secret.
func (s Sender) Send(ctx context.Context, to Server, m Queued) error {
	if err := m.Check(); err != nil {
		return &Error{Words: "The message cannot be sent: " + err.Error() + ".", Permanent: true, Err: err}
	}
	msg, err := compose(to, m)
	if err != nil {
		return &Error{Words: "The message cannot be written: " + err.Error(), Permanent: true, Err: err}
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout())
	defer cancel()
	client, err := s.client(ctx, to)
	if err != nil {
		return &Error{Words: "The mail server’s settings cannot be used: " + err.Error(), Err: err}
	}
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() { // what fails after the server took the message is no failure of the message
		return nil
	}
	return explain(to, err)
}

func (s Sender) timeout() time.Duration {
	if s.Timeout > 0 {
		return s.Timeout
	}
	return defaultTimeout
}

func compose(from Server, m Queued) (*gomail.Msg, error) {
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	if err := msg.FromFormat(from.FromName, from.From); err != nil {
		return nil, fmt.Errorf("sender: %w", err)
	}
	if err := msg.To(m.To); err != nil {
		return nil, errors.New("the recipient is not an e-mail address")
	}
	msg.Subject(m.Subject)
	msg.SetMessageIDWithValue(m.ID + "@" + from.domain())
	msg.SetDateWithValue(m.CreatedAt)
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 §5: no out-of-office answers
	msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	return msg, nil
}

func (s Sender) client(ctx context.Context, to Server) (*gomail.Client, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if s.TLS != nil {
		config = s.TLS.Clone()
	}
	config.ServerName = to.Host
	options := []gomail.Option{gomail.WithPort(to.Port), gomail.WithTimeout(s.timeout()), gomail.WithTLSConfig(config), gomail.WithoutNoop()}
	switch to.Security {
	case TLS:
		options = append(options, gomail.WithSSL(), dial(ctx, &tls.Dialer{Config: config}))
	case NoTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS), dial(ctx, &net.Dialer{}))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory), dial(ctx, &net.Dialer{}))
	}
	if to.UserName != "" {
		options = append(options, gomail.WithUsername(to.UserName), gomail.WithPassword(to.Password.Reveal()),
			gomail.WithOpportunisticSMTPAuth(methods(to.Security)...))
	}
	return gomail.NewClient(to.Host, options...)
}

type contextDialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// dial ties the connection to the delivery's context: when that ends, because the time is up or the message is
// through, the connection is closed, whatever state the dialogue is in.
func dial(delivery context.Context, d contextDialer) gomail.Option {
	return gomail.WithDialContextFunc(func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := d.DialContext(ctx, network, address)
		if err == nil {
			context.AfterFunc(delivery, func() { _ = conn.Close() })
		}
		return conn, err
	})
}

// methods of signing in, best first. Without TLS, whoever chose that knows that a password crosses the network.
func methods(s Security) []gomail.SMTPAuthType {
	if s == NoTLS {
		return []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthCramMD5, gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc}
	}
	return []gomail.SMTPAuthType{gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5}
}
