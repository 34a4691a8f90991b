package directory

import (
	"regexp"
	"strings"
)

// promise is where a remedy says that Usher goes on by itself.
var promise = regexp.MustCompile(`(Nothing: )?Usher (tries|looks|goes on|finds out)( again)?( by itself)?`)

// ByHand is a remedy for where nothing is tried again, as for a user who was rejected or settings that were only
// tested: what Usher would do by itself, the person does.
func ByHand(remedy string) string {
	return strings.TrimSpace(promise.ReplaceAllString(remedy, "Try again"))
}
