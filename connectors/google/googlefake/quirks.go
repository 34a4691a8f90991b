package googlefake

import "time"

// Quirks are what Google sometimes is. The zero value agrees with itself at once.
type Quirks struct {
	Hidden     time.Duration // after its creation, a user cannot be read or written: 404
	Bare       time.Duration // after its creation, a user is read without its name and external IDs
	Incomplete time.Duration // after its creation, a user cannot be written: 412
	Guarded    time.Duration // after its creation, a user cannot be written: 403
	IndexLag   time.Duration // after its creation, searches do not know a user

	Taken       string // the local part of an address that a personal account has: 409, and 202 when it is invited
	Licences    int    // how many users there may be; 0 is no limit
	NoArchive   bool   // there are no licences for archived users
	KeepAddress bool   // a deleted user keeps its address for 20 days
	PageCap     int    // the largest page, whatever maxResults asks for
	NoGroupIDs  bool   // groups take no external IDs: 400
	DropIDs     bool   // groups take external IDs and forget them
	NewErrors   bool   // errors carry a status instead of a list with reasons

	WriteDelay time.Duration // how long every write takes
}
