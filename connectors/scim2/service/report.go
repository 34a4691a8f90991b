package service

import (
	"slices"
	"strconv"

	"usher/connectors"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// Names of what no check can see, and only work tells.
const (
	byPatch = "Change single attributes (PATCH)"
	byPath  = "Understand a change with a path"
	removes = "Remove accounts"
)

// news are the flags that News tells of, as bits.
func (s *Service) news(f wire.Facts) (bits uint32) {
	for i, flag := range []bool{s.Learned.NoPatch.Load(), s.Learned.ObjectPatch.Load(), s.Learned.NoDelete.Load(), f.PlainJSON} {
		if flag {
			bits |= 1 << i
		}
	}
	return bits
}

// News is what work has taught since News was asked last, and no check can see; ok is false when that is nothing.
func (s *Service) News(f wire.Facts) (r connectors.Report, ok bool) {
	now := s.news(f)
	if s.told.Swap(now) == now {
		return r, false
	}
	s.Conclude(&r, s.Override, f)
	r.Capabilities = slices.DeleteFunc(r.Capabilities, func(c connectors.Capability) bool {
		return c.Can || !slices.Contains([]string{byPatch, byPath, removes}, c.Name)
	})
	r.Proposals = slices.DeleteFunc(r.Proposals, func(p connectors.Proposal) bool {
		return !slices.Contains([]string{keyUpdateMode, keyPatchStyle, keyContentType}, p.Key)
	})
	return r, true
}

// Conclude adds to a report what the service can do, as far as it is known, and which settings would fit it better. said is
// its ServiceProviderConfig, f what the requests taught.
func (s *Service) Conclude(r *connectors.Report, said scim.Config, f wire.Facts) {
	filters := !s.NeverFilters() && (s.AlwaysFilters() || !s.Learned.NoNameFilter.Load())
	r.Capabilities = append(r.Capabilities,
		connectors.Capability{Name: byPatch, Can: s.updateMode != usePut && !s.Learned.NoPatch.Load(), Note: "Otherwise Usher reads the account and writes it back whole (PUT)."},
		connectors.Capability{Name: "Filter users", Can: filters, Note: "Otherwise Usher reads the whole list when it looks for an account."},
		connectors.Capability{Name: removes, Can: !s.Learned.NoDelete.Load(), Note: "Known for certain once Usher has removed one. Otherwise accounts are disabled."},
		connectors.Capability{Name: "Page by cursor", Can: s.Learned.Cursors.Load(), Note: "Otherwise Usher pages by index, " + strconv.Itoa(s.PageSize()) + " users at a time."},
		connectors.Capability{Name: "Versions (ETag)", Can: said.ETag.Supported.Value || f.Versioned, Note: "Where the target asks for a version, Usher reads it before it writes."})
	if s.Learned.ObjectPatch.Load() {
		r.Capabilities = append(r.Capabilities, connectors.Capability{Name: byPath, Note: "Usher writes all that changes in one operation without a path."})
	}
	propose := func(key, value, why string) {
		r.Proposals = append(r.Proposals, connectors.Proposal{Key: key, Value: value, Why: why})
	}
	if known := profileOfHost(s.base); known.key != profileRFC && s.key == profileRFC {
		propose(keyProfile, known.key, "The address belongs to "+known.Label+".")
	}
	if to := f.MovedUsers; to != "" {
		propose(wire.KeyUserEndpoint, to, "The target redirects every request for users there.")
	}
	if to := f.MovedGroups; to != "" {
		propose(wire.KeyGroupEndpoint, to, "The target redirects every request for groups there.")
	}
	if s.updateMode == auto && s.Learned.NoPatch.Load() && !s.Override.Patch.Supported.Set {
		propose(keyUpdateMode, usePut, "The target has no PATCH, or does not do what it says.")
	}
	if s.filters == auto && s.Learned.NoNameFilter.Load() && !s.Override.Filter.Supported.Set {
		propose(keyFilterSupport, filterOff, "The target refuses or ignores filters.")
	}
	if s.pagination == "" && s.Learned.Cursors.Load() {
		propose(keyPagination, pagesByCursor, "The target pages by cursor.")
	}
	if most := int(s.Learned.largestPage.Load()); most > 0 && most < s.pageSize {
		propose(keyPageSize, strconv.Itoa(most), "The target sends at most "+strconv.Itoa(most)+" users at a time.")
	}
	if f.PlainJSON {
		propose(keyContentType, scim.JSONMediaType, "The target refuses application/scim+json.")
	}
	if s.patchStyle == "" && s.Learned.ObjectPatch.Load() {
		propose(keyPatchStyle, styleObject, "The target understands changes without a path only.")
	}
}
