package provisioning

import "time"

// Standing is where a user is at a target that a provisioner sends users to, whether there is an account yet or not.
type Standing struct {
	Membership      // without an account only what is about the target
	Want       Want // what the account should be
	Begun      bool // there is an account
}

// Status is what people are told, from the account, the connector's toggle and what is wanted; counts is false when
// nothing is at the target and nothing should be, or when no provisioner sends there: then it says nothing about the
// user as a whole. At a connector that is switched off no account is synced: nothing goes there and nothing is looked at.
func (s Standing) Status(now time.Time) (status Status, counts bool) {
	status = StatusPending
	if s.Begun {
		status = s.Account.Status(now)
	}
	absentByRight := s.RemoteID == "" && s.Want != Present && (!s.Begun || status == StatusSynced)
	switch {
	case s.Provisioner == "":
		return status, false
	case absentByRight:
		return StatusSynced, false
	case !s.Enabled:
		return StatusOff, true
	}
	return status, true
}

// Overall sums up where a user is: the worst standing wins. n is how many targets count.
func Overall(all []Standing, now time.Time) (worst Status, n int) {
	worst = StatusSynced
	for _, s := range all {
		if status, counts := s.Status(now); counts {
			worst, n = Worst(worst, status), n+1
		}
	}
	return worst, n
}
