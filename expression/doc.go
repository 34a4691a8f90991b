// Package expression is the one expression language of Usher: CEL (https://cel.dev) with optional values, functions for
// texts, bounds, and errors in words that people can act on. Attribute mappings, rules for groups and the mappings of
// sign-ins are written in it.
//
// It knows nothing of users, groups or claims. A package that wants expressions describes a Subject: which names expressions
// begin with, and what people are told when they write something else. What becomes of the values is theirs, too.
package expression
