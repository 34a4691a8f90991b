// Package oidc lets people sign in through an external identity provider by OpenID Connect: it is the relying party
// (discovery, authorization code with PKCE, ID token), maps what the provider says to a user's attributes, and finds,
// links or creates that user through the acts of package directory. It is not for pages, for cookies, or for the
// sessions that follow; and not for signing anybody in at the systems that users are sent to.
package oidc
