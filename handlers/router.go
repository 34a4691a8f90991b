package handlers

import (
	"net/http"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"usher/static"
	"usher/views"
)

// Router is every route of the console. GET never changes anything.
func (s *Server) Router() http.Handler {
	r := chi.NewRouter()
	r.Use(s.clientIP(), s.logRequests, s.recoverPanics, s.securityHeaders, middleware.GetHead)

	r.Get("/healthz", s.showHealth)
	r.Handle(static.Prefix+"*", static.Handler())
	r.Get("/branding/logo", s.page(s.showLogo))
	r.Get("/branding/theme.css", s.page(s.showTheme))

	r.Group(func(r chi.Router) {
		r.Use(s.checkHost, noStore, limitBody, s.refuseCrossSite(), s.loadVisit)
		limited := r.With(s.limitPerIP())

		r.Get("/signin", s.page(s.showSignIn))
		limited.Post("/signin", s.page(s.signIn))
		r.Post("/signout", s.page(s.signOut))
		r.Get("/setup", s.page(s.showSetup))
		limited.Post("/setup", s.page(s.setUp))

		r.Group(func(r chi.Router) {
			r.Use(s.requireAdmin)

			s.connectionRoutes(r)
			s.provisionerRoutes(r)
			s.userRoutes(r)
			s.importRoutes(r)
			s.groupRoutes(r)
			r.Get("/", s.page(s.showOverview))
			r.Get("/log", s.page(s.listLog))
			r.Get("/log/{id}", s.page(s.showLogEntry))
			s.demoRoutes(r)
			s.settingsRoutes(r)
		})
	})

	r.Group(func(r chi.Router) {
		r.Use(s.checkHost, noStore, limitBody, s.refuseCrossSite(), s.loadUserVisit)
		s.publicRoutes(r)
		r.Group(func(r chi.Router) {
			r.Use(s.requireUser)
			s.accountRoutes(r)
		})
	})

	outside := chi.Chain(s.checkHost, noStore, s.loadVisit)
	r.NotFound(outside.HandlerFunc(s.page(notFound)).ServeHTTP)
	r.MethodNotAllowed(outside.HandlerFunc(s.page(methodNotAllowed)).ServeHTTP)
	return r
}

// publicRoutes are for the organisation's people, before they are signed in.
func (s *Server) publicRoutes(r chi.Router) {
	limited := r.With(s.limitPerIP())
	r.Get("/login", s.page(s.showLogin))
	limited.Post("/login", s.page(s.login))
	r.Post("/logout", s.page(s.logout))
	r.Get("/register", s.page(s.showRegister))
	limited.Post("/register", s.page(s.register))
	r.Get("/register/confirm", s.page(s.showRegisterConfirm))
	limited.Post("/register/confirm", s.page(s.confirmRegistration))
	r.Get("/register/resend", s.page(s.showRegisterResend))
	limited.Post("/register/resend", s.page(s.resendRegistration))
	r.Get("/forgot", s.page(s.showPasswordForgot))
	limited.Post("/forgot", s.page(s.forgot))
	r.Get("/reset", s.page(s.showPasswordReset))
	limited.Post("/reset", s.page(s.resetPassword))
	r.Get("/verify", s.page(s.showEmailVerify))
	limited.Post("/verify", s.page(s.verifyEmail))
	if s.OIDC != nil {
		many := r.With(s.limitSignInsPerIP())
		many.Get("/login/oidc/{connection}", s.page(s.startOIDC))
		many.Get("/login/oidc/{connection}/callback", s.page(s.finishOIDC))
	}
}

// accountRoutes are for somebody of the organisation who is signed in.
func (s *Server) accountRoutes(r chi.Router) {
	r.Get(accountURL, s.page(s.showOwnAccount))
	r.Post(accountURL+"/profile", s.page(s.updateOwnProfile))
	r.With(s.limitPerIP()).Post(accountURL+"/email", s.page(s.changeOwnEmail)) // mails go to whatever address is typed
	r.Post(accountURL+"/password", s.page(s.changeOwnPassword))
	r.Post(accountURL+"/sessions/end", s.page(s.endOtherSessions))
	r.Post(accountURL+"/tokens", s.page(s.createOwnToken))
	r.Post(accountURL+"/tokens/{token}/revoke", s.page(s.revokeOwnToken))
}

