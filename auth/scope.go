package auth

// Scope is what an API token may be used for.
type Scope string

// Stored: never rename.
const (
	ScopeSCIM Scope = "scim" // the SCIM 2.0 API, reading and writing
)

// Scopes lists every scope there is, with words for people.
func Scopes() []ScopeInfo {
	return []ScopeInfo{{ScopeSCIM, "SCIM 2.0 API: read and change users and groups"}}
}

// ScopeInfo describes a scope.
type ScopeInfo struct {
	Scope   Scope
	Summary string
}
