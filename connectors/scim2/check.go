package scim2

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"usher/connectors"
	"usher/connectors/scim2/service"
	"usher/connectors/scim2/wire"
	"usher/scim"
)

// Check implements connectors.Connector. Only the access token and the list of users must work; the rest teaches and
// warns.
func (k *connector) Check(ctx context.Context) (connectors.Report, error) {
	var r connectors.Report
	if err := k.checkAccess(ctx, &r); err != nil {
		return r, err
	}
	said := k.checkConfig(ctx, &r)
	if failed, err := k.checkList(ctx, &r); err != nil {
		k.seek(ctx, &r, failed)
		return r, err
	}
	if err := k.checkFilter(ctx, &r); err != nil {
		return r, err
	}
	k.checkGroups(ctx, &r)
	d := k.discover(ctx)
	k.endpoints(ctx, &r, d)
	steps, proposals := service.Inspect(d, k.mapped, k.passwords != connectors.PasswordNone && k.passwords != "")
	r.Steps, r.Proposals = append(r.Steps, steps...), append(r.Proposals, proposals...)
	k.checkToken(&r)
	k.service.Conclude(&r, said, k.wire.Facts())
	return r, nil
}

// checkAccess gets an access token, where one is needed.
func (k *connector) checkAccess(ctx context.Context, r *connectors.Report) error {
	if !k.wire.UsesTokens() {
		return nil
	}
	const name = "Get an access token"
	if err := k.wire.EnsureToken(ctx); err != nil {
		addStep(r, name, connectors.StepFailed, err.Error(), remedyOf(err))
		return err
	}
	addStep(r, name, connectors.StepOK, "The token URL gave one.", "")
	return nil
}

// checkConfig reads the ServiceProviderConfig (RFC 7644 §4), and gives what it and the override say. Many services
// have none, or guard it otherwise: that is no failure.
func (k *connector) checkConfig(ctx context.Context, r *connectors.Report) scim.Config {
	const name = "Read ServiceProviderConfig"
	if k.service.NoConfig {
		addStep(r, name, connectors.StepSkipped, "The compatibility profile says that the target has none.", "")
		return k.service.Override
	}
	paths := []string{"/ServiceProviderConfig", "/ServiceProviderConfigs"}
	if k.service.PluralConfig {
		slices.Reverse(paths)
	}
	for _, path := range paths {
		a, err := k.get(ctx, connectors.OpCheck, k.wire.Base+path)
		if err != nil {
			addStep(r, name, connectors.StepWarning, err.Error(), "")
			return k.service.Override
		}
		if a.Status == http.StatusNotFound {
			continue
		}
		c, err := scim.DecodeConfig(a.Body)
		if !a.OK() || err != nil {
			addStep(r, name, connectors.StepWarning, fmt.Sprintf("The target answered with status %d and no usable document. Usher finds out by itself.", a.Status), "")
			return k.service.Override
		}
		addStep(r, name, connectors.StepOK, fmt.Sprintf("PATCH: %s, filters: %s.", said(c.Patch.Supported), said(c.Filter.Supported)), "")
		return k.service.TakeConfig(c)
	}
	addStep(r, name, connectors.StepWarning, "The target has none. Usher finds out by itself what it can do.", "")
	return k.service.Override
}

func said(b scim.Bool) string {
	switch {
	case !b.Set:
		return "not said"
	case b.Value:
		return "yes"
	}
	return "no"
}

// checkList reads the list of users. Its answer is what was no list.
func (k *connector) checkList(ctx context.Context, r *connectors.Report) (wire.Answer, error) {
	const name = "List users"
	a, err := k.get(ctx, connectors.OpCheck, k.wire.Users+"?"+k.window(1))
	if err == nil && a.Status == http.StatusBadRequest && !k.service.Learned.Cursors.Load() {
		b, other := k.get(ctx, connectors.OpCheck, k.wire.Users+"?"+wire.PageByCursor("", 1))
		if other == nil && b.OK() {
			a = b
			k.service.Learned.Cursors.Store(true)
		}
	}
	if err == nil && !a.OK() {
		err = k.failure(a)
	}
	var p page
	if err == nil {
		p, err = k.page(a)
	}
	if err != nil {
		addStep(r, name, connectors.StepFailed, err.Error(), remedyOf(err))
		return a, err
	}
	detail := "The target did not say how many users it has."
	if p.TotalResults.Set {
		detail = fmt.Sprintf("The target has %d users.", p.TotalResults.Value)
		if p.TotalResults.Value == 1 {
			detail = "The target has one user."
		}
	}
	addStep(r, name, connectors.StepOK, detail, "")
	return a, nil
}

// checkFilter asks for a user that cannot exist: one that comes back shows that filters are ignored.
func (k *connector) checkFilter(ctx context.Context, r *connectors.Report) error {
	const name = "Filter users"
	if k.service.NeverFilters() || k.service.Learned.NoNameFilter.Load() {
		addStep(r, name, connectors.StepSkipped, "Filters are off. Usher reads the whole list when it looks for an account.", "")
		return nil
	}
	_, trust, err := k.ask(ctx, service.AttrUserName, "usher-check-"+uuid.NewString(), &k.service.Learned.NoNameFilter)
	switch {
	case err != nil:
		addStep(r, name, connectors.StepFailed, err.Error(), remedyOf(err))
		return err
	case trust != reliable:
		addStep(r, name, connectors.StepWarning, "The target refuses or ignores filters. Usher reads the whole list when it looks for an account.",
			"Nothing has to be done, but searching is slow at a target with many users.")
	default:
		addStep(r, name, connectors.StepOK, "userName eq works.", "")
	}
	return nil
}

func (k *connector) checkGroups(ctx context.Context, r *connectors.Report) {
	const name = "List groups"
	a, err := k.get(ctx, connectors.OpCheck, k.wire.Groups+"?count=1&excludedAttributes=members")
	if err == nil && a.Status == http.StatusBadRequest {
		a, err = k.get(ctx, connectors.OpCheck, k.wire.Groups+"?count=1")
	}
	can := err == nil && a.OK()
	r.Capabilities = append(r.Capabilities, connectors.Capability{Name: "Groups", Can: can})
	switch {
	case err != nil:
		addStep(r, name, connectors.StepWarning, err.Error(), "")
	case !can:
		addStep(r, name, connectors.StepWarning, fmt.Sprintf("The target answered with status %d: it may not have groups.", a.Status), "")
	default:
		addStep(r, name, connectors.StepOK, "Groups can be read.", "")
	}
}

// checkToken warns before a token that says when it ends does so.
func (k *connector) checkToken(r *connectors.Report) {
	end, ok := k.wire.TokenEnd()
	if !ok {
		return
	}
	state, remedy := connectors.StepOK, ""
	if time.Until(end) < 30*24*time.Hour {
		state, remedy = connectors.StepWarning, "Make a new token at the target in time, and enter it in the connector's configuration."
	}
	addStep(r, "Token", state, "The token is valid until "+end.Format("2 January 2006, 15:04 MST")+".", remedy)
}
