package handlers

import (
	"context"
	"net/url"
	"slices"

	"usher/directory"
	"usher/views"
)

const (
	mostPicked = 500 // that one form may choose
	mostFound  = 50  // that a picker shows at once
)

// chosenNow is a form of a set that nobody touched yet. The empty entry says that there is a list, even of nothing.
func chosenNow(ids []string) url.Values {
	return url.Values{views.PickHad: append([]string{""}, ids...), views.PickField: ids}
}

// pickedIDs are what a form's picker had checked, each once.
func pickedIDs(f url.Values) ([]string, error) {
	ids := slices.Clone(f[views.PickField])
	slices.Sort(ids)
	if ids = slices.Compact(ids); len(ids) > mostPicked {
		return nil, &directory.Error{Code: directory.Invalid, Message: "At most 500 can be chosen at once. Choose some of them, save, and choose the others after that."}
	}
	return ids, nil
}

// picksOf is what a form of a set added to what it showed as chosen when it was opened, and what it took from it: the rest
// is not its own to change. now stands in for a form that does not say what it showed.
func picksOf(f url.Values, now []string) (join, leave []string, err error) {
	picked, err := pickedIDs(f)
	if err != nil {
		return nil, nil, err
	}
	had := now
	if f.Has(views.PickHad) {
		had = f[views.PickHad]
	}
	for _, id := range picked {
		if !slices.Contains(had, id) {
			join = append(join, id)
		}
	}
	for _, id := range had {
		if id != "" && !slices.Contains(picked, id) {
			leave = append(leave, id)
		}
	}
	return join, leave, nil
}

// userPicker is the picker of a form as it was sent; url is the form's own.
func (s *Server) userPicker(ctx context.Context, f url.Values, url string) (views.Picker, error) {
	p := views.Picker{Noun: "user", URL: url, Search: f.Get(views.PickSearch)}
	ids, err := pickedIDs(f)
	if err != nil {
		return p, err
	}
	for _, id := range ids {
		u, err := s.Store.User(ctx, id)
		if directory.CodeOf(err) == directory.NotFound {
			continue // deleted since
		}
		if err != nil {
			return p, err
		}
		p.Chosen = append(p.Chosen, userPick(u))
	}
	page, err := s.Store.Users(ctx, directory.UserFilter{Search: p.Search, Limit: mostFound})
	if err != nil {
		return p, err
	}
	for _, u := range page.Users {
		if _, chosen := slices.BinarySearch(ids, u.ID); !chosen {
			p.Found = append(p.Found, userPick(u))
		}
	}
	p.More = page.Next != ""
	return p, nil
}

func userPick(u directory.User) views.Pick {
	p := views.Pick{ID: u.ID, Label: u.Label(), Second: u.UserName}
	if p.Label == p.Second {
		p.Second = u.Email()
	}
	return p
}

// groupPicker is the picker of a form as it was sent; url is the form's own.
func (s *Server) groupPicker(ctx context.Context, f url.Values, url string) (views.Picker, error) {
	p := views.Picker{Noun: "group", URL: url, Search: f.Get(views.PickSearch), Had: f[views.PickHad]}
	ids, err := pickedIDs(f)
	if err != nil {
		return p, err
	}
	chosen, err := s.groupsByID(ctx, ids)
	if err != nil {
		return p, err
	}
	for _, g := range chosen {
		p.Chosen = append(p.Chosen, groupPick(g))
	}
	page, err := s.Store.ListGroups(ctx, directory.GroupFilter{Search: p.Search, Limit: mostFound})
	if err != nil {
		return p, err
	}
	for _, g := range page.Groups {
		if _, chosen := slices.BinarySearch(ids, g.ID); !chosen {
			p.Found = append(p.Found, groupPick(g))
		}
	}
	p.More = page.Next != ""
	return p, nil
}

func groupPick(g directory.Group) views.Pick {
	return views.Pick{ID: g.ID, Label: g.DisplayName, Second: views.Members(g)}
}

// groupsByID leaves out groups that were deleted since.
func (s *Server) groupsByID(ctx context.Context, ids []string) ([]directory.Group, error) {
	var found []directory.Group
	for _, id := range ids {
		g, err := s.Store.Group(ctx, id)
		if directory.CodeOf(err) == directory.NotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		found = append(found, g)
	}
	return found, nil
}
