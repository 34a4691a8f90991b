package google

import (
	"encoding/json"
	"slices"

	"usher/connectors"
)

// pinnedTokenURL is where tokens come from, whatever a key file says: a file that was tampered with must not
// send signed assertions somewhere else.
const pinnedTokenURL = "https://oauth2.googleapis.com/token"

// keyFile is what a service account's key file holds.
type keyFile struct {
	Type         string `json:"type"`
	ClientEmail  string `json:"client_email"`
	ClientID     string `json:"client_id"`
	PrivateKeyID string `json:"private_key_id"`
	PrivateKey   string `json:"private_key"`
	TokenURI     string `json:"token_uri"`
}

// parseKey reads a key file, or says in words what is wrong with it; the words never hold a part of it.
func parseKey(text string) (keyFile, string) {
	var k keyFile
	switch err := json.Unmarshal([]byte(text), &k); {
	case err != nil:
		return k, "This is not a key file. Paste the whole JSON file that the Google Cloud console offered for download."
	case k.Type != "service_account":
		return k, "This key is not of a service account. Create a key of type JSON under IAM → Service accounts in the Google Cloud console."
	case k.ClientEmail == "" || k.PrivateKey == "":
		return k, "The key file lacks client_email or private_key. Paste the whole file."
	case !trustedTokenURL(k.TokenURI):
		return k, "The key file wants tokens from an address that is not Google's (token_uri). Do not use it; download a new key from the Google Cloud console."
	}
	if _, err := connectors.ParseRSAKey(k.PrivateKey); err != nil {
		return k, "The private key in the file cannot be read. Paste the file unchanged, or download a new key."
	}
	return k, ""
}

// trustedTokenURL also knows the address that old key files name; only the pinned one is ever called.
func trustedTokenURL(u string) bool {
	return slices.Contains([]string{"", pinnedTokenURL, "https://accounts.google.com/o/oauth2/token", "https://www.googleapis.com/oauth2/v4/token"}, u)
}

func checkKey(v string) string {
	_, wrong := parseKey(v)
	return wrong
}
