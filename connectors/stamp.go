package connectors

import "github.com/google/uuid"

// OurID is an external ID as it was stamped, in the spelling that our IDs have here. A UUID is a number: services give
// it back in capitals, in braces or without hyphens (RFC 9562 §4). Anything else is given back as it is.
func OurID(stamp string) string {
	id, err := uuid.Parse(stamp)
	if err != nil {
		return stamp
	}
	return id.String()
}

// SameID reports whether two external IDs are the same, whichever way they are spelled. Two that are empty are not.
func SameID(a, b string) bool { return a != "" && OurID(a) == OurID(b) }

// LikeOurs reports whether an external ID has the form of those that Usher stamps.
func LikeOurs(stamp string) bool {
	_, err := uuid.Parse(stamp)
	return err == nil
}
