package service

import "usher/scim"

// TakeConfig learns from the service's ServiceProviderConfig (RFC 7643 §5), and gives it with the override in its place.
func (s *Service) TakeConfig(c scim.Config) scim.Config {
	c = overridden(c, s.Override)
	s.learnConfig(c)
	return c
}

// learnConfig takes for learned what a ServiceProviderConfig denies, and what the override says either way: a service's own
// document is right about what is missing more often than about what is there.
func (s *Service) learnConfig(c scim.Config) {
	if p := c.Patch.Supported; p.Set && (!p.Value || s.Override.Patch.Supported.Set) {
		s.Learned.NoPatch.Store(!p.Value)
	}
	if f := c.Filter.Supported; f.Set && (!f.Value || s.Override.Filter.Supported.Set) {
		s.Learned.NoIDFilter.Store(!f.Value)
		s.Learned.NoNameFilter.Store(!f.Value)
	}
	if s.pagination == "" && c.Pagination.Cursor.Value && c.Pagination.Index.Set && !c.Pagination.Index.Value {
		s.Learned.Cursors.Store(true)
	}
	for _, most := range []scim.Int{c.Filter.MaxResults, c.Pagination.MaxPageSize} {
		if most.Set && most.Value > 0 && most.Value < s.PageSize() {
			s.Learned.largestPage.Store(int32(most.Value)) //nolint:gosec // less than a page size, as asked above
		}
	}
}

// overridden is the service's document with what the administrator set in its place.
func overridden(c, by scim.Config) scim.Config {
	for to, from := range map[*scim.Bool]scim.Bool{&c.Patch.Supported: by.Patch.Supported, &c.Filter.Supported: by.Filter.Supported,
		&c.Bulk.Supported: by.Bulk.Supported, &c.ETag.Supported: by.ETag.Supported, &c.ChangePassword.Supported: by.ChangePassword.Supported,
		&c.Pagination.Cursor: by.Pagination.Cursor, &c.Pagination.Index: by.Pagination.Index} {
		if from.Set {
			*to = from
		}
	}
	for to, from := range map[*scim.Int]scim.Int{&c.Filter.MaxResults: by.Filter.MaxResults, &c.Pagination.MaxPageSize: by.Pagination.MaxPageSize} {
		if from.Set {
			*to = from
		}
	}
	return c
}

func checkConfig(v string) string {
	if _, err := scim.DecodeConfig([]byte(v)); err != nil || v[0] != '{' {
		return `Enter a JSON object, such as {"patch":{"supported":false}}.`
	}
	return ""
}
