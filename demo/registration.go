package demo

import (
	"context"
	"fmt"

	"usher/auth/signup"
)

// OpenRegistration lets visitors of the demo make an account for themselves.
func OpenRegistration(ctx context.Context, s *signup.Service) error {
	v := signup.Defaults()
	v.On, v.AutoLogin = true, true
	v.Rules[signup.Department] = signup.Shown
	if err := s.SaveSettings(ctx, v, actor()); err != nil {
		return fmt.Errorf("open the demo's registration: %w", err)
	}
	return nil
}
