package connectors

import "net/http"

// Sandbox is a target in memory that is as strict as the real service: the fake of a kind, as the demo runs and shows
// it. It is safe for concurrent use.
type Sandbox interface {
	http.Handler

	// Settings are what a connector to it is configured with, by field key, secrets included; base is the URL at which
	// the sandbox is served, without a slash at its end.
	Settings(base string) map[string]string

	// Accounts are at most n of the accounts that it holds, oldest first, and how many there are.
	Accounts(n int) (rows []SandboxAccount, total int)

	// Groups are at most n of the groups that it holds, oldest first, and how many there are.
	Groups(n int) (rows []SandboxGroup, total int)

	// SetTrouble makes every request meet trouble from now on.
	SetTrouble(Trouble)
	Trouble() Trouble
}

// SandboxAccount is an account as people look at it.
type SandboxAccount struct {
	ID, ExternalID                   string
	UserName, DisplayName, Email     string
	Department                       string
	Active, Protected, PasswordKnown bool // PasswordKnown: a password other than a random one was sent
}

// SandboxGroup is a group as people look at it; Members are user names, at most twenty of Total.
type SandboxGroup struct {
	ID, Name string
	Members  []string
	Total    int
}

// Trouble is what a sandbox does to every request.
type Trouble string

// What an evaluator can choose.
const (
	NoTrouble Trouble = ""
	Down      Trouble = "down"    // 503, or what the service says then
	Slow      Trouble = "slow"    // every answer takes two seconds
	Throttled Trouble = "limited" // too many requests, try again in ten seconds
	Revoked   Trouble = "revoked" // the credentials are refused
)

// Troubles are all of them, in the order in which they are offered.
func Troubles() []Trouble { return []Trouble{NoTrouble, Down, Slow, Throttled, Revoked} }
