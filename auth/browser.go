package auth

import (
	"context"
	"fmt"
	"time"
)

// BrowserLife is how long a browser is known after a sign-in.
const BrowserLife = 180 * 24 * time.Hour

// MostBrowsers is how many of somebody's browsers are known, the last used ones.
const MostBrowsers = 20

// RememberBrowser makes a browser known to whoever has just signed in with it, and gives the value of its cookie: the one
// that it came with, or a new one. It opens nothing; it only keeps others' failures apart from this person's tries.
func (s *Service) RememberBrowser(ctx context.Context, of Owner, browser string) (string, error) {
	if !isBrowser(browser) {
		browser = base62(tokenChars)
	}
	if err := s.store.SaveBrowser(ctx, of, HashToken(browser), s.now()); err != nil {
		return "", fmt.Errorf("remember a browser: %w", err)
	}
	return browser, nil
}

func isBrowser(value string) bool { return len(value) == tokenChars }

// knows reports whether the owner has signed in with the browser before.
func (s *Service) knows(ctx context.Context, of Owner, browser string) (bool, error) {
	if !isBrowser(browser) {
		return false, nil
	}
	ok, err := s.store.KnowsBrowser(ctx, of, HashToken(browser), s.now().Add(-BrowserLife))
	if err != nil {
		return false, fmt.Errorf("look for a browser: %w", err)
	}
	return ok, nil
}
