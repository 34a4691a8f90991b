package googlefake

import (
	"net/http"

	"usher/connectors/fakekit"
)

// refusal is an error as Google writes it.
type refusal struct {
	status  int
	reason  string
	message string
}

func refuse(status int, reason, message string) *refusal { return &refusal{status, reason, message} }

func (e *refusal) Error() string { return e.reason + ": " + e.message }

func notAuthorized() *refusal {
	return refuse(http.StatusForbidden, "forbidden", "Not Authorized to access this resource/api")
}

func noUser() *refusal {
	return refuse(http.StatusNotFound, "notFound", "Resource Not Found: userKey")
}

func duplicate() *refusal {
	return refuse(http.StatusConflict, "duplicate", "Entity already exists.")
}

func invalid(message string) *refusal {
	return refuse(http.StatusBadRequest, "invalid", message)
}

// canonical are the names that newer front ends give to a status.
func canonical(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "INVALID_ARGUMENT"
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "PERMISSION_DENIED"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusConflict:
		return "ALREADY_EXISTS"
	case http.StatusPreconditionFailed:
		return "FAILED_PRECONDITION"
	case http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED"
	}
	return "INTERNAL"
}

func (e *refusal) reply(q *Quirks) reply {
	detail := map[string]any{"code": e.status, "message": e.message}
	if q.NewErrors {
		detail["status"] = canonical(e.status)
	} else {
		detail["errors"] = []any{map[string]any{"domain": "global", "reason": e.reason, "message": e.message}}
	}
	return fakekit.Answer(e.status, map[string]any{"error": detail})
}

// ErrorBody is the body of an error with this reason, for faults.
func ErrorBody(status int, reason, message string) string {
	return string(refuse(status, reason, message).reply(&Quirks{}).Body)
}
