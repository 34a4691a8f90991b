package directory

// UserFilter selects live users; zero fields select all.
type UserFilter struct {
	Search  string // the beginning of any word of user name, names or e-mail; several words must all match
	Active  *bool
	Source  Source
	Trouble bool   // only those with an account that is held, failed or retrying
	Group   string // ID: only its members
	After   string // cursor of the page before
	Limit   int    // 50 when 0, at most 200
}

// UserPage is one page by user name.
type UserPage struct {
	Users []User
	Next  string // cursor of the next page; "" on the last
}

// ConnectionFilter selects connections.
type ConnectionFilter struct {
	Search string // the beginning of any word of the name
	After  string
	Limit  int
}

// ConnectionPage is one page by name.
type ConnectionPage struct {
	Connections []Connection
	Next        string
}

// GroupFilter selects groups; zero fields select every group.
type GroupFilter struct {
	Search string // the beginning of any word of the name; several words must all match
	Member string // ID of a user: only the groups that they are in
	After  string // cursor of the page before
	Limit  int    // 50 when 0, at most 200
}

// GroupPage is one page by name.
type GroupPage struct {
	Groups []Group
	Next   string // cursor of the next page; "" on the last
}

// MostCounted bounds a ScopeEffect: one more stands for "more than that".
const MostCounted = 10_000

// ScopeEffect counts the live users for whom a connection's new list of groups makes a difference.
type ScopeEffect struct {
	Joining int // will be provisioned and were not; at most MostCounted+1
	Leaving int // were provisioned and will not be; at most MostCounted+1
}
