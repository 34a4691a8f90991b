package provisioning

import (
	"usher/connectors"
	"usher/directory"
)

// Want is what an account should be, and why when it should not be there.
type Want string

// What an account can be wanted to be; Wanted says which of them holds.
const (
	Present    Want = "present"
	Disabled   Want = "disabled"     // the user is disabled
	Removed    Want = "removed"      // the user was deleted
	Undone     Want = "undone"       // the user was refused while staged: undo what that act made
	OutOfScope Want = "out of scope" // nobody sends the user here: in none of the connection's groups, or JIT Outbound is off
)

// Wanted works out what a user's account should be from the facts alone. inScope: the user is in one of the groups
// that the connection sends, or it sends all users.
func Wanted(u directory.User, p directory.Provisioner, inScope bool) Want {
	switch {
	case u.State == directory.TakenBack:
		return Undone
	case u.State == directory.Deleted:
		return Removed
	case u.Source == directory.JIT && !p.JITOutbound, !inScope:
		return OutOfScope
	case !u.Active:
		return Disabled
	}
	return Present
}

// Policy is what an administrator chose for a connector.
type Policy struct {
	OnExisting                   string
	OnDelete, OnDisable, OnLeave connectors.Mode
	Password                     connectors.PasswordMode
}

// PolicyOf reads the policy from a connector's settings; what the kind cannot do falls back to the next milder.
func PolicyOf(def connectors.Definition, c connectors.Config) Policy {
	mode := func(key string, fallback connectors.Mode) connectors.Mode {
		m := connectors.Mode(c.Text(key))
		if m == "" {
			m = fallback
		}
		return Milder(def, m)
	}
	p := Policy{OnExisting: c.Text(connectors.OnExisting), OnDelete: mode(connectors.OnDelete, connectors.Delete),
		OnDisable: mode(connectors.OnDisable, connectors.Disable), OnLeave: mode(connectors.OnLeave, connectors.Disable),
		Password: connectors.PasswordMode(c.Text(connectors.PasswordKey))}
	if p.OnExisting == "" {
		p.OnExisting = connectors.HoldExisting
	}
	return p
}

// Milder is m, or the harshest milder thing that the kind can do.
func Milder(def connectors.Definition, m connectors.Mode) connectors.Mode {
	if m == connectors.Delete && !def.Can(m) {
		m = connectors.Disable
	}
	if m == connectors.Disable && !def.Can(m) {
		m = connectors.Leave
	}
	return m
}

// DeprovisionMode is what happens to an account that should not be there, or not be usable.
func (p Policy) DeprovisionMode(def connectors.Definition, w Want, o Origin) connectors.Mode {
	var m connectors.Mode
	switch w {
	case Undone:
		if o == Adopted {
			return connectors.Leave // staging did not make it, so undoing must not touch it
		}
		return Milder(def, connectors.Delete)
	case Removed:
		m = p.OnDelete
	case OutOfScope:
		m = p.OnLeave
	case Disabled:
		m = p.OnDisable
	}
	if o == Adopted && m == connectors.Delete {
		m = Milder(def, connectors.Disable) // never harsher to an account that was there before us
	}
	return m
}
