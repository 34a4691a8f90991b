package salesforce

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"usher/connectors"
	"usher/connectors/connectortest"
	"usher/connectors/fakekit"
	"usher/connectors/salesforce/salesforcefake"
)

const (
	standard = "Standard User"
	api      = "^/services/data/v"
	external = "IdP_Id__c"
)

// clock is the fake's and the connector's, which can be put forward.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) advance(d time.Duration) { c.ahead.Add(int64(d)) }

// target adapts the fake to the contract's tests.
type target struct {
	*salesforcefake.Server
	url         string
	correlation string
	sets        bool
	t           testing.TB
	time        *clock
}

func newTarget(t testing.TB, o salesforcefake.Options) target {
	c := &clock{}
	o.Journal, o.Now, o.External = 10_000, c.Now, []string{external}
	fake := salesforcefake.New(o)
	srv := httptest.NewServer(fake)
	t.Cleanup(srv.Close)
	return target{fake, srv.URL, attrFederation, false, t, c}
}

func (g target) Settings() map[string]string {
	kind := targetGroups
	if g.sets {
		kind = targetPermissionSets
	}
	s := map[string]string{keyMyDomain: g.url, keyAuthMode: authClient, keyClientID: "consumer", keyClientSecret: "consumer-secret", keyProfile: standard,
		keyCorrelation: g.correlation, keyAllowPrivate: "true", keyGroupTarget: kind, connectors.PushGroups: "true"}
	return s
}

// Requests leaves out what is read once and kept: the fields of users, and the profile.
func (g target) Requests() int {
	n := 0
	for _, q := range g.Journal() {
		if about(q) != "token" && about(q) != "describe" && about(q) != "query Profile" {
			n++
		}
	}
	return n
}

func (g target) Accounts() []connectortest.Remote {
	var out []connectortest.Remote
	for _, u := range g.Users() {
		id, _ := u.Fields[g.correlation].(string)
		if g.correlation == attrUsername {
			id = "" // a name, and no stamp
		}
		v := maps.Clone(u.Fields)
		delete(v, "Id")
		out = append(out, connectortest.Remote{ID: u.ID, ExternalID: id, Disabled: u.Fields[attrActive] != true || u.Frozen, Values: v})
	}
	return out
}

func (g target) Seed(p connectors.Profile, externalID string, admin bool) string {
	doc := maps.Clone(p.Values)
	if externalID != "" && g.correlation != attrUsername {
		doc[g.correlation] = externalID
	}
	if admin {
		return g.Put(doc, administratorProfile)
	}
	return g.Put(doc, standard)
}

func (g target) Edit(id, key string, value any) {
	if err := g.Server.Edit(id, map[string]any{key: value}); err != nil {
		g.t.Fatal(err)
	}
}

func (g target) Meet(trouble connectors.Trouble) {
	switch trouble {
	case connectors.Throttled:
		g.AddFault(fakekit.Fault{PathRe: api, Status: http.StatusForbidden, Header: http.Header{"Retry-After": {"7"}},
			Body: salesforcefake.ErrorBody("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")})
	case connectors.Revoked:
		g.Revoke()
		g.AddFault(fakekit.Fault{PathRe: salesforcefake.TokenPath, Status: http.StatusBadRequest, Body: fakekit.TokenError("invalid_grant", "authentication failure")})
	case connectors.Down:
		g.AddFault(fakekit.Fault{PathRe: api, Status: http.StatusServiceUnavailable, Body: salesforcefake.ErrorBody("SERVER_UNAVAILABLE", "The server is unavailable.")})
	case connectortest.LostAnswer:
		g.AddFault(fakekit.Fault{Method: http.MethodPost, PathRe: api + ".*/sobjects/(User|Group)[?]", Phase: fakekit.After, Drop: fakekit.Reset})
	}
}

