package service

import "testing"

func TestMatchOrderIsCheckedAsItIsTyped(t *testing.T) {
	for _, bad := range []string{"id", "userName;emails", "userName,,emails", "username"} {
		if checkMatch(bad) == "" {
			t.Errorf("%q is taken for an order", bad)
		}
	}
}
