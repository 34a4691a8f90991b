package server_test

import (
	"strings"
	"testing"
)

// User names are prepared and compared by UsernameCaseMapped (RFC 7644 §5, RFC 8265 §3.3).
func TestUserNamesThatAreTheSameToPeople(t *testing.T) {
	s := start(t)
	for first, second := range map[string]string{"ren\u00e9": "rene\u0301", "ada": "\uff41\uff44\uff41"} {
		s.must(201, "POST", "/Users", user(first))
		s.refused(409, "uniqueness", "POST", "/Users", user(second))
		s.must(200, "GET", "/Users"+query("filter", `userName eq "`+second+`"`), nil).want("totalResults", 1)
	}
	id := s.add("grace")
	for name, says := range map[string]string{"gr\u200bace": "U+200B ZERO WIDTH SPACE", "\ufeffalan": "U+FEFF", "ku\u00adrt": "U+00AD SOFT HYPHEN",
		"\u202eemmy": "U+202E RIGHT-TO-LEFT OVERRIDE", "x\ufdd0": "U+FDD0"} {
		for _, r := range []got{s.refused(400, "invalidValue", "POST", "/Users", user(name)), s.refused(400, "invalidValue", "PUT", "/Users/"+id, user(name)),
			s.refused(400, "invalidValue", "PATCH", "/Users/"+id, patchOf(obj{"op": "replace", "path": "userName", "value": name}))} {
			if d := r.text1("detail"); !strings.Contains(d, says) || !strings.Contains(d, "userName") {
				t.Errorf("%+q: %s", name, d)
			}
		}
	}
	s.refused(409, "uniqueness", "PUT", "/Users/"+id, user("REN\u00c9"))
	r := s.refused(400, "invalidValue", "POST", "/Users", user("kurt", "emails", []any{obj{"value": "kurt@x_y.example"}}))
	if !strings.Contains(r.text1("detail"), "U+005F LOW LINE") {
		t.Errorf("the reason is not named: %s", r.text1("detail"))
	}
}