func (g target) Groups() []connectortest.RemoteGroup {
	all := g.Server.Groups()
	if g.sets {
		all = g.PermissionSets()
	}
	var out []connectortest.RemoteGroup
	for _, s := range all {
		r := connectortest.RemoteGroup{ID: s.ID, Name: s.Name, Members: s.Members}
		if id, ours := strings.CutPrefix(s.DeveloperName, "usher_"); ours {
			r.ExternalID = strings.ReplaceAll(id, "_", "-")
		}
		out = append(out, r)
	}
	return out
}

func (g target) SeedGroup(p connectors.GroupProfile, externalID string, members ...string) string {
	if g.sets {
		return g.PutPermissionSet(p.Name, members...)
	}
	name := ""
	if externalID != "" {
		name = "usher_" + strings.ReplaceAll(externalID, "-", "_")
	}
	return g.PutGroup(p.Name, name, members...)
}

func profileOf(n int) connectors.Profile {
	name := fmt.Sprintf("user%03d", n)
	return connectors.Profile{ResourceID: fmt.Sprintf("0198f000-0000-7000-8000-%012d", n), Values: map[string]any{
		attrUsername: name + "@example.com.crm", "FirstName": "Ada", attrLastName: "Lovelace", attrEmail: name + "@example.com", attrAlias: "alovelac", attrNickname: name,
		"Title": "Analyst", "Department": "Engines", attrActive: true,
	}}
}

func groupOf(n int) connectors.GroupProfile {
	return connectors.GroupProfile{ResourceID: fmt.Sprintf("0198f000-0000-7000-9000-%012d", n), Name: fmt.Sprintf("Group %d", n)}
}

func with(p connectors.Profile, key string, v any) connectors.Profile {
	p.Values = maps.Clone(p.Values)
	p.Values[key] = v
	return p
}

func harness(o salesforcefake.Options) connectortest.Harness {
	return connectortest.Harness{
		Definition: Definition(),
		New:        func(t testing.TB) connectortest.Target { return newTarget(t, o) },
		Profile:    profileOf,
		Change:     connectortest.Setting{Key: "Department", Value: "Numbers"},
		Foreign:    connectortest.Setting{Key: "FirstName", Value: "Augusta"},
		Clear:      "Title",
		Rename: func(p, q connectors.Profile) connectors.Profile {
			return with(p, attrUsername, q.Values[attrUsername])
		},
		CannotGo: true,
	}
}

func TestContract(t *testing.T) { connectortest.Run(t, harness(salesforcefake.Options{})) }

// The contract holds when an organization is peculiar, too.
func TestContractWithQuirks(t *testing.T) {
	for name, q := range map[string]salesforcefake.Quirks{
		"short pages": {PageSize: 1}, "updates answer 200": {Patch200: true}, "no usage": {NoUsage: true}, "slow": {WriteDelay: time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) { connectortest.Run(t, harness(salesforcefake.Options{Quirks: q})) })
	}
}

// The contract holds where accounts are found by their Username and bear no ID of ours.
func TestContractWithoutAStamp(t *testing.T) {
	h := harness(salesforcefake.Options{})
	h.Unstamped = true
	h.New = func(t testing.TB) connectortest.Target {
		g := newTarget(t, salesforcefake.Options{})
		g.correlation = attrUsername
		return g
	}
	connectortest.Run(t, h)
}

func groupHarness(sets bool) connectortest.GroupHarness {
	return connectortest.GroupHarness{
		Definition: Definition(),
		New: func(t testing.TB) connectortest.GroupTarget {
			g := newTarget(t, salesforcefake.Options{})
			g.sets = sets
			return g
		},
		Profile: profileOf, Group: groupOf, Missing: "005000000000zzzAAA", Unstamped: sets, Fixed: sets, Twins: true,
	}
}

func TestPublicGroups(t *testing.T)   { connectortest.RunGroups(t, groupHarness(false)) }
func TestPermissionSets(t *testing.T) { connectortest.RunGroups(t, groupHarness(true)) }
