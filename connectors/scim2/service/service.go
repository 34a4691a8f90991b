// Package service knows what one SCIM service does: its compatibility profile, the settings that win over it, and what it
// turned out to do. What a service publishes, and what it made of a write, it reads from documents that it is given. It is
// not for sending: that is package wire, and what is sent is the connector's to say.
package service

import (
	"cmp"
	"slices"
	"strings"
	"sync/atomic"

	"usher/connectors"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// Service is what is known about one service: how it differs from the RFCs, by its profile and by settings, and what it
// turned out to do. It is safe for concurrent use.
type Service struct {
	Traits
	Match    []string    // attributes that an account is recognised by, in order
	Override scim.Config // what an administrator set of the ServiceProviderConfig (RFC 7643 §5)
	Learned  Learned

	base  string
	chunk int           // members of a group that one request changes, as configured
	told  atomic.Uint32 // what News has told of Learned
}

// New reads the settings. The error is of Kind Misconfigured.
func New(c connectors.Config) (*Service, error) {
	s := &Service{Traits: TraitsOf(c), Match: matchOrder(cmp.Or(c.Text(keyMatchAttrs), matchDefault)), base: strings.TrimRight(c.Text(wire.KeyBaseURL), "/"),
		chunk: cmp.Or(int(c.Number(keyMemberChunk)), usualChunk)}
	s.Learned.NoDelete.Store(s.deleteMode == disableAccounts)
	s.Learned.Cursors.Store(s.PagesByCursor())
	if text := c.Text(keyConfig); text != "" {
		var err error
		if s.Override, err = scim.DecodeConfig([]byte(text)); err != nil {
			return nil, &connectors.Error{Kind: connectors.Misconfigured, Op: "open", Message: "The ServiceProviderConfig override is not a JSON object.",
				Remedy: "Correct it in the connector's configuration."}
		}
		s.learnConfig(s.Override)
	}
	s.told.Store(s.news(wire.Facts{})) // what is configured is no news
	return s, nil
}

// AlwaysFilters reports that the service is asked to filter whatever it answered before.
func (s *Service) AlwaysFilters() bool { return s.filters == filterOn }

// NeverFilters reports that the whole list is read in place of a filter.
func (s *Service) NeverFilters() bool { return s.filters == filterOff }

// MayPut reports whether an account or group may be written whole where a PATCH does not do.
func (s *Service) MayPut() bool { return s.updateMode != usePatch }

// PutsAccount reports whether the changes to an account are written by PUT from the start.
func (s *Service) PutsAccount(ops []scim.Operation) bool {
	profile := slices.ContainsFunc(ops, func(o scim.Operation) bool { return o.Path != AttrActive && o.Path != AttrPassword })
	switch s.updateMode {
	case usePut:
		return true
	case usePatch:
		return false
	}
	return s.Learned.NoPatch.Load() || (s.putProfile && profile)
}

// PutsGroups reports whether groups are written by PUT from the start.
func (s *Service) PutsGroups() bool {
	return s.updateMode == usePut || (s.updateMode != usePatch && s.Learned.Groups.NoPatch.Load())
}

// PagesByCursor reports that a setting or the profile says so; of users Learned.Cursors tells what was found out, too.
func (s *Service) PagesByCursor() bool { return s.pagination == pagesByCursor }

// PageSize is how many users are asked for at once: as configured, and not more than the service says it sends.
func (s *Service) PageSize() int {
	if most := int(s.Learned.largestPage.Load()); most > 0 {
		return min(most, s.pageSize)
	}
	return s.pageSize
}

// MemberChunk is how many members of a group go into one request now, one at least.
func (s *Service) MemberChunk() int {
	n := s.chunk
	if s.memberChunk > 0 {
		n = min(n, s.memberChunk)
	}
	if learned := int(s.Learned.Groups.chunk.Load()); learned > 0 {
		n = min(n, learned)
	}
	return max(n, 1)
}
