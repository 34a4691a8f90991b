package salesforcefake

import (
	"encoding/json"
	"net/http"
	"strings"
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
	return answer(e.status, []any{one})
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
	return string(refuse(0, code, message, fields...).reply().body)
}

// TokenError is the body of a refusal by the token endpoint, for faults.
func TokenError(code, description string) string {
	return string(encode(map[string]string{"error": code, "error_description": description}))
}

// encode is for values of our own making, which cannot fail.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func fold(s string) string { return strings.ToLower(s) }
