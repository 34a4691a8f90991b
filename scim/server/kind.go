package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"usher/scim/schema"
)

// kind is one of the two resource types as the API serves them.
type kind struct {
	key          string // as Store.ClientIDs calls it
	endpoint     string
	resourceType func() *schema.ResourceType
}

var (
	users  = &kind{key: "user", endpoint: "/Users", resourceType: schema.User}
	groups = &kind{key: "group", endpoint: "/Groups", resourceType: schema.Group}
)

func kinds() []*kind { return []*kind{users, groups} }

// etag is the version of a resource (RFC 7644 §3.14). It is weak: what a resource shows of others can change without it.
func etag(version int64) string { return `W/"` + strconv.FormatInt(version, 10) + `"` }

// names reports whether a list of entity tags, as If-Match and If-None-Match carry, names the version. Tags are
// compared weakly (RFC 9110 §8.8.3.2), and one without quotes is read as if it had them.
func names(list string, version int64) bool {
	want := strconv.FormatInt(version, 10)
	return slices.ContainsFunc(strings.Split(list, ","), func(tag string) bool {
		tag = strings.TrimSpace(tag)
		if tag == "*" {
			return true
		}
		return strings.Trim(strings.TrimPrefix(tag, "W/"), `"`) == want
	})
}

func changedMeanwhile() error {
	return problem(http.StatusPreconditionFailed, "", "Somebody changed the resource since the version that If-Match names. Read it again.")
}