func (s *Server) connectionRoutes(r chi.Router) {
	r.Get("/connections", s.page(s.listConnections))
	r.Get("/connections/new", s.page(s.showConnectionChoose))
	r.Get("/connections/new/custom", s.page(s.showConnectionNew))
	r.Post("/connections/new/custom", s.page(s.createConnection))
	if s.OIDC != nil {
		s.oidcRoutes(r)
	}
	r.Route("/connections/{connection}", func(r chi.Router) {
		r.Get("/", s.page(s.showConnection))
		r.Post("/", s.page(s.updateConnection))
		r.Get("/delete", s.page(s.showConnectionDelete))
		r.Post("/delete", s.page(s.deleteConnection))
		r.Get("/outbound-provisioning", s.page(s.listConnectors))
		r.Get("/groups", s.page(s.showConnectionGroups))
		r.Post("/groups", s.page(s.checkConnectionGroups))
		r.Post("/groups/save", s.page(s.saveConnectionGroups))
		r.Get("/connectors/new", s.page(s.showConnectorNew))
		r.Post("/connectors/new", s.page(s.keepConnectorDraft))
		r.Get("/connectors/new/{draft}", s.page(s.showConnectorSummary))
		r.Post("/connectors/new/{draft}", s.page(s.createConnector))
		r.Post("/connectors/new/{draft}/test", s.page(s.testConnectorDraft))
		r.Get("/connectors/new/{draft}/test", s.page(s.showConnectorSummary))
		r.Get("/connectors/{connector}", s.page(s.showConnectorPanel))
		r.Post("/connectors/{connector}", s.page(s.updateConnector))
		r.Get("/connectors/{connector}/test", s.page(s.showConnectorPanel))
		r.Post("/connectors/{connector}/test", s.page(s.testConnector))
		r.Get("/connectors/{connector}/delete", s.page(s.showConnectorDelete))
		r.Post("/connectors/{connector}/delete", s.page(s.deleteConnector))
		r.Get("/connectors/{connector}/progress", s.page(s.showConnectorProgress))
		r.Post("/connectors/{connector}/proposals", s.page(s.useProposals))
		r.Get("/connectors/{connector}/left", s.page(s.listLeftAccounts))
		r.Route("/connectors/{connector}/groups", s.pushRoutes)
		r.Route("/connectors/{connector}/mapping", s.mappingRoutes)
	})
}

func (s *Server) mappingRoutes(r chi.Router) {
	r.Get("/", s.page(s.showMapping))
	r.Post("/", s.page(s.updateMapping))
	r.Get("/preview", s.page(s.backToMapping))
	r.Post("/preview", s.page(s.previewMapping))
}

func (s *Server) pushRoutes(r chi.Router) {
	r.Get("/", s.page(s.showConnectorPush))
	r.Get("/choose", s.page(s.showPushChoice))
	r.Post("/choose", s.page(s.choosePushed))
	r.Post("/{group}/retry", s.page(s.retryPush))
	r.Post("/{group}/relocate", s.page(s.relocatePush))
	r.Get("/{group}/adopt", s.page(s.showPushAdopt))
	r.Post("/{group}/adopt", s.page(s.adoptPush))
}

// demoRoutes answer 404 outside of the demo.
func (s *Server) demoRoutes(r chi.Router) {
	r.Get("/target", s.page(s.showTargetsMoved))
	r.Get(views.TargetsURL, s.page(s.showDemoTargets))
	r.Post(views.TargetsURL+"/change-users", s.page(s.changeSampleUsers))
	r.Get(views.TargetsURL+"/{kind}", s.page(s.showDemoTargets))
	r.Post(views.TargetsURL+"/{kind}/trouble", s.page(s.setTrouble))
}

func (s *Server) oidcRoutes(r chi.Router) {
	r.Get(views.OIDCNewURL, s.page(s.showOIDCNew))
	r.Post(views.OIDCNewURL, s.page(s.createOIDC))
	r.Get("/connections/{connection}/settings", s.page(s.showOIDCSettings))
	r.Post("/connections/{connection}/settings", s.page(s.updateOIDC))
	r.Get("/connections/{connection}/settings/test", s.page(s.backToOIDCSettings))
	r.Post("/connections/{connection}/settings/test", s.page(s.testOIDC))
	r.Get("/connections/{connection}/jit", s.page(s.showOIDCJIT))
	r.Post("/connections/{connection}/jit", s.page(s.updateOIDCJIT))
	r.Get("/connections/{connection}/jit/test", s.page(s.backToOIDCJIT))
	r.Post("/connections/{connection}/jit/test", s.page(s.tryOIDCJIT))
	r.Post("/users/{id}/unlink", s.page(s.unlinkUser))
}

