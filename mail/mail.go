// Package mail writes to people: messages are kept in the outbox, in the transaction of the act that causes them, and
// sent by SMTP when there is a server. It is not for deciding who is written to.
package mail

// Message is one plain-text message to one address.
type Message struct {
	To      string
	Subject string
	Text    string
}
