package service

import "strings"

const matchDefault = AttrExternalID + "," + AttrUserName

// matchOrder reads the attributes by which an account is recognised; nil when one is none of them.
func matchOrder(text string) []string {
	var order []string
	for _, attr := range strings.Split(text, ",") {
		switch attr = strings.TrimSpace(attr); attr {
		case AttrExternalID, AttrUserName, AttrEmails:
			order = append(order, attr)
		default:
			return nil
		}
	}
	return order
}

func checkMatch(v string) string {
	if matchOrder(v) == nil {
		return "Name one or more of externalId, userName and emails, with commas between them."
	}
	return ""
}
