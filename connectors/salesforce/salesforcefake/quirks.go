package salesforcefake

import "time"

// Quirks are what an organization sometimes is. The zero value has room for everybody and confirms nothing.
type Quirks struct {
	Licences    int      // how many active users there may be; 0 is no limit
	ConfirmMail bool     // a changed e-mail address takes effect only once it is confirmed
	Keep        string   // the code with which a deactivation is refused
	ReadOnly    []string // fields of User that may not be written
	NoLimits    bool     // the limits may not be read
	NoUsage     bool     // answers come without Sforce-Limit-Info
	Usage       string   // Sforce-Limit-Info, as it stands there
	PageSize    int      // of queries; 0 is 2000
	NextHost    string   // the scheme and host that nextRecordsUrl names; "" is none, as it should be
	Upsert204   bool     // an upsert that updates answers with nothing
	Patch200    bool     // an update answers 200 in place of 204
	ShortAlias  int      // the length of Alias; 0 is 8

	WriteDelay time.Duration // how long every write takes
}
