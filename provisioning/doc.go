// Package provisioning makes every target agree with the directory: it decides what an account should be,
// tries it, and decides what follows from what happened. It owns time, retries and the order of remote
// calls. It does not know how any target speaks (connectors) nor where facts are kept (db).
package provisioning
