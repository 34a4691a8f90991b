package salesforcefake

import (
	"net/http"
	"strings"

	"usher/connectors/fakekit"
)

// refusal is an error as Salesforce writes it.
type refusal struct {
	status  int
	code    string
	message string
	fields  []string
}

func refuse(status int, code, message string, fields ...string) *refusal {
	return &refusal{status, code, message, fields}
}

func bad(code, message string, fields ...string) *refusal {
	return refuse(http.StatusBadRequest, code, message, fields...)
}

func noResource() *refusal {
	return refuse(http.StatusNotFound, "NOT_FOUND", "The requested resource does not exist")
}

func (e *refusal) Error() string { return e.code + ": " + e.message }

func (e *refusal) reply() reply {
	one := map[string]any{"message": e.message, "errorCode": e.code}
	if len(e.fields) > 0 {
		one["fields"] = e.fields
	}
	return fakekit.Answer(e.status, []any{one})
}

// inCollection is the error of one record among several.
func (e *refusal) inCollection() map[string]any {
	fields := e.fields
	if fields == nil {
		fields = []string{}
	}
	return map[string]any{"success": false, "errors": []any{map[string]any{"statusCode": e.code, "message": e.message, "fields": fields}}}
}

// ErrorBody is the body of an error, for faults.
func ErrorBody(code, message string, fields ...string) string {
	return string(refuse(0, code, message, fields...).reply().Body)
}

func fold(s string) string { return strings.ToLower(s) }