func (s *Server) provisionerRoutes(r chi.Router) {
	r.Get("/login-registration", s.page(s.showLoginRegistration))
	r.Get(views.SignUpURL, s.page(s.showSignUp))
	r.Post(views.SignUpURL, s.page(s.updateSignUp))
	r.Get(views.ProvisionersURL, s.page(s.listProvisioners))
	r.Get(views.ProvisionersURL+"/new", s.page(s.showProvisionerNew))
	r.Post(views.ProvisionersURL+"/new", s.page(s.createProvisioner))
	r.Route(views.ProvisionersURL+"/{provisioner}", func(r chi.Router) {
		r.Get("/", s.page(s.showProvisioner))
		r.Post("/", s.page(s.updateProvisioner))
		r.Get("/progress", s.page(s.showProvisionerProgress))
		r.Post("/sync", s.page(s.syncProvisioner))
		r.Get("/delete", s.page(s.showProvisionerDelete))
		r.Post("/delete", s.page(s.deleteProvisioner))
	})
}

func (s *Server) userRoutes(r chi.Router) {
	r.Get("/users", s.page(s.listUsers))
	r.Get("/users/new", s.page(s.showUserNew))
	r.Post("/users/new", s.page(s.createUser))
	r.Route("/users/{id}", func(r chi.Router) {
		r.Get("/", s.page(s.showUser))
		r.Get("/edit", s.page(s.showUserEdit))
		r.Post("/edit", s.page(s.updateUser))
		r.Post("/invite", s.page(s.inviteUser))
		r.Post("/disable", s.page(s.disableUser))
		r.Post("/enable", s.page(s.enableUser))
		r.Get("/delete", s.page(s.showUserDelete))
		r.Post("/delete", s.page(s.deleteUser))
		r.Get("/groups", s.page(s.showUserGroups))
		r.Post("/groups", s.page(s.changeUserGroups))
		r.Get("/accounts", s.page(s.showAccounts))
		r.Post("/accounts/{connector}/retry", s.page(s.retryAccount))
		r.Get("/accounts/{connector}/adopt", s.page(s.showAccountAdopt))
		r.Post("/accounts/{connector}/adopt", s.page(s.adoptAccount))
		r.Post("/accounts/{connector}/relocate", s.page(s.relocateAccount))
	})
}

func (s *Server) importRoutes(r chi.Router) {
	r.Get(views.UserAddURL, s.page(s.showUserAdd))
	r.Get(views.ImportNewURL, s.page(s.showImportNew))
	r.Post(views.ImportsURL, s.page(s.createImport))
	r.Route(views.ImportsURL+"/{import}", func(r chi.Router) {
		r.Get("/", s.page(s.showImport))
		r.Get("/progress", s.page(s.showImportProgress))
		r.Get("/columns", s.page(s.showImportColumns))
		r.Post("/columns", s.page(s.mapImport))
		r.Post("/start", s.page(s.startImport))
		r.Post("/pause", s.page(s.pauseImport))
		r.Post("/resume", s.page(s.resumeImport))
		r.Post("/cancel", s.page(s.cancelImport))
		r.Get("/refused.csv", s.page(s.downloadRefused))
		r.Get("/delete", s.page(s.showImportDelete))
		r.Post("/delete", s.page(s.deleteImportRows))
	})
}

func (s *Server) groupRoutes(r chi.Router) {
	r.Get(views.GroupsURL, s.page(s.listGroups))
	r.Get(views.GroupsURL+"/new", s.page(s.showGroupNew))
	r.Post(views.GroupsURL+"/new", s.page(s.createGroup))
	r.Route(views.GroupsURL+"/{group}", func(r chi.Router) {
		r.Get("/", s.page(s.showGroup))
		r.Get("/members", s.page(s.showGroupAdd))
		r.Post("/members", s.page(s.addMembers))
		r.Post("/remove", s.page(s.removeMember))
		r.Get("/general", s.page(s.showGroupEdit))
		r.Post("/general", s.page(s.updateGroup))
		r.Get("/delete", s.page(s.showGroupDelete))
		r.Post("/delete", s.page(s.deleteGroup))
	})
}

func (s *Server) settingsRoutes(r chi.Router) {
	r.Get("/settings", s.page(s.showSettings))
	r.Post("/settings/password", s.page(s.changePassword))
	r.Post("/settings/sessions/end", s.page(s.signOutEverywhere))
	r.Get(views.SettingsTokens, s.page(s.listTokens))
	r.Post(views.SettingsTokens, s.page(s.createToken))
	r.Post(views.SettingsTokens+"/{id}/revoke", s.page(s.revokeToken))
	r.Get(views.SettingsBranding, s.page(s.showBranding))
	r.Post(views.SettingsBranding, s.page(s.updateBranding))
	r.Get(views.SettingsMail, s.page(s.showMail))
	r.Post(views.SettingsMail, s.page(s.updateMail))
	r.Post(views.SettingsMail+"/test", s.page(s.testMail))
	r.Post(views.SettingsMail+"/remove", s.page(s.removeMail))
	r.Get(views.SettingsOutbox, s.page(s.listOutbox))
	r.Get(views.SettingsOutbox+"/{id}", s.page(s.showOutboxEntry))
}
