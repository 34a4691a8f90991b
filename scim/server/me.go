package server

import (
	"net/http"
	"reflect"

	"usher/directory"
)

// me answers /Me, which stands for the user to whom a personal token belongs (RFC 7644 §3.11).
func (s *Server) me(w http.ResponseWriter, r *http.Request) error {
	t := tokenOf(r.Context())
	if t.UserID == "" {
		return problem(http.StatusNotImplemented, "", "/Me is the user to whom a personal token belongs. This token belongs to an application.")
	}
	c, err := s.callOf(w, r, users, t.UserID)
	if err != nil {
		return err
	}
	c.me = true
	return s.handle(w, r, c)
}

// createMe says no: a token is somebody's already.
func (s *Server) createMe(http.ResponseWriter, *http.Request) error {
	return problem(http.StatusNotImplemented, "", "Nobody can be created by /Me. People sign up at %s/register, and applications create users at %s/Users.",
		s.BaseURL, s.base())
}

// onlyOwn keeps what people may not change about themselves: their name in other systems, and what gives them access
// there. To them it is read-only: a PUT passes over it, and a PATCH that names it is refused (RFC 7644 §3.5.1, §3.5.2).
func onlyOwn(put bool, u *directory.User, m map[string]any, p *directory.Profile) error {
	if m["userName"] == nil {
		m["userName"] = u.UserName
	}
	for _, f := range []struct {
		name  string
		same  bool
		given bool
		keep  func()
	}{
		{"userName", m["userName"] == u.UserName, true, func() { m["userName"] = u.UserName }},
		{"active", m["active"] == nil || m["active"] == u.Active, true, func() { m["active"] = u.Active }},
		{"userType", p.UserType == u.UserType, p.UserType != "", func() { p.UserType = u.UserType }},
		{"emails", reflect.DeepEqual(p.Emails, u.Emails), len(p.Emails) > 0, func() { p.Emails = u.Emails }},
		{"roles", reflect.DeepEqual(p.Roles, u.Roles), len(p.Roles) > 0, func() { p.Roles = u.Roles }},
		{"entitlements", reflect.DeepEqual(p.Entitlements, u.Entitlements), len(p.Entitlements) > 0, func() { p.Entitlements = u.Entitlements }},
		{"employeeNumber", p.EmployeeNumber == u.EmployeeNumber, p.EmployeeNumber != "", func() { p.EmployeeNumber = u.EmployeeNumber }},
		{"costCenter", p.CostCenter == u.CostCenter, p.CostCenter != "", func() { p.CostCenter = u.CostCenter }},
		{"organization", p.Organization == u.Organization, p.Organization != "", func() { p.Organization = u.Organization }},
		{"division", p.Division == u.Division, p.Division != "", func() { p.Division = u.Division }},
		{"department", p.Department == u.Department, p.Department != "", func() { p.Department = u.Department }},
		{"manager", p.Manager.Value == u.Manager.Value, p.Manager.Value != "", func() { p.Manager = u.Manager }},
	} {
		switch {
		case f.same:
		case f.given && !put:
			return problem(http.StatusForbidden, "", "You cannot change %s yourself. Ask an administrator.", f.name)
		default:
			f.keep()
		}
	}
	return nil
}
