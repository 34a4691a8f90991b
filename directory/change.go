package directory

import "time"

// ActorKind says through which door an act came.
type ActorKind string

// Stored: never rename.
const (
	ByAdmin  ActorKind = "admin"  // a person in the console
	ByCLI    ActorKind = "cli"    // the usher command
	ByToken  ActorKind = "token"  // an API client
	ByUser   ActorKind = "user"   // the user, by sign-up or sign-in
	BySystem ActorKind = "system" // Usher itself
)

// Actor is who acted.
type Actor struct {
	Kind ActorKind
	ID   string // "" for the command and the system
	Name string // as it was at the time
}

// Change is one act by one actor; every event that follows carries its ID.
type Change struct {
	ID     string // UUIDv7
	At     time.Time
	Actor  Actor
	Action string // one of the Action constants, or one of package auth
	Target string // ID of what was changed
	Label  string // its name at the time
}

// Actions of this package. Stored: never rename.
const (
	ActionUserCreate        = "user.create"
	ActionUserUpdate        = "user.update"
	ActionUserEnable        = "user.enable"
	ActionUserDisable       = "user.disable"
	ActionUserDelete        = "user.delete"
	ActionUserReject        = "user.reject"    // a blocking target refused
	ActionUserTakeBack      = "user.take_back" // a staged user was left behind by a process that ended
	ActionGroupCreate       = "group.create"
	ActionGroupUpdate       = "group.update"
	ActionGroupDelete       = "group.delete"
	ActionGroupRetry        = "group.retry"
	ActionGroupMembers      = "group.members" // members came or left
	ActionScopeUpdate       = "scope.update"  // the groups that a connection sends
	ActionBrandingUpdate    = "branding.update"
	ActionRetryAccount      = "account.retry"
	ActionAdoptAccount      = "account.adopt"
	ActionRelocateAccount   = "account.relocate"
	ActionConnectionCreate  = "connection.create"
	ActionConnectionUpdate  = "connection.update"
	ActionConnectionDelete  = "connection.delete"
	ActionConnectorCreate   = "connector.create"
	ActionConnectorUpdate   = "connector.update"
	ActionConnectorDelete   = "connector.delete"
	ActionConnectorMapping  = "connector.mapping"
	ActionConnectorGroups   = "connector.groups" // which groups are chosen by hand to be pushed
	ActionProvisionerCreate = "provisioner.create"
	ActionProvisionerUpdate = "provisioner.update"
	ActionProvisionerDelete = "provisioner.delete"
	ActionProvisionerResync = "provisioner.resync"
)
