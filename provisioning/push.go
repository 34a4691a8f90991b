package provisioning

import "usher/directory"

// GroupPush is a group at a connector that pushes groups, with what a page says about it.
type GroupPush struct {
	Account // of the group: GroupID is set
	Group   directory.Group

	ConnectionID string
	Connection   string
	Kind         string // connector kind
	ByHand       bool   // chosen by an administrator
	Wanted       bool   // by hand or by the connector's rule

	Made    int64 // memberships that Usher made at the target
	Waiting int64 // members here whose account is not at the target yet
	Refused int64 // members whom the target refused
}

// GroupPushPage is one page of a connector's groups, by name.
type GroupPushPage struct {
	Pushes []GroupPush
	Next   string // cursor of the next page; "" on the last
}
