package scim2

import (
	"slices"
	"strconv"
	"sync/atomic"

	"usher/connectors"
	"usher/scim"
)

// Names of what no check can see, and only work tells.
const (
	byPatch = "Change single attributes (PATCH)"
	byPath  = "Understand a change with a path"
	removes = "Remove accounts"
)

// Learned implements connectors.Learner.
func (k *connector) Learned() (r connectors.Report, ok bool) {
	var now uint32
	for i, flag := range []*atomic.Bool{&k.learned.noPatch, &k.learned.objectPatch, &k.learned.noDelete, &k.learned.plainJSON} {
		if flag.Load() {
			now |= 1 << i
		}
	}
	if k.told.Swap(now) == now {
		return r, false
	}
	k.conclude(&r, k.override)
	r.Capabilities = slices.DeleteFunc(r.Capabilities, func(c connectors.Capability) bool {
		return c.Can || !slices.Contains([]string{byPatch, byPath, removes}, c.Name)
	})
	r.Proposals = slices.DeleteFunc(r.Proposals, func(p connectors.Proposal) bool {
		return !slices.Contains([]string{KeyUpdateMode, KeyPatchStyle, KeyContentType}, p.Key)
	})
	return r, true
}

// conclude says what the service can do, as far as it is known, and which settings would fit it better.
func (k *connector) conclude(r *connectors.Report, said scim.Config) {
	filters := k.filters != filterOff && (k.filters == filterOn || !k.learned.noNameFilter.Load())
	r.Capabilities = append(r.Capabilities,
		connectors.Capability{Name: byPatch, Can: k.updateMode != usePut && !k.learned.noPatch.Load(), Note: "Otherwise Usher reads the account and writes it back whole (PUT)."},
		connectors.Capability{Name: "Filter users", Can: filters, Note: "Otherwise Usher reads the whole list when it looks for an account."},
		connectors.Capability{Name: removes, Can: !k.learned.noDelete.Load(), Note: "Known for certain once Usher has removed one. Otherwise accounts are disabled."},
		connectors.Capability{Name: "Page by cursor", Can: k.learned.cursors.Load(), Note: "Otherwise Usher pages by index, " + strconv.Itoa(k.pageSize()) + " users at a time."},
		connectors.Capability{Name: "Versions (ETag)", Can: said.ETag.Supported.Value || k.learned.versioned.Load(), Note: "Where the target asks for a version, Usher reads it before it writes."})
	if k.learned.objectPatch.Load() {
		r.Capabilities = append(r.Capabilities, connectors.Capability{Name: byPath, Note: "Usher writes all that changes in one operation without a path."})
	}
	propose := func(key, value, why string) {
		r.Proposals = append(r.Proposals, connectors.Proposal{Key: key, Value: value, Why: why})
	}
	if known := profileOfHost(k.base); known.key != profileRFC && k.traits.key == profileRFC {
		propose(KeyProfile, known.key, "The address belongs to "+known.label+".")
	}
	if to := k.movedTo(k.users); to != "" {
		propose(KeyUserEndpoint, to, "The target redirects every request for users there.")
	}
	if to := k.movedTo(k.groups); to != "" {
		propose(KeyGroupEndpoint, to, "The target redirects every request for groups there.")
	}
	if k.updateMode == auto && k.learned.noPatch.Load() && !k.override.Patch.Supported.Set {
		propose(KeyUpdateMode, usePut, "The target has no PATCH, or does not do what it says.")
	}
	if k.filters == auto && k.learned.noNameFilter.Load() && !k.override.Filter.Supported.Set {
		propose(KeyFilterSupport, filterOff, "The target refuses or ignores filters.")
	}
	if k.traits.pagination == "" && k.learned.cursors.Load() {
		propose(KeyPagination, pagesByCursor, "The target pages by cursor.")
	}
	if most := int(k.learned.largestPage.Load()); most > 0 && most < k.traits.pageSize {
		propose(KeyPageSize, strconv.Itoa(most), "The target sends at most "+strconv.Itoa(most)+" users at a time.")
	}
	if k.traits.contentType == "" && k.learned.plainJSON.Load() {
		propose(KeyContentType, contentJSON, "The target refuses application/scim+json.")
	}
	if k.traits.patchStyle == "" && k.learned.objectPatch.Load() {
		propose(KeyPatchStyle, styleObject, "The target understands changes without a path only.")
	}
}
