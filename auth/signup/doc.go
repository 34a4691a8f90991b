// Package signup lets people make and keep an account of their own: registration, the links that are mailed to them,
// forgotten passwords, and the settings of all that. It is not for checking who somebody is (package auth), and it
// knows no pages and no SQL: it says what it needs of a store, and package db provides it.
package signup
