package googlefake

import (
	"crypto/rsa"
	"encoding/json"
	"fmt"

	"usher/connectors/fakekit"
)

// ServiceAccount is what Google keeps of a service account's key.
type ServiceAccount struct {
	Email, ClientID, KeyID string
	Public                 *rsa.PublicKey
}

// NewKey makes a service account and its key file, as the Cloud console offers it for download.
func NewKey() (ServiceAccount, string, error) {
	a := ServiceAccount{Email: "usher@demo-project.iam.gserviceaccount.com", ClientID: "104857600000000000001",
		KeyID: "0f1e2d3c4b5a69788796a5b4c3d2e1f001234567", Public: &fakekit.Key().PublicKey}
	file, err := json.MarshalIndent(map[string]string{
		"type":           "service_account",
		"project_id":     "demo-project",
		"private_key_id": a.KeyID,
		"private_key":    fakekit.PEM(fakekit.Key()),
		"client_email":   a.Email,
		"client_id":      a.ClientID,
		"token_uri":      "https://oauth2.googleapis.com/token",
	}, "", "  ")
	if err != nil {
		return ServiceAccount{}, "", fmt.Errorf("write a service account's key file: %w", err)
	}
	return a, string(file), nil
}
