package handlers

import "usher/views"

// revisedForms are the routes that write over something stored, with where their form stands. The test for each is
// TestNobodyIsOverwrittenUnseen.
var revisedForms = map[string]string{
	"/connections/{connection}/":                                "/connections/{connection}",
	"/connections/{connection}/settings":                        "/connections/{connection}/settings",
	"/connections/{connection}/jit":                             "/connections/{connection}/jit",
	"/connections/{connection}/connectors/{connector}":          "/connections/{connection}/outbound-provisioning",
	"/connections/{connection}/connectors/{connector}/mapping/": "/connections/{connection}/connectors/{connector}/mapping",
	views.ProvisionersURL + "/{provisioner}/":                   views.ProvisionersURL + "/{provisioner}",
	views.SignUpURL:                      views.SignUpURL,
	views.SettingsBranding:               views.SettingsBranding,
	views.SettingsMail:                   views.SettingsMail,
	"/users/{id}/edit":                   "/users/{id}/edit",
	views.GroupsURL + "/{group}/general": views.GroupsURL + "/{group}/general",
	accountURL + "/profile":              accountURL,
}

const (
	signsIn  = "it is about who is signed in, or about a link that works once"
	creates  = "it makes something new"
	reads    = "it saves nothing"
	asksName = "the name of what goes is typed, and compared with the one that it has now"
	button   = "a button that says what becomes of it, whatever it was before"
	itsOwn   = "it carries what was seen, and is refused when that is different now"
	deltas   = "it sends what was added and taken away, and the rest is left alone"
	proves   = "it asks for the current password, which another change would have replaced"
	demoOnly = "the demo's own"
)

// unrevisedPosts are the other POST routes, with why they need no revision.
var unrevisedPosts = map[string]string{
	"/signin": signsIn, "/signout": signsIn, "/setup": signsIn, "/login": signsIn, "/logout": signsIn, "/register": creates, "/register/confirm": signsIn,
	"/register/resend": signsIn, "/forgot": signsIn, "/reset": signsIn, "/verify": signsIn,
	"/account/email": "it mails a link, and changes nothing before that is opened", "/account/password": proves, "/account/sessions/end": button,
	"/account/tokens": creates, "/account/tokens/{token}/revoke": button,
	"/connections/new/custom": creates, views.OIDCNewURL: creates, "/connections/{connection}/delete": asksName,
	"/connections/{connection}/groups": reads, "/connections/{connection}/groups/save": itsOwn,
	"/connections/{connection}/connectors/new": "it keeps a draft for whoever typed it", "/connections/{connection}/connectors/new/{draft}": creates,
	"/connections/{connection}/connectors/new/{draft}/test": reads, "/connections/{connection}/connectors/{connector}/test": reads,
	"/connections/{connection}/connectors/{connector}/delete": asksName, "/connections/{connection}/connectors/{connector}/proposals": itsOwn,
	"/connections/{connection}/connectors/{connector}/groups/choose":        deltas,
	"/connections/{connection}/connectors/{connector}/groups/{group}/retry": button, "/connections/{connection}/connectors/{connector}/groups/{group}/adopt": itsOwn,
	"/connections/{connection}/connectors/{connector}/groups/{group}/relocate": itsOwn,
	"/connections/{connection}/connectors/{connector}/mapping/preview":         reads,
	"/connections/{connection}/settings/test":                                  reads, "/connections/{connection}/jit/test": reads, "/users/{id}/unlink": button,
	views.ProvisionersURL + "/new": creates, views.ProvisionersURL + "/{provisioner}/sync": button, views.ProvisionersURL + "/{provisioner}/delete": asksName,
	"/users/new": creates, "/users/{id}/invite": button, "/users/{id}/disable": button, "/users/{id}/enable": button, "/users/{id}/delete": asksName,
	"/users/{id}/groups": deltas, "/users/{id}/accounts/{connector}/retry": button, "/users/{id}/accounts/{connector}/adopt": itsOwn, "/users/{id}/accounts/{connector}/relocate": itsOwn,
	views.ImportsURL: creates, views.ImportsURL + "/{import}/columns": "until it starts it has written nobody, and its page shows the columns that count",
	views.ImportsURL + "/{import}/start": itsOwn, views.ImportsURL + "/{import}/pause": button, views.ImportsURL + "/{import}/resume": button,
	views.ImportsURL + "/{import}/cancel": button, views.ImportsURL + "/{import}/delete": asksName,
	views.GroupsURL + "/new": creates, views.GroupsURL + "/{group}/members": deltas, views.GroupsURL + "/{group}/remove": deltas, views.GroupsURL + "/{group}/delete": asksName,
	"/settings/password": proves, "/settings/sessions/end": button, views.SettingsTokens: creates, views.SettingsTokens + "/{id}/revoke": button,
	views.SettingsMail + "/test": reads, views.SettingsMail + "/remove": itsOwn,
	views.TargetsURL + "/change-users": demoOnly, views.TargetsURL + "/{kind}/trouble": demoOnly,
}

// Two fields of each form, with what two people write into them.
var twoFields = map[string][2][3]string{
	"/connections/{connection}/":                                {{"description", "Theirs", "Mine"}, {"name", "Their Store", "My Store"}},
	"/connections/{connection}/settings":                        {{"client_id", "theirs", "mine"}, {"scopes", "openid email", "openid profile"}},
	"/connections/{connection}/jit":                             {{"map.title", "claims.theirs", "claims.mine"}, {"map.nickName", "claims.a", "claims.b"}},
	"/connections/{connection}/connectors/{connector}":          {{"config.requests_per_second", "7", "8"}, {"config.update_mode", "put", "patch"}},
	"/connections/{connection}/connectors/{connector}/mapping/": {{"expression.title", `"theirs"`, `"mine"`}, {"expression.nickName", `"a"`, `"b"`}},
	views.ProvisionersURL + "/{provisioner}/":                   {{"jit_outbound", "true", "true"}, {"blocking", "true", "true"}},
	views.SignUpURL:                      {{"terms_url", "https://example.com/theirs", "https://example.com/mine"}, {"title", "shown", "required"}},
	views.SettingsBranding:               {{"name", "Theirs", "Mine"}, {"accent", "#111111", "#222222"}},
	views.SettingsMail:                   {{"from_name", "Theirs", "Mine"}, {"from", "theirs@example.com", "mine@example.com"}},
	"/users/{id}/edit":                   {{"title", "Theirs", "Mine"}, {"department", "A", "B"}},
	views.GroupsURL + "/{group}/general": {{"display_name", "Theirs", "Mine"}, {"", "", ""}},
	accountURL + "/profile":              {{"family_name", "Theirs", "Mine"}, {"given_name", "A", "B"}},
}
