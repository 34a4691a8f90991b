package scim2

import (
	"context"
	"net/http"
	"net/url"
	"path"
	"strings"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// endpoints compares where the service says that its users and groups are with where they are asked for.
func (k *connector) endpoints(ctx context.Context, r *connectors.Report, p service.Published) {
	for _, c := range []struct{ name, plural, urn, at, key string }{
		{"User", "users", scim.UserURN, k.wire.Users, wire.KeyUserEndpoint}, {"Group", "groups", scim.GroupURN, k.wire.Groups, wire.KeyGroupEndpoint}} {
		to := k.resolve(p.Endpoint(c.name, c.urn))
		if to == "" || samePath(to, c.at) || !k.isList(ctx, to) {
			continue
		}
		addStep(r, "Where the "+c.plural+" are", connectors.StepWarning, "The target says that its "+c.plural+" are at "+to+", and they are asked for at "+c.at+".",
			"Use the proposed setting.")
		r.Proposals = append(r.Proposals, connectors.Proposal{Key: c.key, Value: to, Why: "The target's resource types say so, and a list of " + c.plural + " answers there."})
	}
}

// resolve is the URL of an endpoint that is relative to the base URL (RFC 7643 §6), or to the host as some services write
// it; "" for one of another origin.
func (k *connector) resolve(endpoint string) string {
	base, err := url.Parse(k.wire.Base)
	if err != nil {
		return ""
	}
	to, err := url.Parse(endpoint)
	switch {
	case err != nil || to.RawQuery != "" || strings.Contains(to.Path, ".."):
		return ""
	case to.Host != "":
		if !connectors.SameOrigin(base, to) || to.User != nil {
			return ""
		}
		return to.String()
	case strings.HasPrefix(to.Path, strings.TrimRight(base.Path, "/")+"/"):
		return base.ResolveReference(to).String()
	}
	return k.wire.Base + "/" + strings.TrimLeft(to.EscapedPath(), "/")
}

func samePath(a, b string) bool {
	return strings.EqualFold(strings.TrimRight(a, "/"), strings.TrimRight(b, "/"))
}

// isList reports whether a list of resources answers at a URL.
func (k *connector) isList(ctx context.Context, u string) bool {
	a, err := k.get(ctx, connectors.OpCheck, u+"?"+k.window(1))
	if err != nil || !a.OK() {
		return false
	}
	var l scim.List
	if scim.Decode(a.Body, &l) != nil {
		return false
	}
	return l.TotalResults.Set || l.Resources != nil
}

// seek looks for the service near the base URL, where no list of users answers: at what people paste instead of it, and
// where services usually have it. It stays on the host, for the credentials go along.
func (k *connector) seek(ctx context.Context, r *connectors.Report, failed wire.Answer) {
	misses := failed.Status == http.StatusNotFound || failed.Status == http.StatusMethodNotAllowed || failed.OK() || failed.Status/100 == 3
	if !misses || k.wire.Users != k.wire.Base+"/Users" {
		return
	}
	u, err := url.Parse(k.wire.Base)
	if err != nil {
		return
	}
	var near []string
	switch strings.ToLower(path.Base(u.Path)) {
	case "users", "groups", "serviceproviderconfig", "schemas", "resourcetypes":
		near = append(near, strings.TrimSuffix(k.wire.Base, "/"+path.Base(u.EscapedPath())))
	default:
		near = append(near, k.wire.Base+"/v2", k.wire.Base+"/scim/v2", k.wire.Base+"/scim")
	}
	for _, base := range near {
		if !k.isList(ctx, base+"/Users") {
			continue
		}
		addStep(r, "Look near the base URL", connectors.StepWarning, "A list of users answers at "+base+"/Users.", "Use "+base+" as the base URL.")
		r.Proposals = append(r.Proposals, connectors.Proposal{Key: wire.KeyBaseURL, Value: base, Why: "There is no list of users at " + k.wire.Users + ", and there is one here."})
		return
	}
	k.endpoints(ctx, r, k.discover(ctx))
}
