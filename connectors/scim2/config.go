package scim2

import "usher/scim"

// obey takes for learned what a ServiceProviderConfig denies, and what the override says either way: a service's own
// document is right about what is missing more often than about what is there.
func (k *connector) obey(c scim.Config) {
	if p := c.Patch.Supported; p.Set && (!p.Value || k.override.Patch.Supported.Set) {
		k.learned.noPatch.Store(!p.Value)
	}
	if f := c.Filter.Supported; f.Set && (!f.Value || k.override.Filter.Supported.Set) {
		k.learned.noIDFilter.Store(!f.Value)
		k.learned.noNameFilter.Store(!f.Value)
	}
	if k.traits.pagination == "" && c.Pagination.Cursor.Value && c.Pagination.Index.Set && !c.Pagination.Index.Value {
		k.learned.cursors.Store(true)
	}
	for _, most := range []scim.Int{c.Filter.MaxResults, c.Pagination.MaxPageSize} {
		if most.Set && most.Value > 0 && most.Value < k.pageSize() {
			k.learned.largestPage.Store(int32(most.Value))
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
