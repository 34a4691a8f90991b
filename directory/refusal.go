package directory

import "strings"

// Statuses of an account (package provisioning) at which the target has said what is wrong with the user. With any other
// the words are about the connection and for administrators only.
const (
	statusFailed = "failed"
	statusHeld   = "held"
)

// RefusalWords tells somebody who just arrived, and may be a stranger, why targets left them without an account.
func RefusalWords(outcomes []Outcome) string {
	var lines []string
	for _, o := range outcomes {
		switch {
		case o.OK:
		case o.Status == statusFailed && o.Reason != "":
			lines = append(lines, o.Connection+" did not accept it: "+sentence(o.Reason))
		case o.Status == statusHeld:
			lines = append(lines, o.Connection+" has an account that looks like yours, and an administrator has to look at that first.")
		default:
			lines = append(lines, o.Connection+" could not be reached. Try again in a few minutes.")
		}
	}
	return strings.Join(lines, " ")
}

func sentence(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsRune(".!?", rune(s[len(s)-1])) {
		return s
	}
	return s + "."
}
