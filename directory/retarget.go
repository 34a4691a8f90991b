package directory

import (
	"context"
	"fmt"
	"strings"
)

// Retarget is what an administrator says of a connector whose settings point somewhere else than before.
type Retarget string

// The two answers; "" is that nothing was said.
const (
	SameTenant    Retarget = "moved"   // the same accounts are at another address: each is confirmed by a read before its first write
	AnotherTenant Retarget = "another" // other accounts are there: each user is looked for again, and what was at the old address is left
)

// RetargetField is the name under which the question is asked and answered.
const RetargetField = "retarget"

// Kinds knows what the settings of connector kinds mean.
type Kinds interface {
	// Retargeted names the settings by which new ones point to another target than old ones, and says in words which
	// target the old ones point to.
	Retargeted(kind string, old, new Settings) (changed []string, was string)
}

// retarget asks, when a connector that remembers accounts would point to another target, which of the two it is. It
// gives the connector with an answer that fits, and words for the target that is left.
func (d *Directory) retarget(ctx context.Context, n Connector) (Connector, string, error) {
	answer := n.Retarget
	n.Retarget = ""
	if d.Kinds == nil {
		return n, "", nil
	}
	old, err := d.Store.Connector(ctx, n.ID)
	if err != nil {
		return n, "", err
	}
	changed, was := d.Kinds.Retargeted(old.Kind, old.Settings, n.Settings)
	if len(changed) == 0 {
		return n, "", nil
	}
	if n.Revision == 0 {
		n.Revision = old.Revision // the answer is about these two
	}
	switch answer {
	case SameTenant, AnotherTenant:
		n.Retarget = answer
		return n, was, nil
	}
	remembers, err := d.Store.Remembers(ctx, n.ID)
	if err != nil {
		return n, "", err
	}
	if !remembers {
		n.Retarget = AnotherTenant
		return n, was, nil
	}
	return n, "", &Error{Code: Invalid, Message: "Nothing was saved. " + retargetWords(changed, was), Fields: map[string]string{RetargetField: retargetWords(changed, was)}}
}

func retargetWords(changed []string, was string) string {
	return fmt.Sprintf("%s changed, and Usher remembers accounts at %s. Say whether the same tenant has moved there, or whether this is another tenant, "+
		"where the remembered IDs can be those of strangers.", strings.Join(changed, " and "), was)
}
