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
			r.Get("/", s.page(s.showOverview))
			r.Get("/log", s.page(s.listLog))
			r.Get("/log/{id}", s.page(s.showLogEntry))
			r.Get("/target", s.page(s.showTarget))
			s.settingsRoutes(r)
		})
	})

	outside := chi.Chain(s.checkHost, noStore, s.loadVisit)
	r.NotFound(outside.HandlerFunc(s.page(notFound)).ServeHTTP)
	r.MethodNotAllowed(outside.HandlerFunc(s.page(methodNotAllowed)).ServeHTTP)
	return r
}

func (s *Server) connectionRoutes(r chi.Router) {
	r.Get("/connections", s.page(s.showConnections))
	r.Get("/connections/new", s.page(s.showConnectionTypes))
	r.Get("/connections/new/custom", s.page(s.showConnectionCreate))
	r.Post("/connections/new/custom", s.page(s.createConnection))
	r.Route("/connections/{connection}", func(r chi.Router) {
		r.Get("/", s.page(s.showConnection))
		r.Post("/", s.page(s.updateConnection))
		r.Get("/delete", s.page(s.showConnectionDelete))
		r.Post("/delete", s.page(s.deleteConnection))
		r.Get("/outbound-provisioning", s.page(s.showConnectors))
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
	})
}

func (s *Server) provisionerRoutes(r chi.Router) {
	r.Get("/login-registration", s.page(s.showLoginRegistration))
	r.Get(views.ProvisionersURL, s.page(s.showProvisioners))
	r.Get(views.ProvisionersURL+"/new", s.page(s.showProvisionerCreate))
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
	r.Get("/users/new", s.page(s.showNewUser))
	r.Post("/users/new", s.page(s.createUser))
	r.Route("/users/{id}", func(r chi.Router) {
		r.Get("/", s.page(s.showUser))
		r.Get("/edit", s.page(s.showUserForm))
		r.Post("/edit", s.page(s.editUser))
		r.Post("/disable", s.page(s.disableUser))
		r.Post("/enable", s.page(s.enableUser))
		r.Get("/delete", s.page(s.showUserDelete))
		r.Post("/delete", s.page(s.deleteUser))
		r.Get("/accounts", s.page(s.showAccounts))
		r.Post("/accounts/{connector}/retry", s.page(s.retryAccount))
		r.Get("/accounts/{connector}/adopt", s.page(s.showAdopt))
		r.Post("/accounts/{connector}/adopt", s.page(s.adoptAccount))
	})
}

func (s *Server) settingsRoutes(r chi.Router) {
	r.Get("/settings", s.page(s.showSettings))
	r.Post("/settings/password", s.page(s.changePassword))
	r.Post("/settings/sessions/end", s.page(s.signOutEverywhere))
	r.Post("/settings/tokens", s.page(s.createToken))
	r.Post("/settings/tokens/{id}/revoke", s.page(s.revokeToken))
}
