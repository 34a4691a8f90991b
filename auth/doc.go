// Package auth decides who may use Usher: administrators' passwords and sessions, API tokens, sign-in limits and
// the set-up of the first administrator. It is not for the users that Usher provisions (package directory), and
// it knows no pages and no SQL: it says what it needs of a store, and package db provides it.
package auth
