package views

import (
	"testing"

	"usher/directory"
)

// Every act that makes accounts due can be the cause of an attempt, so each has words.
func TestEveryCauseHasWords(t *testing.T) {
	for _, action := range []string{directory.ActionUserCreate, directory.ActionUserUpdate, directory.ActionUserEnable, directory.ActionUserDisable,
		directory.ActionUserDelete, directory.ActionUserReject, directory.ActionUserTakeBack, directory.ActionRetryAccount, directory.ActionAdoptAccount,
		directory.ActionConnectorUpdate, directory.ActionProvisionerCreate, directory.ActionProvisionerUpdate, directory.ActionProvisionerResync} {
		if actionWords(action) == action {
			t.Errorf("%s is shown as it is stored", action)
		}
	}
}
