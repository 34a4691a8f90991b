package directory

// UserFilter selects live users; zero fields select everybody.
type UserFilter struct {
	Search  string // the beginning of any word of user name, names or e-mail; several words must all match
	Active  *bool
	Source  Source
	Trouble bool   // only those with an account that is held, failed or retrying
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
