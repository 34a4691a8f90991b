package programtest

import (
	"fmt"
	"net/http/httptest"
	"testing"

	"usher/connectors/scim2/scim2fake"
)

// NewTarget starts a SCIM service and gives an apply file for it: the connection Warehouse, and a provisioner whose
// settings end with these, such as ", blocking: true".
func NewTarget(t *testing.T, provisioner string) (*scim2fake.Server, string) {
	t.Helper()
	fake := scim2fake.New(scim2fake.Options{Token: "test-token", Journal: 100})
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return fake, fmt.Sprintf(`connections:
  - name: Warehouse
    description: Stock system
    type: custom
    connectors:
      - type: scim2
        enabled: true
        config: {base_url: "%s%s", auth_mode: bearer, token: "test-token", allow_private_network: true, requests_per_second: 0}
provisioners:
  - {connection: Warehouse, connector: scim2%s}
`, server.URL, scim2fake.Prefix, provisioner)
}
