package views

// LoginProvider is a connection with which users can sign in.
type LoginProvider struct {
	Name string
	URL  string // where its sign-in begins
}
