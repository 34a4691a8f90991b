package service

import "testing"

func TestConfigIsCheckedAsItIsTyped(t *testing.T) {
	for _, bad := range []string{"[]", "7", "patch: no", `{"patch":`} {
		if checkConfig(bad) == "" {
			t.Errorf("%s is taken for a ServiceProviderConfig", bad)
		}
	}
}
