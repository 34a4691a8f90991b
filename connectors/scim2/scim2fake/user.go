package scim2fake

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"usher/connectors/fakekit"
)

const (
	coreURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// user is one stored user. body is its JSON object without id and meta.
type user struct {
	id, externalID, userName string
	password                 string // never sent back
	active                   bool
	body                     []byte
	version                  int
	at                       int // index in order
	created, modified        time.Time
}

type multi []struct {
	Value   string `json:"value"`
	Display string `json:"display"`
	Type    string `json:"type"`
	Primary bool   `json:"primary"`
}

// shape is what a user may look like; decoding into it is the check.
type shape struct {
	Schemas    []string `json:"schemas"`
	ID         any      `json:"id"`
	ExternalID string   `json:"externalId"`
	UserName   string   `json:"userName"`
	Name       struct {
		Formatted, FamilyName, GivenName, MiddleName, HonorificPrefix, HonorificSuffix string
	} `json:"name"`
	DisplayName, NickName, ProfileURL, Title, UserType string
	PreferredLanguage, Locale, Timezone                string
	Active                                             *bool
	Password                                           *string
	Emails, PhoneNumbers, Roles, Entitlements          multi
	Addresses                                          []struct {
		Formatted, StreetAddress, Locality, Region, PostalCode, Country, Type string
		Primary                                                               bool
	}
	Groups     any
	Meta       any
	Unknown    any `json:"urn:example:extension:2.0:User"` // an extension that clients do not know
	Enterprise *struct {
		EmployeeNumber, CostCenter, Organization, Division, Department string
		Manager                                                        *struct{ Value, DisplayName string }
	} `json:"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"`
}

// refusal is an error with its SCIM status and type.
type refusal struct {
	status           int
	scimType, detail string
}

func (e *refusal) Error() string { return e.detail }

func invalid(format string, args ...any) error {
	return &refusal{http.StatusBadRequest, "invalidValue", fmt.Sprintf(format, args...)}
}

// parseUser checks a whole resource and gives what is stored of it.
func parseUser(body []byte) (*user, shape, error) {
	var v shape
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return nil, v, &refusal{http.StatusBadRequest, "invalidSyntax", "Request is unparsable or violates the schema: " + err.Error()}
	}
	if d.More() || len(body) == 0 || body[0] != '{' {
		return nil, v, &refusal{http.StatusBadRequest, "invalidSyntax", "The body is not one JSON object."}
	}
	switch {
	case !slices.Contains(v.Schemas, coreURN):
		return nil, v, invalid("schemas lacks %s", coreURN)
	case v.Enterprise != nil && !slices.Contains(v.Schemas, enterpriseURN):
		return nil, v, invalid("schemas lacks %s", enterpriseURN)
	case strings.TrimSpace(v.UserName) == "":
		return nil, v, invalid("userName is required")
	}
	for name, list := range map[string]multi{"emails": v.Emails, "phoneNumbers": v.PhoneNumbers} {
		if err := list.check(name); err != nil {
			return nil, v, err
		}
	}
	u := &user{externalID: v.ExternalID, userName: v.UserName, active: v.Active == nil || *v.Active, body: body}
	if v.Password != nil {
		u.password = *v.Password
	}
	if v.ID != nil || v.Meta != nil || v.Password != nil || v.Groups != nil {
		m, err := u.attributes()
		if err != nil {
			return nil, v, err
		}
		for k := range m {
			if slices.Contains([]string{"id", "meta", "password", "groups"}, strings.ToLower(k)) {
				delete(m, k)
			}
		}
		u.body = fakekit.JSON(m)
	}
	return u, v, nil
}

func (m multi) check(name string) error {
	primaries := 0
	for _, v := range m {
		if v.Value == "" {
			return invalid("%s has an entry without a value", name)
		}
		if v.Primary {
			primaries++
		}
	}
	if primaries > 1 {
		return invalid("%s has more than one primary entry", name)
	}
	return nil
}

func (u *user) attributes() (map[string]any, error) {
	d := json.NewDecoder(bytes.NewReader(u.body))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return nil, fmt.Errorf("read user: %w", err)
	}
	return m, nil
}

// render is the user as it is sent. The usual case is put together from the text that came.
func (u *user) render(r request) []byte {
	b := make([]byte, 0, len(u.body)+320)
	b = append(b, `{"id":`...)
	if r.q.NumericIDs {
		b = append(b, u.id...)
	} else {
		b = strconv.AppendQuote(b, u.id)
	}
	b = append(b, `,"meta":{"resourceType":"User","created":"`...)
	b = u.created.AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","lastModified":"`...)
	b = u.modified.AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","version":"W/\"`...)
	b = strconv.AppendInt(b, int64(u.version), 10)
	b = append(b, `\"","location":"`...)
	b = append(b, u.location(r)...)
	b = append(b, `"},`...)
	b = append(b, u.body[1:]...)
	if r.q.HideExternalID || r.q.OtherCase || r.q.Role != "" {
		return r.q.disguise(b)
	}
	return b
}

func (u *user) etag() string { return `W/"` + strconv.Itoa(u.version) + `"` }

func (u *user) location(r request) string {
	host := r.q.LocationHost
	if host == "" {
		host = "http://" + r.Host
	}
	return host + Prefix + "/Users/" + escapeID(u.id)
}

// disguise sends a user in a peculiar way.
func (q *Quirks) disguise(b []byte) []byte {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var m map[string]any
	if err := d.Decode(&m); err != nil {
		return b
	}
	if q.HideExternalID {
		delete(m, "externalId")
	}
	if q.Role != "" {
		m["roles"] = []any{map[string]any{"value": q.Role}}
	}
	if q.OtherCase {
		other := map[string]any{}
		for k, v := range m {
			if !strings.HasPrefix(k, "urn:") {
				k = strings.ToUpper(k[:1]) + k[1:]
			}
			other[k] = v
		}
		m = other
	}
	return fakekit.JSON(m)
}

func problem(status int, scimType, detail string) reply {
	m := map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "status": strconv.Itoa(status), "detail": detail}
	if scimType != "" {
		m["scimType"] = scimType
	}
	return fakekit.Answer(status, m)
}

func problemOf(err error) reply {
	var r *refusal
	if errors.As(err, &r) {
		return problem(r.status, r.scimType, r.detail)
	}
	return problem(http.StatusInternalServerError, "", err.Error())
}
