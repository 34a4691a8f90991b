package wire

import (
	"slices"
	"strings"

	"usher/connectors"
)

// keepSecret notes what must not come back in an error, the longest first: one may be a part of another.
func (c *Client) keepSecret(settings connectors.Config) {
	if _, v, ok := strings.Cut(c.credential[1], " "); ok && c.authMode != authAPIKey {
		c.secrets = append(c.secrets, v)
	}
	for _, s := range settings.Secrets {
		c.secrets = append(c.secrets, s.Reveal())
	}
	for _, values := range c.headers {
		c.secrets = append(c.secrets, values...)
	}
	c.secrets = slices.DeleteFunc(c.secrets, func(s string) bool { return len(s) <= 3 })
	slices.SortFunc(c.secrets, func(a, b string) int { return len(b) - len(a) })
}

// scrub takes the connector's secrets, and others that go with one request, out of foreign words.
func (c *Client) scrub(s string, others ...string) string {
	for _, secret := range slices.Concat(others, c.secrets) {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "[secret]")
		}
	}
	return s
}
