package handlers

import (
	"context"

	"usher/views"
)

// loginProviders are the connections with which users can sign in, as buttons of the sign-in page.
func (s *Server) loginProviders(ctx context.Context) ([]views.LoginProvider, error) {
	if s.OIDC == nil {
		return nil, nil
	}
	on, err := s.OIDC.Store.EnabledSignIns(ctx)
	if err != nil {
		return nil, err
	}
	buttons := make([]views.LoginProvider, len(on))
	for i, v := range on {
		buttons[i] = views.LoginProvider{Name: v.Connection, URL: oidcLoginURL(v.ConnectionID)}
	}
	return buttons, nil
}

func oidcLoginURL(connectionID string) string { return "/login/oidc/" + connectionID }
